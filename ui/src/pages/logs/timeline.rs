//! A request's phases as bars on one axis; a dashed rule at the first token.

use api::logs::Log;
use yew::prelude::*;

use super::view::{self, Bar, Phase};
use crate::{
    format::shortest,
    i18n::{Text, use_text},
    parts::status::Glyph,
};

#[derive(Properties, PartialEq)]
pub(crate) struct TimelineProps {
    pub(crate) log: std::rc::Rc<Log>,
}

#[component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let t = use_text();
    let log = &props.log;
    let (bars, end) = view::timeline(log);
    if bars.is_empty() {
        return html! { <p class="text-xs text-ink-2">{t.logs_no_attempt()}</p> };
    }
    let first = log.ttft_ms.map(|first| permille(first, end));
    let rows = bars.iter().map(|bar| {
        html! {
            <div class="contents" key={format!("{:?}", bar.phase)}>
                {label(t, log, &bar.phase)}
                {track(bar, end, first)}
                <span class="text-right text-ink-2 n">{t.millis(bar.to - bar.from)}</span>
            </div>
        }
    });
    let marks = view::marks(end).into_iter().enumerate().map(|(index, at)| {
        let (percent, text) = (percent(permille(at, end)), if at == 0 { "0".to_owned() } else { shortest(&t.millis(at)) });
        // There is no room for all where it is narrow.
        let narrow = (index % 2 == 1).then_some("max-md:hidden");
        let anchor = if index == 0 { "start" } else { "middle" };
        html! { <text key={at} class={classes!("fill-ink-3", narrow)} x={percent} y="12" text-anchor={anchor}>{text}</text> }
    });
    let failed = bars.iter().filter_map(|bar| match bar.phase {
        Phase::Failed(number) => log.attempts.get(number - 1).map(|attempt| (number, attempt)),
        Phase::Waited(_) | Phase::Stream => None,
    });
    let notes = failed.map(|(number, attempt)| {
        let cause = attempt.error.as_deref().map_or_else(|| t.logs_no_answer().to_owned(), |error| t.server(error));
        html! { <p key={number} class="mt-1 text-xs text-ink-2 border-l-2 border-error pl-2 ml-0.5 break-words">{t.logs_attempt_failed(&number.to_string(), &cause)}</p> }
    });
    html! {<>
        <div class="grid grid-cols-[minmax(0,176px)_minmax(60px,1fr)_64px] max-md:grid-cols-[minmax(0,112px)_minmax(60px,1fr)_56px] gap-x-3 items-center text-[12.5px]">
            <span></span>
            <svg class="axis w-full h-4 overflow-visible" aria-hidden="true">{for marks}</svg>
            <span></span>
            {for rows}
        </div>
        if let Some(first) = log.ttft_ms { <p class="mt-1 text-xs text-ink-3">{t.logs_first_token_at(&t.millis(first))}</p> }
        {for notes}
    </>}
}

fn label(t: Text, log: &Log, phase: &Phase) -> Html {
    let name = |number: usize| {
        let attempt = log.attempts.get(number - 1);
        let name = attempt.map(|attempt| attempt.channel_name.as_str()).filter(|name| !name.is_empty());
        let name = name.or(log.channel_name.as_deref()).unwrap_or("—");
        format!("{number} {name}")
    };
    let (glyph, name) = match phase {
        Phase::Failed(number) => (Some(Glyph::Triangle), name(*number)),
        Phase::Waited(number) => (Some(Glyph::Disc), name(*number)),
        Phase::Stream if log.stream => (None, t.logs_phase_stream().to_owned()),
        Phase::Stream => (None, t.logs_phase_answer().to_owned()),
    };
    let glyph = glyph.map(Glyph::view);
    html! { <span class="flex items-center gap-1.5 min-w-0" title={name.clone()}>{glyph}<span class="truncate">{name}</span></span> }
}

fn track(bar: &Bar, end: i64, first: Option<i64>) -> Html {
    let (from, to) = (permille(bar.from, end), permille(bar.to, end));
    // A bar of no length still shows that it was.
    let width = percent((to - from).max(4));
    let class = match bar.phase {
        Phase::Failed(_) => "fill-error",
        Phase::Waited(_) => "fill-[url(#hatch)] stroke-primary",
        Phase::Stream => "fill-primary",
    };
    html! {
        <svg class="w-full h-5 overflow-visible" aria-hidden="true">
            <defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="2" height="4" class="fill-primary" />
            </pattern></defs>
            <rect {class} x={percent(from)} y="6" {width} height="8" rx="2" />
            if let Some(first) = first {
                <line class="stroke-line-2" x1={percent(first)} x2={percent(first)} y1="0" y2="20" stroke-dasharray="3 2" />
            }
        </svg>
    }
}

fn percent(permille: i64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

fn permille(millis: i64, end: i64) -> i64 {
    (millis * 1_000 / end.max(1)).clamp(0, 1_000)
}
