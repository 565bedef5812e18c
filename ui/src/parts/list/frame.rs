//! How every list looks: toolbar, table, what stands there when there are no rows, pages, and the bar of the selection.

use api::{list::ListQuery, words::Word};
use yew::prelude::*;

use super::{Head, List, Look, Pick, Row, line::LineView, pager::Pager};
use crate::parts::{
    async_view::{FailureView, Skeleton},
    bulk_bar::BulkBar,
    icon::Icon,
    segmented::{Choice, Segmented},
    table::{Checkbox, Density, Search, walk_rows},
};

/// What a page says of its list.
pub(crate) struct Frame<'f, L: Look> {
    /// Of the table, for screen readers.
    pub(crate) label: &'f str,
    /// The search's placeholder.
    pub(crate) search: &'f str,
    /// Filters that exclude each other, the one that admits everything first.
    pub(crate) shows: Vec<(<L::Query as ListQuery>::Show, &'static str)>,
    /// Further filters.
    pub(crate) filters: Html,
    /// At the toolbar's end, behind density.
    pub(crate) tools: Html,
    /// All but the box and the menu that every row has.
    pub(crate) heads: Vec<Head<<L::Query as ListQuery>::Sort>>,
    pub(crate) look: L,
    /// What can be done to the selected rows; rows have no boxes if it is absent.
    pub(crate) bulk: Option<Html>,
    /// Where there are no rows at all.
    pub(crate) empty: Html,
    /// Where none are found.
    pub(crate) none_found: String,
    /// Below the rows.
    pub(crate) note: Html,
}

impl<T: Row, Q: ListQuery> List<T, Q> {
    pub(crate) fn view<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        let Some(page) = &self.state.page else {
            return match &self.state.failure {
                Some(_) => html! {<>{self.toolbar(frame)}{self.failure()}</>},
                None => html! { <Skeleton /> },
            };
        };
        let nothing = page.counts.get(Q::Show::ALL[0].as_str()) == Some(&0);
        if nothing && !self.is_narrowed() && !self.state.busy && self.state.failure.is_none() {
            return html! { <div class="border-t border-line flex-1 flex">{frame.empty.clone()}</div> };
        }
        let shown = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
        let content = if self.state.failure.is_some() {
            self.failure()
        } else if page.items.is_empty() && !self.state.busy {
            self.none_found(frame)
        } else {
            html! {<>
                {self.table(frame)}
                <Pager page={page.page} size={self.size} {shown} total={page.total} on_page={self.on_page()} on_size={&self.set_size} />
            </>}
        };
        html! {<>
            {self.toolbar(frame)}
            {content}
            {self.bulk_bar(frame)}
        </>}
    }

    fn toolbar<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        let counts = self.state.page.as_ref().map(|page| &page.counts);
        let choices: Vec<_> = frame
            .shows
            .iter()
            .map(|(show, label)| {
                let count = counts.and_then(|counts| counts.get(show.as_str()).copied());
                Choice { count: count.and_then(|count| usize::try_from(count).ok()), ..Choice::new(*show, *label) }
            })
            .collect();
        html! {
            <div class="toolbar">
                <Search value={(*self.typed).clone()} placeholder={frame.search.to_owned()} on_input={&self.on_type} />
                <Segmented<Q::Show> label={self.t.channels_filter()} {choices} value={self.query.asked().show} class="max-md:w-full seg-wide-narrow"
                    on_choose={self.on_show()} />
                {frame.filters.clone()}
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={self.dense} on_change={&self.set_dense} />
                {frame.tools.clone()}
            </div>
        }
    }

    fn table<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        let t = self.t;
        let rows = self.rows();
        let chosen = rows.iter().filter(|row| self.is_selected(&row.id())).count();
        let class =
            classes!("dt", "dt-stack", self.dense.then_some("dt-dense"), frame.bulk.is_none().then_some("dt-plain"));
        let (sort, on_sort) = (self.query.asked().sort, self.on_sort());
        let heads = frame.heads.iter().map(|head| head.view(sort, &on_sort));
        let busy = if self.state.busy { "true" } else { "false" };
        html! {
            <div class="table-scroll" key={self.query.asked().page.to_string()} aria-busy={busy}>
                <table {class} aria-label={frame.label.to_owned()}>
                    <thead><tr>
                        if frame.bulk.is_some() {
                            <th class="w-8"><Checkbox label={t.table_select_all()} checked={chosen > 0 && chosen == rows.len()}
                                partly={chosen > 0 && chosen < rows.len()} on_change={self.on_select(rows.to_vec())} /></th>
                        }
                        {for heads}
                        <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                    </tr></thead>
                    <tbody onkeydown={walk_rows()}>for row in rows {
                        <LineView<L> key={row.id()} look={frame.look.clone()} list={self.clone()} row={row.clone()} selected={self.is_selected(&row.id())} />
                    }</tbody>
                </table>
                {frame.note.clone()}
                <div class="h-16 max-md:h-20"></div>
            </div>
        }
    }

    fn none_found<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        html! {
            <div class="flex-1 px-4 md:px-6 py-10" role="status">
                <h2 class="text-lg font-semibold tracking-[-0.01em] break-words">{&frame.none_found}</h2>
                <button type="button" class="btn btn-sm mt-3" onclick={self.on_clear().reform(|_: MouseEvent| ())}>
                    {Icon::X.small()}{self.t.table_clear_filter()}
                </button>
            </div>
        }
    }

    fn failure(&self) -> Html {
        let this = self.clone();
        self.state.failure.as_ref().map_or_else(Html::default, |failure| {
            html! { <FailureView failure={failure.clone()} busy={self.state.busy} on_retry={move |()| this.reload()} /> }
        })
    }

    fn bulk_bar<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        let Some(actions) = &frame.bulk else { return Html::default() };
        let selected = self.selected.dispatcher();
        html! {
            <BulkBar count={self.selected.0.len()} on_clear={move |()| selected.dispatch(Pick::Clear)}>{actions.clone()}</BulkBar>
        }
    }
}
