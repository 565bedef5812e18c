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

    pub(super) fn view(&self, now: Sort<S>, on_sort: &Callback<Sort<S>>) -> Html {
        if self.unseen {
            return html! { <th class="w-6"><span class="sr-only">{self.label}</span></th> };
        }
        let number = self.number.then_some("n");
        let Some(first) = self.sort else {
            return html! { <th scope="col" class={classes!(number)}>{self.label}</th> };
        };
        let current = now.by == first.by;
        let next = if current { Sort { descending: !now.descending, ..now } } else { first };
        let direction = current.then_some(if now.descending { "descending" } else { "ascending" });
        let arrow = current.then(|| {
            let icon = if now.descending { Icon::ArrowDown } else { Icon::ArrowUp };
            icon.with("icon icon-sm inline-block align-[-2px] ml-1")
        });
        html! {
            <th class={classes!(number, current.then_some("sorted"))} aria-sort={direction} scope="col">
                <button type="button" class="font-medium cursor-pointer hover:text-base-content" onclick={on_sort.reform(move |_: MouseEvent| next)}>
                    {self.label}{arrow}
                </button>
            </th>
        }
    }
}
