//! The end of a list: which of its rows are in view, how many of them, and the way to the others.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::icon::Icon,
    prefs::{save, saved},
};

/// How many rows a page can have; the first unless the person chooses. More would be slow to draw.
const SIZES: [i64; 3] = [50, 100, 200];

/// Kept in the browser, alike for all lists.
const SIZE: &str = "aigw.page_size";

/// Rows of a page, as the person wants them.
pub(super) fn size() -> i64 {
    let wanted = saved(SIZE).and_then(|text| text.parse().ok());
    wanted.filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0])
}

pub(super) fn save_size(size: i64) {
    save(SIZE, &size.to_string());
}

/// The number of the last page.
pub(super) const fn last(total: i64, size: i64) -> i64 {
    if total <= size { 1 } else { (total - 1) / size + 1 }
}

#[derive(Properties, PartialEq)]
pub(super) struct PagerProps {
    pub(super) page: i64,
    /// Most rows of a page.
    pub(super) size: i64,
    /// Rows on this page.
    pub(super) shown: i64,
    pub(super) total: i64,
    pub(super) on_page: Callback<i64>,
    pub(super) on_size: Callback<i64>,
}

#[component]
pub(super) fn Pager(props: &PagerProps) -> Html {
    let t = use_text();
    let last = last(props.total, props.size);
    let from = (props.page - 1) * props.size + 1;
    let range = t.table_range(&t.number(from), &t.number(from + props.shown - 1), &t.number(props.total));
    if props.total <= SIZES[0] {
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
    let onchange = {
        let on_size = props.on_size.clone();
        move |event: Event| {
            if let Ok(size) = event.target_unchecked_into::<HtmlSelectElement>().value().parse() {
                on_size.emit(size);
            }
        }
    };
    html! {
        <nav class="pager" aria-label={t.table_pages()}>
            <p role="status">{range}</p>
            <select class="select select-xs w-auto !border-transparent !bg-transparent hover:!border-line-2 max-md:hidden" aria-label={t.table_page_size()} {onchange}>
                for size in SIZES {
                    <option value={size.to_string()} selected={size == props.size}>{t.table_rows(&t.number(size))}</option>
                }
            </select>
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
        assert_eq!(pages.map(|(total, _)| last(total, 50)), pages.map(|(_, expected)| expected));
    }
}
