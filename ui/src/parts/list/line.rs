//! One row of a list, drawn again only when something of it changed: a list of 200 answers to a click by drawing one.

use ::api::list::ListQuery;
use yew::prelude::*;

use super::{List, Row, link::RowLink};
use crate::{parts::table::Checkbox, routes::Route};

/// How a page draws its rows, with what they need besides the row itself. Two that are equal draw the same.
pub(crate) trait Look: Clone + PartialEq + 'static {
    type Row: Row;
    type Query: ListQuery;

    /// The `<tr>`; with a selection it begins with [`Line::tick`].
    fn row(&self, line: &Line<Self>) -> Html;
}

#[derive(Properties)]
pub(crate) struct Line<L: Look> {
    pub(super) look: L,
    pub(crate) list: List<L::Row, L::Query>,
    pub(crate) row: L::Row,
    pub(crate) selected: bool,
}

impl<L: Look> PartialEq for Line<L> {
    fn eq(&self, other: &Self) -> bool {
        self.selected == other.selected
            && self.list.dense == other.list.dense
            && self.list == other.list
            && self.look == other.look
            && self.row == other.row
    }
}

impl<L: Look> Line<L> {
    /// The box of the row, a cell of its own.
    pub(crate) fn tick(&self) -> Html {
        let label = self.list.t.table_select(self.row.name());
        html! {
            <td><Checkbox {label} checked={self.selected} on_change={self.list.on_select(vec![self.row.clone()])} /></td>
        }
    }

    /// The row's main link, which arrows walk: to its drawer, over the list as it is.
    pub(crate) fn link(&self, to: Route, class: Classes, children: Html) -> Html {
        html! { <RowLink {to} place={self.list.place.clone()} {class}>{children}</RowLink> }
    }

    /// For `aria-selected`.
    pub(crate) const fn is_selected(&self) -> &'static str {
        if self.selected { "true" } else { "false" }
    }
}

#[component]
pub(super) fn LineView<L: Look>(props: &Line<L>) -> Html {
    props.look.row(props)
}
