//! The main link of a row: to its drawer, over the list as it is.

use std::{cell::RefCell, rc::Rc};

use serde::Serialize;
use yew::prelude::*;
use yew_router::{prelude::*, query::Raw};

use crate::{routes::Route, web::query_text};

/// The list's question as its address has it by now, behind the question mark. It is the same place whatever is asked, so that
/// rows needn't be drawn again when it changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(pub(super) Rc<RefCell<AttrValue>>);

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Place {
    pub(super) fn of<Q: Serialize>(query: &Q) -> Self {
        Self(Rc::new(RefCell::new(query_text(query).into())))
    }

    pub(super) fn go(&self, navigator: &Navigator, route: &Route) {
        // A text of ours needs no check.
        let _infallible = navigator.push_with_query(route, Raw(self.0.borrow().as_str()));
    }

    pub(super) fn go_instead(&self, navigator: &Navigator, route: &Route) {
        let _infallible = navigator.replace_with_query(route, Raw(self.0.borrow().as_str()));
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
    html! {
        <a href={props.to.to_path()} class={props.class.clone()} {onclick} data-row="">{props.children.clone()}</a>
    }
}
