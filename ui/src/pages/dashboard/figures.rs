//! The key figures: a value, what it means, how it changed, and its line.

use api::dashboard::{Dashboard, Totals};
use yew::prelude::*;

use super::view;
use crate::{i18n::Text, web};

struct Figure {
    id: &'static str,
    name: &'static str,
    value: String,
    note: String,
    change: Option<String>,
    line: Vec<i64>,
}

pub(super) fn figures(t: Text, dashboard: &Dashboard) -> Html {
    let (now, before) = (&dashboard.totals, &dashboard.before);
    let full = view::full(dashboard, web::now());
    let line = |of: fn(&Totals) -> i64| full.iter().map(|bucket| of(&bucket.totals)).collect::<Vec<i64>>();
    let per_request = now.cost_nusd.checked_div(now.requests).unwrap_or(0);
    let share = |totals: &Totals| (totals.failed, totals.requests);
    let hits = |totals: &Totals| (totals.cache_read_tokens, totals.input_tokens);
    let millis = |millis: Option<i64>| millis.map_or_else(|| "—".to_owned(), |millis| t.millis(millis));
    let all = [
        Figure {
            id: "cost",
            name: t.dashboard_cost(),
            value: t.money(now.cost_nusd),
            note: t.dashboard_per_request(&t.money(per_request)),
            change: (before.requests > 0).then(|| view::signed(now.cost_nusd - before.cost_nusd, |nusd| t.money(nusd))),
            line: line(|totals| totals.cost_nusd),
        },
        Figure {
            id: "requests",
            name: t.dashboard_requests(),
            value: t.number(now.requests),
            note: t.dashboard_running(dashboard.running),
            change: view::change(now.requests, before.requests),
            line: line(|totals| totals.requests),
        },
        Figure {
            id: "tokens",
            name: t.dashboard_tokens(),
            value: t.tokens(now.tokens()),
            note: t.dashboard_from_cache(&t.tokens(now.cache_read_tokens)),
            change: view::change(now.tokens(), before.tokens()),
            line: line(Totals::tokens),
        },
        Figure {
            id: "failed",
            name: t.dashboard_failed(),
            value: t.percent(now.failed, now.requests),
            note: t.dashboard_failed_note(now.failed, &t.number(now.retried)),
            change: view::points(t, share(now), share(before)),
            line: line(|totals| totals.failed),
        },
        Figure {
            id: "first-token",
            name: t.dashboard_first_token(),
            value: millis(now.ttft_p50_ms),
            note: t.dashboard_p95(&millis(now.ttft_p95_ms)),
            change: now
                .ttft_p50_ms
                .zip(before.ttft_p50_ms)
                .map(|(now, before)| view::signed(now - before, |ms| t.millis(ms))),
            line: full.iter().filter_map(|bucket| bucket.totals.ttft_p50_ms).collect(),
        },
        Figure {
            id: "cache",
            name: t.dashboard_cache(),
            value: t.percent(now.cache_read_tokens, now.input_tokens),
            note: t.dashboard_of_input(&t.tokens(now.input_tokens)),
            change: view::points(t, hits(now), hits(before)),
            line: line(|totals| totals.cache_read_tokens),
        },
    ];
    html! {
        <section class="grid grid-cols-2 md:grid-cols-3 xl:grid-cols-6 border-t border-line figures" aria-label={t.dashboard_figures()}>
            for figure in all { {view_of(&figure)} }
        </section>
    }
}

fn view_of(figure: &Figure) -> Html {
    // A unit stands apart and small.
    let (value, unit) = match figure.value.split_once(' ') {
        Some((value, unit)) if !value.starts_with('<') => (value.to_owned(), unit.to_owned()),
        _ => (figure.value.clone(), String::new()),
    };
    let line = view::sparkline(&figure.line).map(|points| {
        let (x, y) = points.rsplit(' ').next().and_then(|last| last.split_once(',')).unwrap_or_default();
        let (x, y) = (x.to_owned(), y.to_owned());
        html! {
            <svg class="ml-auto min-w-0" width="72" height="18" viewBox="0 0 72 18" aria-hidden="true">
                <polyline class="stroke-ink-3" {points} fill="none" stroke-width="1.25" stroke-linejoin="round" />
                <circle class="fill-base-content" cx={x} cy={y} r="1.75" />
            </svg>
        }
    });
    html! {
        <div class="p-4 md:max-xl:[&:nth-child(3n+1)]:pl-6 xl:first:pl-6 xl:last:pr-6 min-w-0" data-testid={format!("figure-{}", figure.id)} key={figure.id}>
            <h2 class="text-xs text-ink-2">{figure.name}</h2>
            <p class="mt-1 flex items-baseline gap-1"><span class="text-2xl font-semibold tracking-[-0.02em]">{value}</span><span class="text-sm text-ink-2">{unit}</span></p>
            <p class="mt-1 text-xs text-ink-2 truncate" title={figure.note.clone()}>{&figure.note}</p>
            <div class="mt-2.5 h-[18px] flex items-center gap-2 text-xs text-ink-3"><span class="whitespace-nowrap">{figure.change.clone().unwrap_or_default()}</span>{line}</div>
        </div>
    }
}
