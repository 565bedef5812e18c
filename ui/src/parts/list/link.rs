//! The main link of a row: to its drawer, over the list as it is.

use yew::prelude::*;
use yew_router::{prelude::*, query::Raw};

use crate::routes::Route;

/// The list's question as its address has it, behind the question mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) query: AttrValue,
}

impl Place {
    pub(super) fn go(&self, navigator: &Navigator, route: &Route) {
        // A text of ours needs no check.
        let _infallible = navigator.push_with_query(route, Raw(self.query.as_str()));
    }

    pub(super) fn go_instead(&self, navigator: &Navigator, route: &Route) {
        let _infallible = navigator.replace_with_query(route, Raw(self.query.as_str()));
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct RowLinkProps {
    pub(super) to: Route,
    pub(super) place: Place,
    pub(super) class: Classes,
    pub(super) children: Html,
}

#[component]
pub(super) fn RowLink(props: &RowLinkProps) -> Html {
    let navigator = use_navigator();
    let (to, place) = (props.to.clone(), props.place.clone());
    let onclick = Callback::from(move |event: MouseEvent| {
        let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if let (Some(navigator), false) = (&navigator, elsewhere) {
            event.prevent_default();
            place.go(navigator, &to);
        }
    });
    let mut href = props.to.to_path();
    if !props.place.query.is_empty() {
        href.push('?');
        href.push_str(&props.place.query);
    }
    html! {
        <a {href} class={props.class.clone()} {onclick} data-row="">{props.children.clone()}</a>
    }
}
