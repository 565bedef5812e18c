//! The official clients against the gateway: `tests/sdk` holds what they do.

use std::process::Command;

use serde_json::json;

use crate::support::{Gateway, Script, Upstream, chunk, node_module, python, repository};

const CASES: [&str; 16] = [
    "chat",
    "stream",
    "stream_with_usage",
    "tools",
    "streamed_tools",
    "completion",
    "embeddings",
    "embeddings_as_numbers",
    "models_list",
    "models_retrieve",
    "bad_key",
    "unknown_model",
    "bad_request",
    "rate_limit",
    "provider_fails",
    "broken_stream",
];

/// Models that behave as the scripts expect.
fn script(upstream: &Upstream) {
    let arguments = r#"{"city":"Zürich"}"#;
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}});
    let answer = json!({
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 1_700_000_000, "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [call]}, "finish_reason": "tool_calls"}],
    });
    upstream.on("tools", Script::json(200, answer.to_string()));
    let (start, end) = arguments.split_at(7);
    let pieces = [
        json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}),
        json!({"index": 0, "function": {"arguments": start}}),
        json!({"index": 0, "function": {"arguments": end}}),
    ];
    let piece = |piece: &serde_json::Value| {
        json!({"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "scripted",
               "choices": [{"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": null}]})
        .to_string()
    };
    let stream = pieces.iter().fold(Script::stream(), |script, part| script.event(&piece(part)));
    upstream.on("tools-stream", stream.event(&chunk(None)).event("[DONE]").finish());
    let error = |message: &str, code: &str| {
        json!({"error": {"message": message, "type": "odd", "param": "temperature", "code": code}}).to_string()
    };
    upstream.on("strict", Script::json(400, error("Their words", "their_code")));
    let headers = [("content-type", "application/json"), ("retry-after", "17")];
    upstream.on("limited", Script::answer(429, &headers, error("Slow down", "rate_limit_exceeded")));
    upstream.on("unauthorised", Script::json(401, error("No such key", "invalid_api_key")));
    upstream.on("gone", Script::bytes(""));
    upstream.on("cut", Script::stream().event(&chunk(Some("Once"))).close());
}

/// Runs a script of `tests/sdk`, which prints a line for each case.
async fn run(mut command: Command) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    script(&upstream);
    let models =
        ["plain", "org/with:slash", "tools", "tools-stream", "strict", "limited", "unauthorised", "gone", "cut"];
    gateway.channel("main", &upstream, &models).await;
    let key = gateway.key().await;
    command.env("OPENAI_BASE_URL", gateway.url("/v1")).env("OPENAI_API_KEY", &key).env("NO_PROXY", "*");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("it starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out.lines().collect::<Vec<_>>(), CASES.map(|case| format!("ok {case}")), "{err}");
    assert!(output.status.success(), "{err}");

    let seen = upstream.seen();
    let asked = seen.iter().find(|seen| seen.json()["model"] == "tools").expect("the tools' request");
    assert_eq!(asked.json()["tools"][0]["function"]["parameters"]["required"], json!(["city"]));
    assert!(seen.iter().all(|seen| seen.header("authorization") == "Bearer sk-upstream-main"));
    assert!(seen.iter().all(|seen| !seen.headers.iter().any(|(name, _)| name.starts_with("x-stainless"))));
    let failed = gateway.get("/api/logs?state=failed").await.expect(200);
    assert_eq!(failed["items"].as_array().map(Vec::len), Some(5), "strict, limited, unauthorised, gone and cut");
}

#[tokio::test]
async fn the_official_python_client_works() {
    let mut command = Command::new(python());
    command.arg(repository().join("tests/sdk/chat.py"));
    run(command).await;
}

#[tokio::test]
async fn the_official_node_client_works() {
    node_module("openai");
    let mut command = Command::new("node");
    command.arg(repository().join("tests/sdk/chat.mjs"));
    run(command).await;
}
