//! The end of a long list: how much of it is shown, and more of it. A page of a thousand rows would be slow to draw.

use yew::prelude::*;

use crate::i18n::use_text;

/// Rows that are shown at first, and more with each press.
pub(crate) const STEP: usize = 200;

#[derive(Properties, PartialEq)]
pub(crate) struct MoreProps {
    /// At most.
    pub(crate) shown: usize,
    pub(crate) found: usize,
    /// With the new limit.
    pub(crate) on_more: Callback<usize>,
}

#[component]
pub(crate) fn More(props: &MoreProps) -> Html {
    let t = use_text();
    if props.found <= props.shown {
        return html! { <div class="h-16 max-md:h-20"></div> };
    }
    let (on_more, next) = (props.on_more.clone(), props.shown + STEP);
    let (shown, found) = (i64::try_from(props.shown).unwrap_or(0), i64::try_from(props.found).unwrap_or(0));
    html! {
        <p class="flex items-center gap-3 px-4 md:px-6 py-3 pb-20 text-xs text-ink-3">
            {t.table_of(&t.number(shown), &t.number(found))}
            <button type="button" class="btn btn-sm" onclick={move |_| on_more.emit(next)}>{t.table_more_rows()}</button>
        </p>
    }
}
