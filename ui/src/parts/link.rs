//! A link to a page of ours.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::routes::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct PageLinkProps {
    pub(crate) to: Route,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// It leads to the page that is open.
    #[prop_or_default]
    pub(crate) current: bool,
    /// It is the main link of a table's row.
    #[prop_or_default]
    pub(crate) row: bool,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn PageLink(props: &PageLinkProps) -> Html {
    let navigator = use_navigator();
    let to = props.to.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if let (Some(navigator), false) = (&navigator, elsewhere) {
            event.prevent_default();
            navigator.push(&to);
        }
    });
    html! {
        <a href={props.to.to_path()} class={props.class.clone()} {onclick} aria-current={props.current.then_some("page")}
            data-row={props.row.then_some("")}>{props.children.clone()}</a>
    }
}
