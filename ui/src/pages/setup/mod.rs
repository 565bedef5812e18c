use yew::prelude::*;
#[component]
pub(crate) fn SetupPage() -> Html { Html::default() }
