//! What forms share.

use yew::prelude::*;

use crate::parts::icon::Icon;

/// Why the server refused, where it names no field.
pub(crate) fn refusal_note(refusal: Option<&str>) -> Html {
    match refusal {
        None => Html::default(),
        Some(refusal) => html! {
            <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal.to_owned()}</span></p>
        },
    }
}
