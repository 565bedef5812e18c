//! A client that leaves: the provider is told at once, and what has come is counted.
//!
//! How long that took is printed (run with `--nocapture`); the time isn't asserted, because a busy machine has no
//! promise to keep.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::support::{Gate, Gateway, Launch, Script, Upstream, chunk, eventually, raw, usage_chunk};

async fn with_model() -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

#[expect(clippy::print_stdout, reason = "a measurement that is no assertion is for whoever reads the test's output")]
fn report(what: &str, left: Instant, noticed: Instant) {
    println!("{what}: the provider saw it after {} ms", noticed.saturating_duration_since(left).as_millis());
}

#[track_caller]
fn assert_cancelled(log: &Value) {
    assert_eq!(log["state"], "cancelled", "{log}");
    assert!(!log["error"].as_str().unwrap_or_default().is_empty(), "{log}");
    assert!(log["duration_ms"].is_i64(), "{log}");
}

#[tokio::test]
async fn leaving_a_stream_ends_it_at_the_provider() {
    let (gateway, upstream, key) = with_model().await;
    upstream.on("m", Script::stream().event(&chunk(Some(&"word ".repeat(30)))).stall());
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("word").await;
    let left = Instant::now();
    drop(stream);
    report("left in a stream", left, upstream.hung_up().await);
    let log = gateway.settled(&id).await;
    assert_cancelled(&log);
    assert_eq!(log["estimated"], true);
    assert!((30..=100).contains(&log["output_tokens"].as_i64().unwrap()), "{log}");
    assert!(log["input_tokens"].as_i64().unwrap() > 0, "{log}");
}

#[tokio::test]
async fn leaving_while_the_provider_still_talks_ends_it_too() {
    let (gateway, upstream, key) = with_model().await;
    let script = (0..10_000)
        .fold(Script::stream(), |script, _| script.event(&chunk(Some("word "))).pause(Duration::from_millis(2)));
    upstream.on("m", script);
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("word").await;
    let left = Instant::now();
    drop(stream);
    report("left a talking stream", left, upstream.hung_up().await);
    assert_cancelled(&gateway.settled(&id).await);
}

#[tokio::test]
async fn leaving_before_the_head_ends_the_request_at_the_provider() {
    let (gateway, upstream, key) = with_model().await;
    upstream.on("m", Script::silence());
    for body in [r#"{"model":"m","messages":[]}"#, r#"{"model":"m","stream":true,"messages":[]}"#] {
        let before = upstream.seen().len();
        let known: Vec<Value> = gateway.logs().await.iter().map(|row| row["id"].clone()).collect();
        let mut connection = raw(gateway.address()).await;
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
            gateway.address(),
            body.len()
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        upstream.arrived(before + 1).await;
        let left = Instant::now();
        drop(connection);
        report("left before the head", left, upstream.hung_up().await);
        let log = eventually("the request is settled", async || {
            let rows = gateway.logs().await;
            rows.into_iter().find(|row| !known.contains(&row["id"]) && row["state"] != "open")
        })
        .await;
        assert_cancelled(&log);
        assert_eq!(log["output_tokens"], 0, "nothing came: {log}");
    }
}

