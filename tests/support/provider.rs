//! What the scripted provider answers when a test says nothing else: as an OpenAI-like server does.

use serde_json::{Value, json};

use super::Script;

/// Tokens that every answer claims to have used.
const USAGE: [i64; 2] = [11, 7];

fn usage() -> Value {
    json!({"prompt_tokens": USAGE[0], "completion_tokens": USAGE[1], "total_tokens": USAGE[0] + USAGE[1]})
}

/// A chat completion with this text.
pub(crate) fn chat(text: &str) -> Value {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 1_700_000_000, "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": usage(),
    })
}

/// A streamed chunk: of text, or with `None` the one that says why the answer ends.
pub(crate) fn chunk(text: Option<&str>) -> String {
    let (delta, finish) = match text {
        Some(text) => (json!({"role": "assistant", "content": text}), Value::Null),
        None => (json!({}), json!("stop")),
    };
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    })
    .to_string()
}

/// The chunk that only says what was used.
pub(crate) fn usage_chunk() -> String {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "scripted",
        "choices": [], "usage": usage(),
    })
    .to_string()
}

/// The answer to a request that no test has a script for.
pub(super) fn answer(path: &str, body: &Value) -> Script {
    let streamed = body["stream"] == true;
    let wants_usage = body["stream_options"]["include_usage"] == true;
    match path.rsplit("/v1").next() {
        Some("/chat/completions") if streamed => {
            let mut events = vec![chunk(Some("Hello")), chunk(Some(", ")), chunk(Some("world.")), chunk(None)];
            if wants_usage {
                events.push(usage_chunk());
            }
            events.push("[DONE]".to_owned());
            Script::events(&events)
        }
        Some("/chat/completions") => Script::json(200, chat("Hello, world.").to_string()),
        Some("/completions") if streamed => {
            let piece = |text: &str, finish: Value| {
                json!({"id": "cmpl-scripted", "object": "text_completion", "created": 1_700_000_000, "model": "scripted",
                       "choices": [{"index": 0, "text": text, "finish_reason": finish}]})
                .to_string()
            };
            Script::events(&[piece("Hello", Value::Null), piece("", json!("stop")), "[DONE]".to_owned()])
        }
        Some("/completions") => Script::json(
            200,
            json!({"id": "cmpl-scripted", "object": "text_completion", "created": 1_700_000_000, "model": "scripted",
                   "choices": [{"index": 0, "text": "Hello.", "finish_reason": "stop"}], "usage": usage()})
            .to_string(),
        ),
        Some("/embeddings") => Script::json(200, embeddings(body).to_string()),
        _ => Script::json(404, json!({"error": {"message": format!("no {path} here")}}).to_string()),
    }
}

/// The numbers 0.5, -1.25 and 3, in base64 where the client asks for that, as OpenAI's own do by default.
fn embeddings(body: &Value) -> Value {
    let vector = if body["encoding_format"] == "base64" { json!("AAAAPwAAoL8AAEBA") } else { json!([0.5, -1.25, 3.0]) };
    json!({
        "object": "list", "model": "scripted",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "usage": {"prompt_tokens": USAGE[0], "total_tokens": USAGE[0]},
    })
}
