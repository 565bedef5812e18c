//! The main link of a row: to its drawer, over the list as it is.

use api::list::ListQuery;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{routes::Route, web::with_query};

#[derive(Properties, PartialEq)]
pub(crate) struct RowLinkProps<Q: ListQuery> {
    pub(crate) to: Route,
    /// The list's.
    pub(crate) query: Q,
    #[prop_or_default]
    pub(crate) class: Classes,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn RowLink<Q: ListQuery>(props: &RowLinkProps<Q>) -> Html {
    let navigator = use_navigator();
    let (to, query) = (props.to.clone(), props.query.clone());
    let onclick = Callback::from(move |event: MouseEvent| {
        let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if let (Some(navigator), false) = (&navigator, elsewhere) {
            event.prevent_default();
            // Plain texts and numbers always serialise.
            let _ok = navigator.push_with_query(&to, &query);
        }
    });
    html! {
        <a href={with_query(&props.to.to_path(), &props.query)} class={props.class.clone()} {onclick} data-row="">{props.children.clone()}</a>
    }
}
