//! How every list looks: toolbar, table, what stands there when there are no rows, pages, and the bar of the selection.

use api::{list::ListQuery, words::Word};
use yew::prelude::*;

use super::{Head, List, Look, Pick, Row, line::LineView, pager::Pager};
use crate::{
    i18n::Text,
    parts::{
        async_view::{FailureView, Skeleton},
        bulk_bar::BulkBar,
        icon::Icon,
        segmented::{Choice, Segmented},
        table::{Checkbox, Density, Search, walk_rows},
    },
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
            none_found(self.t, &frame.none_found, &self.on_clear())
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
        let count = |show: Q::Show| usize::try_from(*counts?.get(show.as_str())?).ok();
        // By their places, so that one control draws the choices of all lists.
        let choices = frame.shows.iter().enumerate();
        let choices =
            choices.map(|(at, (show, label))| Choice { count: count(*show), ..Choice::new(at, *label) }).collect();
        let chosen = frame.shows.iter().position(|(show, _)| *show == self.query.asked().show).unwrap_or(0);
        let shows: Vec<Q::Show> = frame.shows.iter().map(|(show, _)| *show).collect();
        Toolbar {
            t: self.t,
            typed: (*self.typed).clone(),
            placeholder: frame.search.to_owned(),
            on_type: &self.on_type,
            choices,
            chosen,
            on_choose: self.on_show().reform(move |at: usize| shows[at]),
            filters: frame.filters.clone(),
            dense: self.dense,
            set_dense: &self.set_dense,
            tools: frame.tools.clone(),
        }
        .view()
    }

    fn table<L: Look<Row = T, Query = Q>>(&self, frame: &Frame<'_, L>) -> Html {
        let rows = self.rows();
        let chosen = rows.iter().filter(|row| self.is_selected(&row.id())).count();
        let select_all =
            frame.bulk.is_some().then(|| (chosen > 0, chosen == rows.len(), self.on_select(rows.to_vec())));
        let class =
            classes!("dt", "dt-stack", self.dense.then_some("dt-dense"), frame.bulk.is_none().then_some("dt-plain"));
        let (sort, on_sort) = (self.query.asked().sort, self.on_sort());
        let heads = frame.heads.iter().map(|head| head.view(sort, &on_sort));
        // By its place: rows that are ordered anew are written into what stands there, which costs a third of making it again.
        let rows = rows.iter().enumerate().map(|(at, row)| {
            html! {
                <LineView<L> key={at} look={frame.look.clone()} list={self.clone()} row={row.clone()} selected={self.is_selected(&row.id())} />
            }
        });
        Table {
            t: self.t,
            label: frame.label.to_owned(),
            class,
            busy: self.state.busy,
            select_all,
            heads: heads.collect(),
            rows: rows.collect(),
            note: frame.note.clone(),
        }
        .view()
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

struct Toolbar<'f> {
    t: Text,
    typed: String,
    placeholder: String,
    on_type: &'f Callback<String>,
    choices: Vec<Choice<usize>>,
    chosen: usize,
    on_choose: Callback<usize>,
    filters: Html,
    dense: bool,
    set_dense: &'f Callback<bool>,
    tools: Html,
}

impl Toolbar<'_> {
    fn view(self) -> Html {
        html! {
            <div class="toolbar">
                <Search value={self.typed} placeholder={self.placeholder} on_input={self.on_type} />
                <Segmented<usize> label={self.t.channels_filter()} choices={self.choices} value={self.chosen} class="max-md:w-full seg-wide-narrow"
                    on_choose={self.on_choose} />
                {self.filters}
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={self.dense} on_change={self.set_dense} />
                {self.tools}
            </div>
        }
    }
}

struct Table {
    t: Text,
    label: String,
    class: Classes,
    busy: bool,
    /// Whether any and whether all are selected, and what selects all.
    select_all: Option<(bool, bool, Callback<bool>)>,
    heads: Html,
    rows: Html,
    note: Html,
}

impl Table {
    fn view(self) -> Html {
        let t = self.t;
        let select_all = self.select_all.map(|(any, all, on_change)| {
            html! {
                <th class="w-8"><Checkbox label={t.table_select_all()} checked={any && all} partly={any && !all} {on_change} /></th>
            }
        });
        html! {
            <div class="table-scroll" aria-busy={if self.busy { "true" } else { "false" }}>
                <table class={self.class} aria-label={self.label}>
                    <thead><tr>
                        {select_all}
                        {self.heads}
                        <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                    </tr></thead>
                    <tbody onkeydown={walk_rows()}>{self.rows}</tbody>
                </table>
                {self.note}
                <div class="h-16 max-md:h-20"></div>
            </div>
        }
    }
}

fn none_found(t: Text, words: &str, on_clear: &Callback<()>) -> Html {
    html! {
        <div class="flex-1 px-4 md:px-6 py-10" role="status">
            <h2 class="text-lg font-semibold tracking-[-0.01em] break-words">{words.to_owned()}</h2>
            <button type="button" class="btn btn-sm mt-3" onclick={on_clear.reform(|_: MouseEvent| ())}>{Icon::X.small()}{t.table_clear_filter()}</button>
        </div>
    }
}
