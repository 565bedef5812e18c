//! How much of a limit is used. The words beside it say amount, limit and period.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct MeterProps {
    /// Amount and limit in words, for screen readers.
    pub(crate) label: AttrValue,
    /// Used, in thousandths of the limit; more than 1,000 is over it.
    pub(crate) permille: u32,
    /// From here on it will hurt soon.
    #[prop_or(800)]
    pub(crate) warn_from: u32,
}

#[component]
pub(crate) fn Meter(props: &MeterProps) -> Html {
    let shown = props.permille.min(1_000);
    let tone = match props.permille {
        1_000.. => "t-err",
        used if used >= props.warn_from => "t-warn",
        _ => "t-live",
    };
    let percent = format!("{}.{}%", shown / 10, shown % 10);
    html! {
        <svg class={classes!("meter", "block", "w-full", tone)} role="meter" aria-label={&props.label} aria-valuemin="0" aria-valuemax="100"
            aria-valuenow={(shown / 10).to_string()} aria-valuetext={&props.label}>
            <rect width={percent} height="100%" rx="3" fill="currentColor" />
        </svg>
    }
}
