//! What was asked and answered, where the key keeps it: fetched when a person wants to read it, as that leaves a trace.

use api::logs::{LogBodies, LogBody};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api as server,
    i18n::{Text, use_text},
    parts::{code::Code, icon::Icon},
};

#[derive(Properties, PartialEq)]
pub(super) struct BodiesProps {
    pub(super) id: AttrValue,
}

#[component]
pub(super) fn Bodies(props: &BodiesProps) -> Html {
    let t = use_text();
    let answer = use_state(|| None::<Result<LogBodies, server::Failure>>);
    {
        let answer = answer.setter();
        use_effect_with(props.id.clone(), move |_| answer.set(None));
    }
    let read = {
        let (id, answer) = (props.id.clone(), answer.setter());
        move |_: MouseEvent| {
            let (id, answer) = (id.clone(), answer.clone());
            spawn_local(async move { answer.set(Some(server::logs::bodies(&id).await)) });
        }
    };
    let content = match &*answer {
        None => html! {<>
            <button type="button" class="btn btn-sm" onclick={read}>{Icon::Eye.small()}{t.logs_bodies_read()}</button>
            <p class="mt-1.5 text-xs text-ink-2">{t.logs_bodies_text()}</p>
        </>},
        Some(Err(failure)) => html! { <p class="text-sm t-err" role="alert">{failure.sentence(t)}</p> },
        Some(Ok(LogBodies { request, answer })) => html! {
            <div class="grid gap-3 [&_pre]:max-h-96">{body(t, t.logs_body_request(), request.as_ref())}{body(t, t.logs_body_answer(), answer.as_ref())}</div>
        },
    };
    html! { <section data-testid="bodies"><h3 class="h2 mb-2">{t.logs_bodies()}</h3>{content}</section> }
}

fn body(t: Text, name: &'static str, body: Option<&LogBody>) -> Html {
    let Some(LogBody { text, bytes, cut }) = body else { return Html::default() };
    // One line of JSON is for programs.
    let pretty = serde_json::from_str::<serde_json::Value>(text).and_then(|json| serde_json::to_string_pretty(&json));
    let size = t.logs_body_bytes(*bytes);
    let title = if *cut { format!("{name} · {size} · {}", t.logs_body_cut()) } else { format!("{name} · {size}") };
    html! { <Code {title} text={pretty.unwrap_or_else(|_| text.clone())} copy_label={t.logs_body_copy(name)} /> }
}