#[tokio::test]
async fn leaving_between_the_head_and_the_first_content_is_cancelled_too() {
    let (gateway, upstream, key) = with_model().await;
    upstream.on("m", Script::stream().piece(b": ping\n\n").stall());
    let mut connection = raw(gateway.address()).await;
    let body = r#"{"model":"m","stream":true,"messages":[]}"#;
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    upstream.arrived(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let left = Instant::now();
    drop(connection);
    report("left before the first content", left, upstream.hung_up().await);
    assert_cancelled(&gateway.only_log().await);
}

#[tokio::test]
async fn a_body_that_never_comes_whole_asks_nobody() {
    let (gateway, upstream, key) = with_model().await;
    let mut connection = raw(gateway.address()).await;
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-length: 90\r\n\r\n{{\"model\":"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    drop(connection);
    gateway.ask(&key, "m").await.expect(200);
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn many_clients_that_leave_leave_nothing_behind() {
    const CLIENTS: usize = 100;
    let (gateway, upstream, key) = with_model().await;
    upstream.on("m", Script::stream().event(&chunk(Some("word"))).stall());
    for _ in 0..CLIENTS / 10 {
        let mut streams = Vec::new();
        for _ in 0..10 {
            let mut stream = gateway.stream(&key, "m").await;
            stream.until("word").await;
            streams.push(stream);
        }
    }
    let rows = eventually("every request is settled", async || {
        let rows = gateway.logs().await;
        // A row may be written a moment after its stream began.
        (rows.len() >= CLIENTS && rows.iter().all(|row| row["state"] != "open")).then_some(rows)
    })
    .await;
    assert_eq!(rows.len(), CLIENTS);
    rows.iter().for_each(assert_cancelled);
    upstream.on("m", Script::json(200, json!({"choices": []}).to_string()));
    gateway.ask(&key, "m").await.expect(200);
}

async fn with_drain() -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let by_token = json!({"input_nusd_per_mtok": 1_000_000_000, "output_nusd_per_mtok": 2_000_000_000});
    gateway.post("/api/models", json!({"name": "m", "pricing": by_token})).await.expect(201);
    gateway.channel_with("main", &upstream, &["m"], json!({"on_disconnect": "drain"})).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

/// The usage of [`usage_chunk`], charged in full although nobody saw it.
#[track_caller]
fn assert_drained(log: &Value) {
    assert_cancelled(log);
    assert!(log["error"].as_str().unwrap_or_default().contains("read to its end"), "{log}");
    let told = ["input_tokens", "output_tokens", "cost_nusd", "estimated"].map(|member| log[member].clone());
    assert_eq!(told, [json!(11), json!(7), json!(11 * 1_000 + 7 * 2_000), json!(false)], "{log}");
}

#[tokio::test]
async fn a_channel_that_drains_is_read_to_the_end_and_charged_as_it_was() {
    let (gateway, upstream, key) = with_drain().await;
    let gate = Gate::new();
    let script =
        Script::stream().event(&chunk(Some("word "))).gate(&gate).event(&chunk(Some("word"))).event(&chunk(None));
    upstream.on("m", script.event(&usage_chunk()).event("[DONE]").finish());
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("word").await;
    drop(stream);
    assert_eq!(gateway.opened(&id).await["state"], "open", "it goes on");
    gate.open();
    assert_drained(&gateway.settled(&id).await);
}

#[tokio::test]
async fn a_channel_that_drains_goes_on_before_its_head_is_here() {
    let (gateway, upstream, key) = with_drain().await;
    let gate = Gate::new();
    let whole = json!({
        "choices": [{"message": {"role": "assistant", "content": "Once"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    });
    let whole = whole.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", whole.len());
    let streamed = Script::bytes("")
        .gate(&gate)
        .send(&b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"[..]);
    let streamed =
        streamed.event(&chunk(Some("Once"))).event(&chunk(None)).event(&usage_chunk()).event("[DONE]").finish();
    for (script, stream) in [(Script::bytes("").gate(&gate).send(head + &whole), false), (streamed, true)] {
        upstream.on("m", script);
        let before = upstream.seen().len();
        let known: Vec<Value> = gateway.logs().await.iter().map(|row| row["id"].clone()).collect();
        let mut connection = raw(gateway.address()).await;
        let body = json!({"model": "m", "stream": stream, "messages": []}).to_string();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        upstream.arrived(before + 1).await;
        drop(connection);
        gate.open();
        let log = eventually("the request is settled", async || {
            let rows = gateway.logs().await;
            rows.into_iter().find(|row| !known.contains(&row["id"]) && row["state"] != "open")
        })
        .await;
        assert_drained(&log);
    }
}

#[tokio::test]
async fn what_is_drained_has_as_long_as_running_answers_when_the_program_ends() {
    let mut gateway = Launch::new().env("AIGW_DRAIN_SECONDS", "1").sign_in().await;
    let upstream = Upstream::start().await;
    upstream.on("m", Script::stream().event(&chunk(Some(&"word ".repeat(30)))).stall());
    gateway.channel_with("main", &upstream, &["m"], json!({"on_disconnect": "drain"})).await;
    let key = gateway.key().await;
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("word").await;
    drop(stream);
    gateway.opened(&id).await;
    gateway.process.terminate();
    assert_eq!(gateway.process.exit().await.code(), Some(0));
    gateway.restart().await;
    let log = gateway.log(&id).await;
    assert_eq!(log["state"], "interrupted", "{log}");
    assert!((30..=100).contains(&log["output_tokens"].as_i64().unwrap()), "{log}");
}
