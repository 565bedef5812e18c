//! On or off, at once: nothing has to be saved.

use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ToggleProps {
    pub(crate) label: AttrValue,
    pub(crate) on: bool,
    #[prop_or_default]
    pub(crate) disabled: bool,
    pub(crate) on_change: Callback<bool>,
}

#[component]
pub(crate) fn Toggle(props: &ToggleProps) -> Html {
    let (on_change, on) = (props.on_change.clone(), props.on);
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let wanted = input.checked();
        // It shows what is, not what is wished, until the owner of the state agrees.
        input.set_checked(on);
        on_change.emit(wanted);
    });
    html! {
        <input type="checkbox" role="switch" class="toggle toggle-sm" aria-label={&props.label} checked={props.on}
            disabled={props.disabled} {onchange} />
    }
}
