//! The log: what passed through, as it happens or as it was.

mod around;
mod bodies;
pub(crate) mod data;
mod detail;
mod filter_box;
mod names;
pub(crate) mod query;
mod rows;
mod strip;
mod timeline;
pub(crate) mod view;

use std::{collections::BTreeSet, rc::Rc};

use ::api::logs::{Log, LogQuery, LogState, LogSummary};
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    data::{Action, Rows},
    detail::Detail,
    filter_box::FilterBox,
    names::{use_names, use_suggested},
    query::{Address, Asked, Chip, Field, Names, bound},
    rows::{LogColumn, Table},
    strip::Strip,
};
use crate::{
    api::{self, Failure},
    i18n::use_text,
    live::{Live, use_live},
    parts::{
        async_view::FailureView,
        columns::{column_chooser, use_columns},
        export::Export,
        header::PageHeader,
        range::{RangeMenu, range_name},
        table::Density,
    },
    range::{Range, Span},
    routes::Route,
    session::use_session,
    web::{self, use_hotkey, use_title, with_query},
};

/// How often sums are read again while requests come in, in milliseconds.
const SUMMARY_EVERY: u32 = 10_000;

const OFFERED: &[Span] = &[Span::QuarterHour, Span::Hour, Span::Day, Span::Week, Span::Month];

#[derive(Properties, PartialEq)]
pub(crate) struct LogsProps {
    /// The request whose drawer is open.
    #[prop_or_default]
    pub(crate) open: Option<AttrValue>,
}

