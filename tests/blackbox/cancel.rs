//! A client that leaves: the provider is told at once, and what has come is counted.
//!
//! How long that took is printed (run with `--nocapture`); the time isn't asserted, because a busy machine has no
//! promise to keep.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::support::{Gateway, Script, Upstream, chunk, eventually, raw};

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
