use yew::prelude::*;
#[component]
pub(crate) fn KeysPage() -> Html { Html::default() }
