//! Streams: as they come, to an honest end, counted.

use serde_json::json;

use crate::support::{Gate, Gateway, Script, Upstream, chunk, usage_chunk};

async fn scripted(script: Script) -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    upstream.on("m", script);
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[tokio::test]
async fn chunks_arrive_before_the_provider_has_finished() {
    let gate = Gate::new();
    let script = Script::stream().event(&chunk(Some("first"))).gate(&gate).event(&chunk(Some("second"))).gate(&gate);
    let script = script.event(&chunk(None)).event(&usage_chunk()).event("[DONE]").finish();
    let (gateway, _upstream, key) = scripted(script).await;
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("first").await;
    assert!(!stream.text.contains("second"));
    assert_eq!(gateway.opened(&id).await["state"], "open");
    gate.open();
    stream.until("second").await;
    assert!(!stream.text.contains("stop"));
    gate.open();
    let text = stream.whole().await;
    assert_eq!(
        text,
        format!(
            "data: {}\n\ndata: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
            chunk(Some("first")),
            chunk(Some("second")),
            chunk(None)
        )
    );
    let log = gateway.log(&id).await;
    assert_eq!((&log["state"], &log["stream"], &log["status"]), (&json!("done"), &json!(true), &json!(200)));
    assert_eq!(
        (&log["input_tokens"], &log["output_tokens"], &log["estimated"]),
        (&json!(11), &json!(7), &json!(false))
    );
    assert!(log["ttft_ms"].as_i64() <= log["duration_ms"].as_i64() && log["ttft_ms"].is_i64(), "{log}");
}

#[tokio::test]
async fn usage_is_counted_always_and_shown_to_clients_that_ask() {
    let events = [chunk(Some("Hi")), chunk(None), usage_chunk(), "[DONE]".to_owned()];
    let (gateway, upstream, key) = scripted(Script::events(&events)).await;
    let silent = gateway.stream(&key, "m").await;
    let silent_id = silent.id();
    let silent = silent.whole().await;
    let body = json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}, "messages": []});
    let asked = gateway.stream_with(&key, body).await;
    let asked_id = asked.id();
    let asked = asked.whole().await;
    assert!(!silent.contains("usage"), "{silent}");
    assert_eq!(count(&asked, &usage_chunk()), 1, "{asked}");
    for (text, id) in [(silent, silent_id), (asked, asked_id)] {
        assert_eq!(count(&text, "[DONE]"), 1, "{text}");
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
        let log = gateway.log(&id).await;
        assert_eq!((&log["input_tokens"], &log["output_tokens"]), (&json!(11), &json!(7)));
    }
    for seen in upstream.seen() {
        assert_eq!(seen.json()["stream_options"]["include_usage"], true, "the provider is asked to count either way");
    }
}

#[tokio::test]
async fn a_stream_that_says_nothing_of_usage_is_estimated_and_marked() {
    let events = [chunk(Some(&"word ".repeat(60))), chunk(None), "[DONE]".to_owned()];
    let (gateway, _upstream, key) = scripted(Script::events(&events)).await;
    let stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.whole().await;
    let log = gateway.log(&id).await;
    assert_eq!((&log["state"], &log["estimated"]), (&json!("done"), &json!(true)));
    assert!((50..=150).contains(&log["output_tokens"].as_i64().unwrap()), "{log}");
    assert!(log["input_tokens"].as_i64().unwrap() > 0, "{log}");
}

#[tokio::test]
async fn a_stream_whose_end_is_only_implied_is_whole() {
    let events = [chunk(Some("Hi")), chunk(None)];
    let (gateway, _upstream, key) = scripted(Script::events(&events)).await;
    let stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    let text = stream.whole().await;
    assert!(!text.contains("error"), "{text}");
    assert_eq!(gateway.log(&id).await["state"], "done");
}

