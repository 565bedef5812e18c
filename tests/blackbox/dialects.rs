//! Clients of every dialect before providers of every dialect.

use serde_json::{Value, json};

use crate::support::{Gateway, Reply, Script, Upstream};

/// What a provider of each dialect answers to everything: nine tokens in, four out.
fn teach(upstream: &Upstream) {
    let events = |events: &[(&str, Value)]| {
        let lines = events.iter().map(|(kind, data)| format!("event: {kind}\ndata: {data}\n\n"));
        Script::answer(200, &[("content-type", "text/event-stream")], lines.collect::<String>())
    };
    let whole = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn", "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 4},
    });
    upstream.on_target("/v1/messages", "claude-whole", Script::json(200, whole.to_string()));
    let start = json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}});
    let begin = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
    let piece =
        |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    let stop = json!({"type": "content_block_stop", "index": 0});
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}});
    let said = [
        ("message_start", start),
        ("content_block_start", begin),
        ("content_block_delta", piece("Hel")),
        ("content_block_delta", piece("lo")),
    ];
    let over =
        [("content_block_stop", stop), ("message_delta", end), ("message_stop", json!({"type": "message_stop"}))];
    upstream.on_target("/v1/messages", "claude-stream", events(&[&said[..], &over[..]].concat()));
    upstream.on_target("/v1/messages", "claude-cut", events(&said));
    let refusal =
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too large"}});
    upstream.on_target("/v1/messages", "claude-refuses", Script::json(400, refusal.to_string()));
}

async fn prepared() -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    teach(&upstream);
    let channel = json!({
        "name": "messages", "provider": "anthropic", "base_url": upstream.base_url(), "keys": ["sk-ant-upstream"],
        "models": ["claude-whole", "claude-stream", "claude-cut", "claude-refuses"],
    });
    gateway.post("/api/channels", channel).await.expect(201);
    let key = gateway.key().await;
    (gateway, upstream, key)
}

async fn relay(gateway: &Gateway, key: &str, path: &str, body: &Value) -> Reply {
    gateway.send(gateway.by_key(key, path, body.to_string())).await
}

fn chat(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]})
}

#[tokio::test]
async fn an_openai_client_is_answered_by_a_messages_provider() {
    let (gateway, upstream, key) = prepared().await;
    let answer = relay(&gateway, &key, "/v1/chat/completions", &chat("claude-whole", false)).await.expect(200);
    assert_eq!(answer["choices"][0]["message"]["content"], "Hello");
    assert_eq!(answer["usage"]["total_tokens"], 13);
    let seen = upstream.only();
    assert_eq!((seen.header("x-api-key"), seen.header("anthropic-version")), ("sk-ant-upstream", "2023-06-01"));
    assert_eq!(seen.header("authorization"), "", "the key travels once");
    assert_eq!(seen.json()["messages"][0]["role"], "user");
    assert!(seen.json()["max_tokens"].is_i64(), "this dialect wants a limit");
}

#[tokio::test]
async fn a_converted_stream_ends_as_its_client_expects_and_is_counted() {
    let (gateway, _upstream, key) = prepared().await;
    let stream = gateway.stream_with(&key, chat("claude-stream", true)).await;
    let id = stream.id();
    let text = stream.whole().await;
    assert!(text.contains(r#""content":"Hel""#) && text.contains(r#""content":"lo""#), "{text}");
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    let log = gateway.log(&id).await;
    assert_eq!((&log["state"], &log["input_tokens"], &log["output_tokens"]), (&json!("done"), &json!(9), &json!(4)));
    assert_eq!(log["estimated"], false);
}

#[tokio::test]
async fn a_provider_that_breaks_off_never_looks_complete_in_another_dialect() {
    let (gateway, _upstream, key) = prepared().await;
    let stream = gateway.stream_with(&key, chat("claude-cut", true)).await;
    let id = stream.id();
    let text = stream.whole().await;
    assert!(text.contains(r#""code":"upstream_error""#) && !text.contains("[DONE]"), "{text}");
    assert_eq!(gateway.log(&id).await["state"], "failed");
}

#[tokio::test]
async fn a_providers_no_is_said_in_the_clients_words() {
    let (gateway, _upstream, key) = prepared().await;
    let refused = relay(&gateway, &key, "/v1/chat/completions", &chat("claude-refuses", false)).await.expect(400);
    assert_eq!(refused["error"]["type"], "invalid_request_error");
    assert_eq!(refused["error"]["message"], "max_tokens: too large");
    let body = json!({"model": "claude-refuses", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]});
    let verbatim = relay(&gateway, &key, "/v1/messages", &body).await.expect(400);
    assert_eq!(
        verbatim,
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too large"}})
    );
}

#[tokio::test]
async fn a_messages_client_passes_through_to_a_messages_provider() {
    let (gateway, upstream, key) = prepared().await;
    let body = json!({"model": "claude-whole", "max_tokens": 5, "unknown_member": 1.50, "messages": [{"role": "user", "content": "Hi"}]});
    relay(&gateway, &key, "/v1/messages", &body).await.expect(200);
    assert_eq!(upstream.only().text(), body.to_string());
}

#[tokio::test]
async fn every_client_dialect_is_answered_by_a_chat_provider() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel_with("main", &upstream, &["plain"], json!({"provider": "custom"})).await;
    let key = gateway.key().await;
    let messages = json!({"model": "plain", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]});
    let answer = relay(&gateway, &key, "/v1/messages", &messages).await.expect(200);
    assert_eq!((&answer["content"][0]["text"], &answer["stop_reason"]), (&json!("Hello, world."), &json!("end_turn")));
    let answer =
        relay(&gateway, &key, "/v1/responses", &json!({"model": "plain", "input": "Hi", "store": false})).await;
    let answer = answer.expect(200);
    assert_eq!(
        (&answer["status"], &answer["output"][0]["content"][0]["text"]),
        (&json!("completed"), &json!("Hello, world."))
    );
    let contents = json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]});
    let answer = relay(&gateway, &key, "/v1beta/models/plain:generateContent", &contents).await.expect(200);
    assert_eq!(answer["candidates"][0]["content"]["parts"][0]["text"], "Hello, world.");
    for seen in upstream.seen() {
        assert_eq!((seen.target.as_str(), &seen.json()["model"]), ("/v1/chat/completions", &json!("plain")));
    }
    let logs = gateway.get("/api/logs").await.expect(200);
    let dialects: Vec<_> =
        logs["items"].as_array().unwrap().iter().map(|log| log["endpoint"].as_str().unwrap()).collect();
    assert_eq!(dialects, ["/v1beta/models:generateContent", "/v1/responses", "/v1/messages"]);
}

#[tokio::test]
async fn tokens_are_counted_where_nobody_else_can() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["plain"]).await;
    let key = gateway.key().await;
    let body = json!({"model": "plain", "messages": [{"role": "user", "content": "How many tokens does this have?"}]});
    let counted = relay(&gateway, &key, "/v1/messages/count_tokens", &body).await.expect(200);
    assert!(counted["input_tokens"].as_i64().is_some_and(|tokens| (10..60).contains(&tokens)), "{counted}");
    assert_eq!(upstream.seen().len(), 0);
    let unknown = json!({"model": "nobody's", "messages": []});
    let refused = relay(&gateway, &key, "/v1/messages/count_tokens", &unknown).await.expect(404);
    assert_eq!(refused["error"]["type"], "not_found_error");
}