#[component]
pub(crate) fn LogsPage(props: &LogsProps) -> Html {
    let t = use_text();
    use_title(t.logs_title());
    let session = use_session();
    let admin = session.is_admin();
    let navigator = use_navigator();
    let address = use_location().and_then(|location| location.query::<Address>().ok()).unwrap_or_default();
    let (asked, range) = (address.asked(), address.range());
    let names = use_names(&asked);
    let typed = use_state(String::new);
    let suggested = use_suggested(&typed);
    let shown =
        use_columns("logs", if admin { &[LogColumn::Endpoint] } else { &[LogColumn::Endpoint, LogColumn::User] });
    let (dense, live, tail) = (use_state(|| true), use_state(|| true), use_state(|| Tail::Listening));
    let rows = use_reducer(Rows::default);
    let summary = use_state(|| None::<Rc<LogSummary>>);
    let scroller = use_node_ref();

    // A chip that names something is understood once its names are here; the others at once.
    let resolved = match &names {
        Some(names) => Some(asked.query(names)),
        None => asked.query(&Names::default()).ok().map(Ok),
    };
    let query = resolved.clone().and_then(Result::ok);
    let unknown = resolved.and_then(Result::err).unwrap_or_default();

    let summarise = use_callback((query.clone(), range), {
        let summary = summary.setter();
        move |(), (query, range): &(Option<LogQuery>, Range)| {
            let (Some(query), summary) = (query.clone(), summary.clone()) else { return };
            let bound = bound(query, *range, web::now());
            spawn_local(async move {
                // The list says what is wrong; sums are a service beside it.
                if let Ok(answer) = api::logs::summary(&bound).await {
                    summary.set(Some(Rc::new(answer)));
                }
            });
        }
    });
    let questions = use_mut_ref(|| 0_u32);
    let load = use_callback((query.clone(), range, summarise.clone()), {
        let rows = rows.dispatcher();
        move |(), (query, range, summarise): &(Option<LogQuery>, Range, Callback<()>)| {
            let Some(query) = query.clone() else { return };
            let question = {
                let mut count = questions.borrow_mut();
                *count += 1;
                *count
            };
            rows.dispatch(Action::Ask(question));
            let (bound, rows) = (bound(query.clone(), *range, web::now()), rows.clone());
            spawn_local(async move {
                let answer = api::logs::list(&bound).await;
                rows.dispatch(Action::Answer { question, more: false, query, answer });
            });
            summarise.emit(());
        }
    });
    use_effect_with(load.clone(), |load| load.emit(()));

    let ends_now = matches!(range, Range::Last(_));
    let listening = *live && ends_now && query.is_some();
    // What live events need to know, as of the last time that the page was drawn.
    let now_shown = use_mut_ref(|| (LogQuery::default(), Callback::noop()));
    if let Some(query) = &query {
        *now_shown.borrow_mut() = (bound(query.clone(), range, web::now()), load.clone());
    }
    // Sums are read again only where something changed.
    let changed = use_mut_ref(|| false);
    let on_live = {
        let (rows, scroller, tail, changed) = (rows.dispatcher(), scroller.clone(), tail.setter(), changed.clone());
        Callback::from(move |event: Live| {
            let (query, load) = now_shown.borrow().clone();
            let wait = is_scrolled(&scroller);
            *changed.borrow_mut() = true;
            match event {
                Live::Changed(changes) if changes.missed && !wait => load.emit(()),
                Live::Changed(changes) => rows.dispatch(Action::Changed { logs: changes.items, query, wait }),
                Live::Lost => tail.set(Tail::Lost),
                Live::Refused => tail.set(Tail::Refused),
                Live::Open => {
                    tail.set(Tail::Listening);
                    load.emit(());
                }
            }
        })
    };
    use_live(listening, on_live);
    use_effect_with((listening, summarise), move |(listening, summarise)| {
        let summarise = summarise.clone();
        let read = move || {
            if changed.replace(false) {
                summarise.emit(());
            }
        };
        let timer = listening.then(|| Interval::new(SUMMARY_EVERY, read));
        move || drop(timer)
    });

    let go = use_callback((), move |(route, asked, range): (Route, Asked, Range), ()| {
        if let Some(navigator) = &navigator {
            // Plain texts and numbers always serialise.
            let _ok = navigator.push_with_query(&route, &Address::new(&asked, range));
        }
    });
    let ask = {
        let go = go.clone();
        Callback::from(move |asked: Asked| go.emit((Route::Logs, asked, range)))
    };
    let show = {
        let (go, asked) = (go.clone(), asked.clone());
        Callback::from(move |range: Range| go.emit((Route::Logs, asked.clone(), range)))
    };
    let open = use_callback((asked.clone(), range, go.clone()), |id: AttrValue, (asked, range, go)| {
        go.emit((Route::Log { id: id.to_string() }, asked.clone(), *range));
    });
    let toggle = {
        let (live, tail, load, show) = (live.clone(), tail.setter(), load.clone(), show.clone());
        Callback::from(move |()| {
            tail.set(Tail::Listening);
            live.set(!listening);
            match (listening, ends_now) {
                (true, _) => {}
                (false, true) => load.emit(()),
                (false, false) => show.emit(Range::Last(Span::default())),
            }
        })
    };
    use_hotkey("l", toggle.clone());

    let at_top = use_state(|| true);
    let on_scroll = {
        let (scroller, at_top, rows) = (scroller.clone(), at_top, rows.dispatcher());
        Callback::from(move |_: Event| {
            let top = !is_scrolled(&scroller);
            if *at_top != top {
                at_top.set(top);
                // Back at the top, what waited is shown.
                if top {
                    rows.dispatch(Action::ShowWaiting);
                }
            }
        })
    };
    let show_waiting = {
        let (rows, scroller) = (rows.dispatcher(), scroller.clone());
        Callback::from(move |()| {
            rows.dispatch(Action::ShowWaiting);
            if let Some(element) = scroller.cast::<Element>() {
                element.set_scroll_top(0);
            }
        })
    };
    let more = {
        let (rows, query) = (rows.clone(), query.clone());
        Callback::from(move |()| {
            let (Some(query), Some(before)) = (query.clone(), rows.next.clone()) else { return };
            let bound = LogQuery { before: Some(before), limit: Some(200), ..bound(query.clone(), range, web::now()) };
            let (dispatcher, question) = (rows.dispatcher(), rows.question);
            dispatcher.dispatch(Action::More);
            spawn_local(async move {
                let answer = api::logs::list(&bound).await;
                dispatcher.dispatch(Action::Answer { question, more: true, query, answer });
            });
        })
    };

    let note = summary.as_ref().map(|summary| {
        let (range, cost) = (range_name(t, range), t.money(summary.cost_nusd));
        let cut = summary.scanned_to.is_some();
        html! { if cut { {t.logs_note_cut(summary.requests, &range, &cost)} } else { {t.logs_note(summary.requests, &range, &cost)} } }
    });
    let content = match &rows.failure {
        Some(failure) if rows.items.is_empty() => {
            let retry = load.clone();
            html! { <FailureView failure={failure.clone()} busy={rows.busy} on_retry={retry} /> }
        }
        _ if rows.items.is_empty() && rows.loaded && unknown.is_empty() => {
            let clear = {
                let go = go.clone();
                Callback::from(move |()| go.emit((Route::Logs, Asked::default(), range)))
            };
            around::nothing(t, &asked, &rows, range, &clear, &more, &show)
        }
        _ => html! {
            <Table rows={rows.items.clone()} shown={shown.clone()} dense={*dense} current={props.open.clone()} on_open={&open}
                scroller={scroller.clone()} {on_scroll}>{around::load_more(t, &rows, &more)}</Table>
        },
    };
    let (set_dense, set_typed) = (dense.setter(), typed.setter());
    let suggestions = suggestions(&rows.items, suggested);
    html! {<>
        <PageHeader title={t.logs_title()} note={note.unwrap_or_default()}>{around::tail(t, *tail, listening, &toggle)}</PageHeader>
        <div class="toolbar !flex-nowrap max-md:!flex-wrap !items-start">
            <FilterBox asked={asked.clone()} {unknown} {suggestions} on_ask={ask} on_type={move |text| set_typed.set(text)} />
            <RangeMenu id="log-range" {range} spans={OFFERED} on_choose={&show} />
            <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            {column_chooser::<LogColumn>(t, &shown)}
            if let Some(query) = query { <Export path={move |format| export_path(&query, range, format)} /> }
        </div>
        if let Some(summary) = &*summary {
            <Strip summary={summary.clone()} on_zoom={show.reform(|(from, to)| Range::Between(from, to))} />
        }
        {content}
        {around::footer(t, &rows, summary.as_deref(), &show_waiting)}
        if let Some(id) = &props.open {
            <Opened id={id.clone()} rows={rows.items.clone()} {admin} {asked} {range} on_go={go} on_open={open} />
        }
    </>}
}