/// Every way in which a provider can break off in the middle.
fn broken() -> Vec<(&'static str, Script)> {
    let begun = || Script::stream().event(&chunk(Some("Once upon")));
    vec![
        ("closes without the end of the chunks", begun().close()),
        ("closes in the middle of a chunk", begun().send(&b"40\r\ndata: {\"choi"[..]).close()),
        ("ends in good order without having finished", begun().finish()),
        (
            "ends in the middle of an event",
            begun().piece(b"data: {\"choices\":[{\"delta\":{\"content\":\"a ti").finish(),
        ),
        ("sends garbage instead of a chunk", begun().send(&b"\x00\xffnot a chunk\r\n"[..]).close()),
        ("says that it failed", begun().event(r#"{"error":{"message":"overloaded in the middle"}}"#).finish()),
    ]
}

#[tokio::test]
async fn a_stream_that_breaks_off_never_looks_whole() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    let gate = Gate::new();
    let reset = Script::stream().event(&chunk(Some("Once upon"))).gate(&gate).reset();
    for (what, script) in broken().into_iter().chain([("resets the connection", reset)]) {
        upstream.on("m", script);
        let mut stream = gateway.stream(&key, "m").await;
        let id = stream.id();
        stream.until("Once upon").await;
        // A reset may destroy what is still on its way; this one comes when the client has it.
        if what.starts_with("resets") {
            gate.open();
        }
        let (text, _) = stream.finish().await;
        assert!(!text.contains("[DONE]"), "{what}: {text}");
        assert_eq!(count(&text, r#""error":"#), 1, "{what}: {text}");
        let last = text.trim_end().rsplit("\n\n").next().unwrap();
        let last: serde_json::Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
        assert!(!last["error"]["message"].as_str().unwrap().is_empty(), "{what}: {text}");
        let log = gateway.log(&id).await;
        assert_eq!(log["state"], "failed", "{what}: {log}");
        assert!(!log["error"].as_str().unwrap().is_empty(), "{what}: {log}");
        assert!(log["output_tokens"].as_i64().unwrap() > 0, "{what}: what came was counted: {log}");
        assert_eq!(log["estimated"], true, "{what}: {log}");
    }
}

#[tokio::test]
async fn events_cut_anywhere_and_comments_pass_unchanged() {
    let first =
        format!(": keep-alive\r\n\r\nid: 7\r\nevent: x\r\ndata: {}\r\n\r\n", chunk(Some("Gr\u{fc}\u{df}e \u{4f60}")));
    let rest = format!("data: {}\n\ndata: [DONE]\n\n", chunk(None));
    let script = first.as_bytes().chunks(1).fold(Script::stream(), Script::piece).piece(rest.as_bytes()).finish();
    let (gateway, _upstream, key) = scripted(script).await;
    assert_eq!(gateway.stream(&key, "m").await.whole().await, first + &rest);
}

#[tokio::test]
async fn events_that_are_not_json_pass_and_cost_nothing() {
    let events = [
        chunk(Some("Hi")),
        "not json".to_owned(),
        "{\"half\":".to_owned(),
        "[1,2]".to_owned(),
        chunk(None),
        usage_chunk(),
        "[DONE]".to_owned(),
    ];
    let (gateway, _upstream, key) = scripted(Script::events(&events)).await;
    let stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    let text = stream.whole().await;
    for part in ["data: not json\n\n", "data: {\"half\":\n\n", "data: [1,2]\n\n"] {
        assert!(text.contains(part), "{text}");
    }
    let log = gateway.log(&id).await;
    assert_eq!((&log["state"], &log["output_tokens"]), (&json!("done"), &json!(7)));
}

#[tokio::test]
async fn a_slow_drip_arrives_drop_by_drop() {
    let gate = Gate::new();
    let words = ["one", "two", "three", "four", "five"];
    let script = words.iter().fold(Script::stream(), |script, word| script.event(&chunk(Some(word))).gate(&gate));
    let script = script.event(&chunk(None)).event("[DONE]").finish();
    let (gateway, _upstream, key) = scripted(script).await;
    let mut stream = gateway.stream(&key, "m").await;
    for (at, word) in words.iter().enumerate() {
        stream.until(word).await;
        assert!(words[at + 1..].iter().all(|later| !stream.text.contains(later)), "{}", stream.text);
        gate.open();
    }
    assert!(stream.whole().await.ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn streams_are_not_to_be_buffered_on_their_way() {
    let (gateway, _upstream, key) =
        scripted(Script::events(&[chunk(Some("Hi")), chunk(None), "[DONE]".to_owned()])).await;
    let reply = gateway.chat(&key, json!({"model": "m", "stream": true, "messages": []})).await;
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("cache-control"), "no-cache");
    assert_eq!(reply.header("x-accel-buffering"), "no");
}

#[tokio::test]
async fn completions_stream_too() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    let reply =
        gateway.send(gateway.by_key(&key, "/v1/completions", r#"{"model":"m","stream":true,"prompt":"Hi"}"#)).await;
    assert!(
        reply.text().contains("\"text\":\"Hello\"") && reply.text().ends_with("data: [DONE]\n\n"),
        "{}",
        reply.text()
    );
    assert_eq!(gateway.log(&reply.id()).await["estimated"], true);
}
