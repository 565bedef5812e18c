//! The end of a list: which of its rows are in view, and the way to the others.

use yew::prelude::*;

use crate::{i18n::use_text, parts::icon::Icon};

/// Rows of a page. A page of a thousand would be slow to draw.
pub(super) const PAGE: i64 = 50;

/// The number of the last page.
pub(super) const fn last(total: i64) -> i64 {
    if total <= PAGE { 1 } else { (total - 1) / PAGE + 1 }
}

#[derive(Properties, PartialEq)]
pub(super) struct PagerProps {
    pub(super) page: i64,
    /// Rows on this page.
    pub(super) shown: i64,
    pub(super) total: i64,
    pub(super) on_page: Callback<i64>,
}

#[component]
pub(super) fn Pager(props: &PagerProps) -> Html {
    let t = use_text();
    let last = last(props.total);
    let from = (props.page - 1) * PAGE + 1;
    let range = t.table_range(&t.number(from), &t.number(from + props.shown - 1), &t.number(props.total));
    if last == 1 {
        // Whoever doesn't see the rows is told how many a search found.
        return html! { <p class="sr-only" role="status">{range}</p> };
    }
    let step = |label: &'static str, icon: Icon, to: i64| {
        let on_page = props.on_page.clone();
        html! {
            <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={label} title={label} disabled={!(1..=last).contains(&to)}
                onclick={move |_| on_page.emit(to)}>{icon.view()}</button>
        }
    };
    html! {
        <nav class="pager" aria-label={t.table_pages()}>
            <p role="status">{range}</p>
            <span class="ml-auto max-md:hidden">{t.table_page_of(&t.number(props.page), &t.number(last))}</span>
            <span class="flex items-center gap-1 max-md:ml-auto">
                {step(t.table_previous(), Icon::ChevronLeft, props.page - 1)}
                {step(t.table_next(), Icon::ChevronRight, props.page + 1)}
            </span>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_holds_the_last_row() {
        let pages = [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3), (1_005, 21)];
        assert_eq!(pages.map(|(total, _)| last(total)), pages.map(|(_, expected)| expected));
    }
}
