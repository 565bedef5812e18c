//! The head of a column, which may sort.

use api::list::Sort;
use yew::prelude::*;

use crate::parts::icon::Icon;

/// A column's head.
pub(crate) struct Head<S> {
    label: &'static str,
    /// The order that the first press asks for.
    sort: Option<Sort<S>>,
    number: bool,
    unseen: bool,
}

impl<S: Copy + PartialEq + 'static> Head<S> {
    pub(crate) const fn new(label: &'static str) -> Self {
        Self { label, sort: None, number: false, unseen: false }
    }

    /// Of a narrow column of buttons; named for screen readers only.
    pub(crate) const fn unseen(label: &'static str) -> Self {
        Self { unseen: true, ..Self::new(label) }
    }

    /// Sorts; the first press brings the smallest to the top.
    pub(crate) fn up(self, by: S) -> Self {
        Self { sort: Some(Sort::up(by)), ..self }
    }

    /// Sorts; the first press brings the largest to the top.
    pub(crate) fn down(self, by: S) -> Self {
        Self { sort: Some(Sort::down(by)), ..self }
    }

    /// Its cells hold numbers or times, which stand right.
    pub(crate) fn right(self) -> Self {
        Self { number: true, ..self }
    }

    pub(crate) fn view(&self, now: Sort<S>, on_sort: &Callback<Sort<S>>) -> Html {
        let order = self.sort.map(|first| {
            let current = now.by == first.by;
            let next = if current { Sort { descending: !now.descending, ..now } } else { first };
            (current.then_some(now.descending), on_sort.reform(move |_: MouseEvent| next))
        });
        draw(self.label, self.number, self.unseen, order)
    }
}

/// `order` is which way the column sorts now, if it does, and what a press does.
fn draw(label: &'static str, number: bool, unseen: bool, order: Option<(Option<bool>, Callback<MouseEvent>)>) -> Html {
    if unseen {
        return html! { <th class="w-6"><span class="sr-only">{label}</span></th> };
    }
    let number = number.then_some("n");
    let Some((descending, onclick)) = order else {
        return html! { <th scope="col" class={classes!(number)}>{label}</th> };
    };
    let direction = descending.map(|descending| if descending { "descending" } else { "ascending" });
    let arrow = descending.map(|descending| {
        let icon = if descending { Icon::ArrowDown } else { Icon::ArrowUp };
        icon.with("icon icon-sm inline-block align-[-2px] ml-1")
    });
    html! {
        <th class={classes!(number, descending.map(|_| "sorted"))} aria-sort={direction} scope="col">
            <button type="button" class="font-medium cursor-pointer hover:text-base-content" {onclick}>{label}{arrow}</button>
        </th>
    }
}