#[derive(Properties, PartialEq)]
struct OpenedProps {
    id: AttrValue,
    rows: Vec<Rc<Log>>,
    admin: bool,
    asked: Asked,
    range: Range,
    on_go: Callback<(Route, Asked, Range)>,
    on_open: Callback<AttrValue>,
}

/// The open request: from the list, or asked for where the list doesn't hold it.
#[component]
fn Opened(props: &OpenedProps) -> Html {
    let fetched = use_state(|| None::<Result<Rc<Log>, Failure>>);
    let listed = props.rows.iter().find(|log| log.id == props.id.as_str()).cloned();
    {
        let fetched = fetched.setter();
        use_effect_with((props.id.clone(), listed.is_none()), move |(id, needed)| {
            if *needed {
                let id = id.clone();
                fetched.set(None);
                spawn_local(async move { fetched.set(Some(api::logs::get(&id).await.map(Rc::new))) });
            }
        });
    }
    let missing = listed.is_none() && matches!(&*fetched, Some(Err(_)));
    let log = listed.or_else(|| match &*fetched {
        Some(Ok(log)) if log.id == props.id.as_str() => Some(log.clone()),
        _ => None,
    });
    let walk = {
        let (rows, id, on_open) = (props.rows.clone(), props.id.clone(), props.on_open.clone());
        Callback::from(move |up: bool| {
            let at = rows.iter().position(|log| log.id == id.as_str());
            let next = match at {
                Some(at) if up => at.checked_sub(1),
                Some(at) => Some(at + 1),
                None => Some(0),
            };
            if let Some(log) = next.and_then(|next| rows.get(next)) {
                on_open.emit(AttrValue::from(log.id.clone()));
            }
        })
    };
    let go = |asked: Asked| {
        let (on_go, range) = (props.on_go.clone(), props.range);
        move || on_go.emit((Route::Logs, asked.clone(), range))
    };
    let close = go(props.asked.clone());
    let filter = {
        let (on_go, asked, range) = (props.on_go.clone(), props.asked.clone(), props.range);
        move |chip| on_go.emit((Route::Logs, asked.clone().with(chip), range))
    };
    html! {
        <Detail {log} {missing} admin={props.admin} on_walk={walk} on_filter={filter} on_close={move |()| close()} />
    }
}

/// Where the whole list is as a file.
fn export_path(query: &LogQuery, range: Range, format: &'static str) -> String {
    with_query(&format!("/api/logs/export/{format}"), &bound(query.clone(), range, web::now()))
}

/// How the live tail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    Listening,
    Lost,
    Refused,
}

/// Chips that would find something.
fn suggestions(rows: &[Rc<Log>], suggested: Vec<Chip>) -> Vec<String> {
    let mut chips: Vec<Chip> = LogState::ALL.into_iter().map(|state| Chip::new(Field::State, state.as_str())).collect();
    let models: BTreeSet<&str> = rows.iter().map(|log| log.model.as_str()).filter(|model| !model.is_empty()).collect();
    chips.extend(models.into_iter().map(|model| Chip::new(Field::Model, model)));
    chips.extend(suggested);
    chips.into_iter().map(|chip| Asked::default().with(chip).text()).collect()
}

/// Whether the reader has left the top; the page scrolls itself where it is narrow.
fn is_scrolled(scroller: &NodeRef) -> bool {
    let inner = scroller.cast::<Element>().is_some_and(|element| element.scroll_top() > 4);
    inner || web::window().scroll_y().is_ok_and(|y| y > 160.0)
}
