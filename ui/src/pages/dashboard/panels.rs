//! The row of smaller panels: times, top keys, and how channels are.

use std::rc::Rc;

use api::{
    channels::ChannelStatus,
    dashboard::{ChannelHealth, Dashboard, Dimension, Rank},
};
use yew::prelude::*;
use yew_router::prelude::*;

use super::{
    spend::{axis_time, span_name, starts},
    view::{self, Beat},
};
use crate::{
    i18n::{Text, use_text},
    pages::logs::query::{Address, Asked},
    parts::{
        chart::{Chart, Kind, Series},
        link::PageLink,
        meter::Meter,
        segmented::{Choice, Segmented},
        status::{Glyph, status},
    },
    range::Range,
    routes::Route,
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct PanelProps {
    pub(crate) dashboard: Rc<Dashboard>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    FirstToken,
    Duration,
}

#[component]
pub(crate) fn Times(props: &PanelProps) -> Html {
    let t = use_text();
    let shown = use_state(|| Shown::FirstToken);
    let totals = &props.dashboard.totals;
    let of = |value: fn(&api::dashboard::Totals) -> Option<i64>| -> Vec<Option<i64>> {
        props.dashboard.buckets.iter().map(|bucket| value(&bucket.totals)).collect()
    };
    let named = |name: String, color, dashed, values| Series { name: name.into(), color, dashed, values };
    let series = match *shown {
        Shown::FirstToken => vec![
            named(t.dashboard_median().to_owned(), "--s1", false, of(|totals| totals.ttft_p50_ms)),
            named("p95".to_owned(), "--s2", true, of(|totals| totals.ttft_p95_ms)),
        ],
        Shown::Duration => vec![named(t.dashboard_mean().to_owned(), "--s3", false, of(|totals| totals.duration_ms))],
    };
    let millis = |millis: Option<i64>| millis.map_or_else(|| "—".to_owned(), |millis| t.millis(millis));
    let legend = match *shown {
        Shown::FirstToken => vec![
            (t.dashboard_median(), millis(totals.ttft_p50_ms), "--s1", None),
            ("p95", millis(totals.ttft_p95_ms), "--s2", Some("4 3")),
        ],
        Shown::Duration => vec![(t.dashboard_mean(), millis(totals.duration_ms), "--s3", None)],
    };
    let choices = vec![
        Choice::new(Shown::FirstToken, t.dashboard_first_token()),
        Choice::new(Shown::Duration, t.dashboard_duration()),
    ];
    let choose = shown.setter();
    html! {
        <section class="px-4 md:px-6 py-4 min-w-0" aria-labelledby="times">
            <h2 id="times" class="sr-only">{t.dashboard_times()}</h2>
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1 mb-2">
                <Segmented<Shown> label={t.dashboard_times()} {choices} value={*shown} class="!h-7 text-xs" on_choose={move |value| choose.set(value)} />
                <span class="flex flex-wrap gap-x-3 text-xs text-ink-2 xl:max-2xl:w-full 2xl:ml-auto sm:max-xl:ml-auto">
                    for (name, value, color, dash) in legend {
                        <span class="flex items-center gap-1.5" key={name}>
                            <svg width="14" height="4" aria-hidden="true"><line x2="14" y1="2" y2="2" stroke={format!("var({color})")} stroke-width="1.5" stroke-dasharray={dash} /></svg>
                            {name}{" "}{value}
                        </span>
                    }
                </span>
            </div>
            if series.iter().all(|series| series.values.iter().all(Option::is_none)) {
                <p class="mt-3 text-sm text-ink-3">{"—"}</p>
            } else { <Chart label={t.dashboard_times()} kind={Kind::Lines} {series} height=190 at={starts(&props.dashboard)} step={props.dashboard.step_minutes * 60_000}
                value={Callback::from(move |value| t.millis(value))} time={axis_time(t, &props.dashboard, None)}
                ends_now={view::ends_now(&props.dashboard, web::now())} span={span_name(t, &props.dashboard, None)} /> }
        </section>
    }
}

/// Rankings with the logs behind them.
#[component]
pub(crate) fn Top(props: &TopProps) -> Html {
    let t = use_text();
    let navigator = use_navigator();
    let most = props.ranks.iter().map(|rank| weight(rank, &props.ranks)).max().unwrap_or(0).max(1);
    let open = |rank: &Rank| {
        let chip = view::chip(props.by, rank)?;
        let navigator = navigator.clone()?;
        let range = props.range;
        Some(Callback::from(move |_: MouseEvent| {
            let address = Address::new(&Asked::default().with(chip.clone()), range);
            let _ok = navigator.push_with_query(&Route::Logs, &address);
        }))
    };
    html! {
        <section class="px-4 md:px-6 py-4 min-w-0" aria-label={props.title.clone()}>
            <h2 class="h2 mb-2">{&props.title}</h2>
            if props.ranks.is_empty() { <p class="text-sm text-ink-3">{"—"}</p> }
            for rank in props.ranks.iter().take(5) {
                <div class="py-1.5 [&+&]:border-t border-line" key={format!("{:?}{:?}", rank.id, rank.name)}>
                    <div class="flex items-baseline gap-2">
                        <button type="button" class="truncate text-left cursor-pointer hover:underline" onclick={open(rank)}>{view::rank_name(t, props.by, rank)}</button>
                        <span class="ml-auto">{amount(t, rank)}</span>
                    </div>
                    <Meter label={format!("{}: {}", view::rank_name(t, props.by, rank), amount(t, rank))} warn_from=1_001
                        permille={u32::try_from(weight(rank, &props.ranks).saturating_mul(999) / most).unwrap_or(0)} />
                    <div class="mt-1 flex text-xs text-ink-2"><span class="truncate">{rank.username.clone().unwrap_or_default()}</span>
                        <span class="ml-auto">{t.dashboard_rank_note(rank.requests, &t.tokens(rank.tokens))}</span></div>
                </div>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TopProps {
    pub(crate) title: AttrValue,
    pub(crate) ranks: Vec<Rank>,
    pub(crate) by: Dimension,
    pub(crate) range: Range,
}

/// Money where there is any, else requests: what the ranking is ordered by.
fn weight(rank: &Rank, all: &[Rank]) -> i64 {
    if all.iter().any(|rank| rank.cost_nusd > 0) { rank.cost_nusd } else { rank.requests }
}

fn amount(t: Text, rank: &Rank) -> String {
    t.money(rank.cost_nusd)
}

#[derive(Properties, PartialEq)]
pub(crate) struct HealthProps {
    pub(crate) channels: Vec<ChannelHealth>,
}

#[component]
pub(crate) fn Health(props: &HealthProps) -> Html {
    let t = use_text();
    // Who needs the reader comes first.
    let mut channels: Vec<&ChannelHealth> = props.channels.iter().collect();
    channels.sort_by_key(|channel| trouble(channel));
    let more = i64::try_from(channels.len().saturating_sub(HEALTH_ROWS)).unwrap_or(0);
    html! {
        <section class="px-4 md:px-6 py-4 min-w-0" aria-labelledby="health">
            <div class="flex items-center mb-1"><h2 id="health" class="h2 mr-auto">{t.dashboard_health()}</h2><span class="text-xs text-ink-3">{t.dashboard_health_note()}</span></div>
            if channels.is_empty() { <p class="text-sm"><PageLink to={Route::NewChannel} class="act">{t.channels_add()}</PageLink></p> }
            for channel in channels.into_iter().take(HEALTH_ROWS) { {health_row(t, channel)} }
            if more > 0 { <p class="mt-2 text-xs"><PageLink to={Route::Channels} class="act">{t.dashboard_others(more)}</PageLink></p> }
        </section>
    }
}

/// As many channels as stand beside the other panels.
const HEALTH_ROWS: usize = 8;

/// How the last hour with traffic went; channels that are off come last.
fn trouble(channel: &ChannelHealth) -> u8 {
    let recent = channel.hours.iter().map(Beat::of).rev().find(|beat| *beat != Beat::Idle);
    match recent {
        _ if channel.status != ChannelStatus::Enabled => 4,
        Some(Beat::Down) => 0,
        Some(Beat::Shaky) => 1,
        Some(Beat::Good | Beat::Idle) => 2,
        None => 3,
    }
}

fn health_row(t: Text, channel: &ChannelHealth) -> Html {
    let requests: i64 = channel.hours.iter().map(|hour| hour.requests).sum();
    let failed: i64 = channel.hours.iter().map(|hour| hour.failed).sum();
    let beats: Vec<Beat> = channel.hours.iter().map(Beat::of).collect();
    let recent = beats.iter().rev().find(|beat| **beat != Beat::Idle);
    let enabled = channel.status == ChannelStatus::Enabled;
    let (glyph, word) = match recent {
        _ if !enabled => (Glyph::Struck, t.dashboard_disabled().to_owned()),
        None => (Glyph::Dotted, t.dashboard_idle().to_owned()),
        Some(Beat::Down) => (Glyph::Triangle, t.dashboard_failing(failed)),
        Some(Beat::Shaky) => (Glyph::Half, t.dashboard_failing(failed)),
        Some(Beat::Good | Beat::Idle) => (Glyph::Disc, t.dashboard_healthy().to_owned()),
    };
    let strip = beats.iter().map(|beat| {
        html! { <i class={match beat { Beat::Good => "", Beat::Shaky => "w", Beat::Down => "d", Beat::Idle => "z" }}></i> }
    });
    let described = t.logs_strip(requests, &t.number(failed));
    let first = channel.ttft_ms.map_or_else(|| "—".to_owned(), |millis| t.millis(millis));
    html! {
        <PageLink to={Route::Channel { id: channel.id }} class="grid grid-cols-[minmax(0,1fr)_auto_52px] items-center gap-2.5 h-[38px] [&+a]:border-t border-line">
            <span class="min-w-0 overflow-hidden leading-4"><span class="block truncate">{&channel.name}</span><span class="text-xs">{status(glyph, &word)}</span></span>
            <span class="beats beats-sm" role="img" aria-label={described.clone()} title={described.clone()}>{for strip}</span>
            <span class="text-right text-xs text-ink-2">{first}</span>
        </PageLink>
    }
}
