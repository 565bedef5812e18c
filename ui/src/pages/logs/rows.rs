//! The table of requests, newest first.

use std::rc::Rc;

use api::logs::{Log, LogState};
use yew::prelude::*;
use yew_router::prelude::*;

use super::view;
use crate::{
    i18n::{Text, use_text},
    parts::{
        columns::{Column, Shown},
        icon::Icon,
        status::status,
        table::walk_rows,
    },
    routes::Route,
    web,
};

/// Columns beside time, state and model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogColumn {
    Channel,
    Key,
    User,
    Endpoint,
    Input,
    Cached,
    Output,
    FirstToken,
    Duration,
    Cost,
}

impl Column for LogColumn {
    const ALL: &'static [Self] = &[
        Self::Channel,
        Self::Key,
        Self::User,
        Self::Endpoint,
        Self::Input,
        Self::Cached,
        Self::Output,
        Self::FirstToken,
        Self::Duration,
        Self::Cost,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Key => "key",
            Self::User => "user",
            Self::Endpoint => "endpoint",
            Self::Input => "input",
            Self::Cached => "cached",
            Self::Output => "output",
            Self::FirstToken => "first_token",
            Self::Duration => "duration",
            Self::Cost => "cost",
        }
    }

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::Channel => t.logs_column_channel(),
            Self::Key => t.logs_column_key(),
            Self::User => t.logs_column_user(),
            Self::Endpoint => t.logs_column_endpoint(),
            Self::Input => t.logs_column_input(),
            Self::Cached => t.logs_column_cached(),
            Self::Output => t.logs_column_output(),
            Self::FirstToken => t.logs_column_first_token(),
            Self::Duration => t.logs_column_duration(),
            Self::Cost => t.logs_column_cost(),
        }
    }
}

impl LogColumn {
    const fn is_number(self) -> bool {
        matches!(self, Self::Input | Self::Cached | Self::Output | Self::FirstToken | Self::Duration | Self::Cost)
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TableProps {
    pub(crate) rows: Vec<Rc<Log>>,
    pub(crate) shown: Shown,
    pub(crate) dense: bool,
    /// The one whose drawer is open.
    pub(crate) current: Option<AttrValue>,
    /// Id of a row that was opened.
    pub(crate) on_open: Callback<AttrValue>,
    pub(crate) scroller: NodeRef,
    pub(crate) on_scroll: Callback<Event>,
    /// Below the rows.
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Table(props: &TableProps) -> Html {
    let t = use_text();
    let columns: Rc<[LogColumn]> = LogColumn::ALL.iter().copied().filter(|column| props.shown.has(*column)).collect();
    let class = classes!("dt", "dt-stack", props.dense.then_some("dt-dense"));
    html! {
        <div ref={props.scroller.clone()} class="table-scroll" onscroll={props.on_scroll.clone()}>
            <table {class} aria-label={t.logs_title()}>
                <thead><tr>
                    <th scope="col">{t.logs_column_time()}</th>
                    <th scope="col">{t.logs_column_state()}</th>
                    <th scope="col">{t.logs_column_model()}</th>
                    for column in columns.iter() {
                        <th scope="col" class={column.is_number().then_some("n")} key={column.key()}>{column.label(t)}</th>
                    }
                </tr></thead>
                <tbody onkeydown={walk_rows()}>
                    for log in &props.rows {
                        <Row key={log.id.clone()} log={log.clone()} columns={columns.clone()} on_open={&props.on_open}
                            current={props.current.as_deref() == Some(log.id.as_str())} />
                    }
                </tbody>
            </table>
            {props.children.clone()}
        </div>
    }
}

#[derive(Properties)]
struct RowProps {
    log: Rc<Log>,
    columns: Rc<[LogColumn]>,
    current: bool,
    on_open: Callback<AttrValue>,
}

/// A thousand rows are compared at every change of the page: by their addresses.
impl PartialEq for RowProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.log, &other.log)
            && self.columns == other.columns
            && self.current == other.current
            && self.on_open == other.on_open
    }
}

#[component]
fn Row(props: &RowProps) -> Html {
    let t = use_text();
    let log = &props.log;
    let (glyph, word) = view::state(t, log);
    let then = log.created_at.as_millis();
    let offset = web::utc_offset(then);
    let open = {
        let (on_open, id) = (props.on_open.clone(), AttrValue::from(log.id.clone()));
        Callback::from(move |event: MouseEvent| {
            let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
            if !elsewhere {
                event.prevent_default();
                on_open.emit(id.clone());
            }
        })
    };
    let href = Route::Log { id: log.id.clone() }.to_path();
    html! {
        <tr class="cursor-pointer" aria-selected={props.current.then_some("true")} onclick={open}>
            <td data-m="end2"><a {href} data-row="" class="font-mono text-xs text-ink-2 no-underline">
                <time datetime={log.created_at.to_string()} title={t.exact(then, offset)}>{moment(t, then, offset)}</time></a></td>
            <td data-m="sub">{status(glyph, &word)}</td>
            <td data-m="title" class="font-medium md:max-w-[240px] truncate">{if log.model.is_empty() { "—" } else { log.model.as_str() }}</td>
            for column in props.columns.iter() { {cell(t, log, *column)} }
        </tr>
    }
}

/// The clock; before today with the date.
fn moment(t: Text, then: i64, offset: i32) -> String {
    let now = web::now();
    let date = t.date(now, then, offset);
    if date == t.date(now, now, web::utc_offset(now)) {
        t.clock(then, offset)
    } else {
        format!("{date} {}", t.hour_minute(then, offset))
    }
}

fn cell(t: Text, log: &Log, column: LogColumn) -> Html {
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let number = |number: i64| html! { <td class="n">{t.tokens(number)}</td> };
    let open = log.state == LogState::Open;
    match column {
        LogColumn::Channel => {
            let tries = log.attempts.len();
            html! {
                <td class="text-ink-2 max-w-[220px] truncate">
                    {log.channel_name.as_ref().map_or_else(dash, |name| html! { name })}
                    if tries > 1 {
                        <span class="ml-1.5 text-ink-3" title={t.logs_attempts(tries)}>{Icon::Repeat.with("icon icon-sm inline-block align-[-2px] mr-0.5")}{tries}</span>
                    }
                </td>
            }
        }
        LogColumn::Key => html! { <td class="text-ink-2 max-w-[180px] truncate">{&log.key_name}</td> },
        LogColumn::User => {
            html! { <td class="text-ink-2 max-w-[140px] truncate">{log.username.as_ref().map_or_else(dash, |name| html! { name })}</td> }
        }
        LogColumn::Endpoint => html! { <td class="text-ink-2 font-mono text-xs">{&log.endpoint}</td> },
        LogColumn::Input | LogColumn::Cached | LogColumn::Output if open => html! { <td class="n">{dash()}</td> },
        LogColumn::Input => number(log.input_tokens),
        LogColumn::Cached => html! { <td class="n text-ink-2">{t.tokens(log.cache_read_tokens)}</td> },
        LogColumn::Output => number(log.output_tokens),
        LogColumn::FirstToken => {
            html! { <td class="n">{log.ttft_ms.map_or_else(dash, |millis| html! { t.millis(millis) })}</td> }
        }
        LogColumn::Duration => {
            html! { <td class="n">{log.duration_ms.map_or_else(dash, |millis| html! { t.millis(millis) })}</td> }
        }
        LogColumn::Cost if open => html! { <td class="n" data-m="end">{dash()}</td> },
        LogColumn::Cost => html! { <td class="n" data-m="end">{t.money(log.cost_nusd)}</td> },
    }
}
