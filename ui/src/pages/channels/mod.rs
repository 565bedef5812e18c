use yew::prelude::*;
#[derive(PartialEq, Clone)]
pub(crate) enum Open { New, One(i64) }
#[derive(Properties, PartialEq)]
pub(crate) struct P { #[prop_or_default] pub(crate) open: Option<Open> }
#[component]
pub(crate) fn ChannelsPage(_p: &P) -> Html { Html::default() }
