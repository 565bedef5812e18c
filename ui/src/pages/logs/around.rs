//! What stands around the rows: the live button, the range, the end of the list, the foot.

use api::logs::LogSummary;
use yew::prelude::*;

use super::{Tail, data::Rows, query::Asked};
use crate::{
    i18n::Text,
    parts::{empty::Empty, icon::Icon, range::range_name, status::Glyph},
    range::{Range, Span},
    web,
};

pub(super) fn tail(t: Text, tail: Tail, listening: bool, on_toggle: &Callback<()>) -> Html {
    let (glyph, label) = match (tail, listening) {
        (Tail::Lost, true) => (Glyph::Dotted, t.logs_live_lost()),
        (Tail::Refused, true) => (Glyph::Struck, t.logs_live_refused()),
        (Tail::Listening, true) => (Glyph::Ring, t.logs_live()),
        (_, false) => (Glyph::Struck, t.logs_live_off()),
    };
    html! {
        <button type="button" class="btn btn-sm" aria-pressed={if listening { "true" } else { "false" }} title={t.logs_live_help()}
            onclick={on_toggle.reform(|_: MouseEvent| ())}>
            {glyph.view()}{label}<kbd class="kbd kbd-xs max-md:hidden" aria-hidden="true">{"L"}</kbd>
        </button>
    }
}

/// There is nothing to show: never was, or not for this filter.
pub(super) fn nothing(
    t: Text,
    asked: &Asked,
    rows: &Rows,
    range: Range,
    on_clear: &Callback<()>,
    on_more: &Callback<()>,
    on_range: &Callback<Range>,
) -> Html {
    let widest = Range::Last(Span::Month);
    let widen = (range != widest).then(|| {
        let onclick = on_range.reform(move |_: MouseEvent| widest);
        html! { <button type="button" class="btn btn-sm" {onclick}>{Icon::Clock.small()}{t.logs_widen()}</button> }
    });
    if asked.is_empty() {
        return html! {
            <div class="flex-1 flex">
                <Empty drawing={drawing()} title={t.logs_empty_headline(&range_name(t, range))} text={t.logs_empty_text()}>
                    <div class="mt-6 flex justify-center gap-2">{widen}</div>
                </Empty>
            </div>
        };
    }
    html! {
        <div class="flex-1 px-4 md:px-6 py-10" role="status">
            <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.logs_none_found()}</h2>
            <p class="mt-1 text-base text-ink-2">
                {match rows.scanned_to {
                    Some(to) => t.logs_searched_to(&t.exact(to.as_millis(), web::utc_offset(to.as_millis()))),
                    None => t.logs_none_found_text(&range_name(t, range), &asked.text()),
                }}
            </p>
            <div class="mt-3 flex gap-2">
                if rows.next.is_some() {
                    <button type="button" class="btn btn-sm" disabled={rows.busy} onclick={on_more.reform(|_: MouseEvent| ())}>{Icon::Search.small()}{t.logs_search_on()}</button>
                }
                <button type="button" class="btn btn-sm" onclick={on_clear.reform(|_: MouseEvent| ())}>{Icon::X.small()}{t.table_clear_filter()}</button>
                {widen}
            </div>
        </div>
    }
}

/// The way to older rows.
pub(super) fn load_more(t: Text, rows: &Rows, on_more: &Callback<()>) -> Html {
    if rows.next.is_none() {
        return Html::default();
    }
    let reached =
        rows.scanned_to.map(|to| t.logs_searched_to(&t.exact(to.as_millis(), web::utc_offset(to.as_millis()))));
    html! {
        <div class="flex flex-wrap items-center gap-3 px-4 md:px-6 py-3">
            <button type="button" class="btn btn-sm" disabled={rows.busy} onclick={on_more.reform(|_: MouseEvent| ())}>
                {Icon::ArrowDown.small()}{if reached.is_some() { t.logs_search_on() } else { t.logs_more() }}
            </button>
            <span class="text-xs text-ink-2">{reached}</span>
            if let Some(failure) = &rows.failure { <span class="text-xs t-err" role="alert">{failure.sentence(t)}</span> }
        </div>
    }
}

pub(super) fn footer(t: Text, rows: &Rows, summary: Option<&LogSummary>, on_show: &Callback<()>) -> Html {
    let waiting = rows.waiting.len();
    let key = |key: &str| html! { <kbd class="kbd kbd-xs">{key.to_owned()}</kbd> };
    html! {
        <footer class="flex flex-wrap items-center gap-x-4 gap-y-1 min-h-9 px-4 md:px-6 py-1 border-t border-line text-xs text-ink-2">
            <span role="status" class="empty:-mr-4">
                if waiting > 0 {
                    <span class="st">{Glyph::Ring.view()}{t.logs_waiting(waiting)}
                        <button type="button" class="act cursor-pointer" onclick={on_show.reform(|_: MouseEvent| ())}>{t.logs_waiting_show()}</button></span>
                }
            </span>
            if let Some(summary) = summary {
                <span data-testid="log-sum">{t.logs_sum(summary.requests)}{" "}<b class="font-medium text-base-content">{t.money(summary.cost_nusd)}</b></span>
                <span>{t.logs_sum_tokens(&t.tokens(summary.input_tokens), &t.tokens(summary.cache_read_tokens), &t.tokens(summary.output_tokens))}</span>
                if let Some(to) = summary.scanned_to {
                    <span class="t-warn">{t.logs_sum_cut(&t.exact(to.as_millis(), web::utc_offset(to.as_millis())))}</span>
                }
            }
            <span class="ml-auto max-md:hidden flex items-center gap-3" aria-hidden="true">
                <span class="flex items-center gap-1">{key("↑")}{key("↓")}{t.logs_key_move()}</span>
                <span class="flex items-center gap-1">{key("↵")}{t.logs_key_open()}</span>
            </span>
        </footer>
    }
}

fn drawing() -> Html {
    html! {
        <svg class="mx-auto" width="220" height="72" viewBox="0 0 220 72" fill="none" aria-hidden="true">
            <g class="stroke-line-2" stroke-width="1.5" stroke-dasharray="3 4">
                <path d="M24 14h172M24 30h172M24 46h172M24 62h172" />
            </g>
            <g class="fill-base-100" stroke-width="1.5">
                <circle class="stroke-primary" cx="24" cy="14" r="5" />
                <circle class="stroke-line-2" cx="24" cy="30" r="5" /><circle class="stroke-line-2" cx="24" cy="46" r="5" /><circle class="stroke-line-2" cx="24" cy="62" r="5" />
            </g>
        </svg>
    }
}
