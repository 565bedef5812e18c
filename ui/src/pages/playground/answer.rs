//! One answer: as text, as what was sent and came back, or as its events.

use ::api::logs::{Log, LogState};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{
    ask::curl,
    run::{Run, State},
};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::{
        code::Code,
        copy::CopyButton,
        icon::Icon,
        link::PageLink,
        markdown::Markdown,
        status::{Glyph, status},
    },
    routes::Route,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Answers,
    Raw,
    Events,
}

/// Events beyond this aren't drawn: they are in the raw answer.
const MOST_EVENTS: usize = 300;

pub(crate) fn answer(t: Text, view: View, run: &Run, base_url: &str, now: i64) -> Html {
    let shown = match view {
        View::Answers => text(t, run),
        View::Raw => raw(t, run, base_url),
        View::Events => events(t, run),
    };
    html! {<>
        {shown}
        {state(t, run, now)}
        {numbers(t, run, now)}
    </>}
}

fn text(t: Text, run: &Run) -> Html {
    let pretty = |arguments: &str| {
        serde_json::from_str::<serde_json::Value>(arguments)
            .ok()
            .and_then(|value| serde_json::to_string_pretty(&value).ok())
            .unwrap_or_else(|| arguments.to_owned())
    };
    html! {<>
        if !run.thinking.is_empty() {
            <details class="mb-3 text-sm text-ink-2"><summary class="cursor-pointer text-ink-3">{t.playground_thought()}</summary>
                <div class="mt-2 pl-3 border-l border-line whitespace-pre-wrap break-words">{&run.thinking}</div>
            </details>
        }
        if !run.text.is_empty() { <Markdown text={run.text.clone()} /> }
        for (at, call) in run.tool_calls.iter().enumerate() {
            <div class="mt-3" key={at}>
                <Code title={t.playground_calls(&call.name)} text={pretty(&call.arguments)} copy_label={t.playground_copy_arguments()} />
            </div>
        }
        if let Some(error) = &run.error {
            <div class="mt-2 flex gap-2 items-start text-error" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}
                <div class="min-w-0">
                    if let Some(status) = run.status { <span class="font-mono text-xs mr-2">{status}</span> }
                    <span class="whitespace-pre-wrap break-words">{error}</span>
                </div>
            </div>
        }
    </>}
}

fn state(t: Text, run: &Run, now: i64) -> Html {
    let shown = match run.state {
        State::Running if run.ttft().is_some() => {
            status(Glyph::Ring, &t.playground_streaming(&t.millis(run.duration(now))))
        }
        State::Running => status(Glyph::Ring, &t.playground_waiting(&t.millis(run.duration(now)))),
        State::Stopped => status(Glyph::Struck, t.playground_stopped()),
        State::Done if run.finish.as_deref() == Some("length") => status(Glyph::Clock, t.playground_cut_short()),
        State::Done | State::Failed => return Html::default(),
    };
    html! { <p class="mt-2 text-sm" role="status">{shown}</p> }
}

fn numbers(t: Text, run: &Run, now: i64) -> Html {
    if run.state == State::Running {
        return Html::default();
    }
    let fact = |name: &'static str, value: Option<String>| {
        html! { <div><dt class="text-xs text-ink-3">{name}</dt><dd class="font-medium">{value.unwrap_or_else(|| "—".to_owned())}</dd></div> }
    };
    let (input, output) = run.tokens.unzip();
    html! {
        <dl class="mt-3 pt-2 border-t border-line flex flex-wrap gap-x-6 gap-y-2 text-sm">
            {fact(t.playground_first_token(), run.ttft().map(|millis| t.millis(millis)))}
            {fact(t.playground_speed(), run.pace().and_then(|(tokens, millis)| t.speed(tokens, millis)))}
            {fact(t.playground_duration(), Some(t.millis(run.duration(now))))}
            {fact(t.playground_in(), input.map(|tokens| t.tokens(tokens)))}
            {fact(t.playground_out(), output.map(|tokens| t.tokens(tokens)))}
            {fact(t.playground_finish(), run.finish.clone())}
            if let Some(id) = run.request_id.as_ref().filter(|_| run.tokens.is_some()) { <Cost id={id.clone()} /> }
            if let Some(id) = &run.request_id {
                <div class="self-end"><dt class="sr-only">{t.error_request_id()}</dt><dd><PageLink to={Route::Log { id: id.clone() }} class="act text-xs">{t.playground_log()}</PageLink></dd></div>
            }
        </dl>
    }
}

#[derive(Properties, PartialEq)]
struct CostProps {
    /// The request's.
    id: String,
}

/// What an answer cost, once its log tells.
#[component]
fn Cost(props: &CostProps) -> Html {
    let t = use_text();
    let log = use_state(|| None::<Log>);
    use_effect_with(props.id.clone(), {
        let log = log.setter();
        move |id| {
            let id = id.clone();
            spawn_local(async move {
                // An answer that ended is settled. Without its log there is nothing to say.
                log.set(api::logs::get(&id).await.ok().filter(|log| log.state != LogState::Open));
            });
        }
    });
    let cost = log.as_ref().map_or_else(
        || "—".to_owned(),
        |log| {
            if log.unpriced { t.price_none().to_owned() } else { t.money(log.cost_nusd) }
        },
    );
    html! { <div data-testid="cost"><dt class="text-xs text-ink-3">{t.logs_column_cost()}</dt><dd class="font-medium">{cost}</dd></div> }
}

fn raw(t: Text, run: &Run, base_url: &str) -> Html {
    html! {
        <div class="grid gap-3">
            <div class="flex flex-wrap items-center gap-2 text-xs text-ink-3">
                if let Some(id) = &run.request_id { {t.error_request_id()}<code class="font-mono">{id}</code><CopyButton text={id.clone()} label={t.error_copy_id()} /> }
                <CopyButton class="btn btn-xs ml-auto" text={curl(base_url, &run.sent)} label={t.playground_copy_curl()}>{t.playground_copy_curl()}</CopyButton>
            </div>
            <Code title={t.playground_request()} text={run.sent.clone()} copy_label={t.playground_copy_request()} />
            <Code title={run.status.map_or_else(|| t.playground_answer().to_owned(), |status| format!("{} · {status}", t.playground_answer()))}
                text={run.raw.clone()} copy_label={t.playground_copy_answer()} />
        </div>
    }
}

fn events(t: Text, run: &Run) -> Html {
    if run.events.is_empty() {
        return html! { <p class="text-ink-2">{t.playground_no_events()}</p> };
    }
    html! {
        <ol class="code !overflow-x-auto" tabindex="0">
            for (at, (millis, data)) in run.events.iter().take(MOST_EVENTS).enumerate() {
                <li key={at} class="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-2 px-3 py-1 border-b border-line last:border-0">
                    <span class="text-ink-3 text-right">{format!("+{}", t.millis(*millis))}</span><span class="break-all">{data}</span>
                </li>
            }
            if run.events.len() > MOST_EVENTS { <li class="px-3 py-1 text-ink-3">{t.playground_more_events(run.events.len() - MOST_EVENTS)}</li> }
        </ol>
    }
}
