//! A second channel, where it helps and only there.

use serde_json::{Value, json};

use crate::support::{Gateway, Script, Upstream, chat, chunk};

/// A gateway with a preferred and a spare channel for `m`.
struct Pair {
    gateway: Gateway,
    preferred: Upstream,
    spare: Upstream,
    ids: [i64; 2],
    key: String,
}

impl Pair {
    async fn start() -> Self {
        let gateway = Gateway::start().await;
        let (preferred, spare) = (Upstream::start().await, Upstream::start().await);
        // The spare one first, so that it isn't the order of creation that decides.
        let second = gateway.channel_with("spare", &spare, &["m"], json!({"priority": 1})).await;
        let first = gateway.channel_with("preferred", &preferred, &["m"], json!({"priority": 10})).await;
        spare.on("m", Script::json(200, chat("from the spare").to_string()));
        let key = gateway.key().await;
        Self { gateway, preferred, spare, ids: [first, second], key }
    }

    fn counts(&self) -> (usize, usize) {
        (self.preferred.seen().len(), self.spare.seen().len())
    }
}

fn attempts(log: &Value) -> Vec<(i64, Value)> {
    let attempts = log["attempts"].as_array().expect("attempts");
    attempts.iter().map(|attempt| (attempt["channel_id"].as_i64().expect("an id"), attempt["status"].clone())).collect()
}

#[tokio::test]
async fn the_higher_priority_is_asked_first_and_the_lower_one_not_at_all() {
    let pair = Pair::start().await;
    for _ in 0..10 {
        let reply = pair.gateway.ask(&pair.key, "m").await;
        reply.expect(200);
        assert_eq!(reply.header("x-aigw-channel"), pair.ids[0].to_string());
        assert_eq!(reply.header("x-aigw-attempts"), "1");
    }
    assert_eq!(pair.counts(), (10, 0));
}

#[tokio::test]
async fn a_channel_that_cannot_answer_gives_way_to_another_one() {
    let pair = Pair::start().await;
    let begun = || Script::stream().event(": ping").piece(b": ping\n\n");
    let failing: Vec<(&str, Script, Value)> = vec![
        ("its key is refused", Script::json(401, r#"{"error":{"message":"bad key"}}"#), json!(401)),
        ("it may not", Script::json(403, "{}"), json!(403)),
        ("it doesn't have the model", Script::json(404, "{}"), json!(404)),
        ("it is busy", Script::json(429, r#"{"error":{"message":"slow down"}}"#), json!(429)),
        ("it fails", Script::json(500, "<html>oops</html>"), json!(500)),
        ("it is overloaded", Script::json(529, "{}"), json!(529)),
        ("it redirects", Script::answer(302, &[("location", "http://127.0.0.1:1/v1")], ""), json!(302)),
        ("it closes without a word", Script::bytes(""), Value::Null),
        ("it resets the connection", Script::bytes("").reset(), Value::Null),
        ("it speaks no HTTP", Script::bytes("SSH-2.0-OpenSSH_9.6\r\n\r\n"), Value::Null),
        (
            "it breaks off in the body",
            Script::bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{\"id\":"),
            Value::Null,
        ),
        ("its stream breaks off before the first content", begun().close(), Value::Null),
        ("its stream ends before the first content", begun().finish(), Value::Null),
        (
            "its stream begins with an error",
            begun().event(r#"{"error":{"message":"overloaded"}}"#).finish(),
            Value::Null,
        ),
    ];
    for (at, (what, script, status)) in failing.into_iter().enumerate() {
        pair.preferred.on("m", script);
        let reply = pair.gateway.ask(&pair.key, "m").await;
        let answer = reply.expect(200);
        assert_eq!(answer["choices"][0]["message"]["content"], "from the spare", "{what}");
        assert_eq!(reply.header("x-aigw-channel"), pair.ids[1].to_string(), "{what}");
        assert_eq!(reply.header("x-aigw-attempts"), "2", "{what}");
        let log = pair.gateway.log(&reply.id()).await;
        assert_eq!(attempts(&log), [(pair.ids[0], status), (pair.ids[1], json!(200))], "{what}");
        assert!(!log["attempts"][0]["error"].as_str().unwrap().is_empty(), "{what}: {log}");
        assert_eq!(log["attempts"][1]["error"], Value::Null, "{what}: {log}");
        assert_eq!((&log["state"], &log["channel_id"]), (&json!("done"), &json!(pair.ids[1])), "{what}");
        assert_eq!(pair.counts(), (at + 1, at + 1), "{what}: each was asked once");
    }
}

#[tokio::test]
async fn a_channel_where_nothing_listens_gives_way_to_another_one() {
    let gateway = Gateway::start().await;
    let spare = Upstream::start().await;
    let gone = Upstream::start().await;
    gateway.channel_with("gone", &gone, &["m"], json!({"priority": 10})).await;
    gateway.channel("spare", &spare, &["m"]).await;
    drop(gone);
    let key = gateway.key().await;
    let reply = gateway.ask(&key, "m").await;
    reply.expect(200);
    assert_eq!(attempts(&gateway.log(&reply.id()).await).len(), 2);
}

#[tokio::test]
async fn after_the_first_content_nobody_else_is_asked() {
    let pair = Pair::start().await;
    pair.preferred.on("m", Script::stream().event(&chunk(Some("Once"))).close());
    let stream = pair.gateway.stream(&pair.key, "m").await;
    let id = stream.id();
    let (text, _) = stream.finish().await;
    assert!(text.contains("Once") && text.contains("\"error\"") && !text.contains("[DONE]"), "{text}");
    assert_eq!(pair.counts(), (1, 0));
    let log = pair.gateway.log(&id).await;
    assert_eq!((&log["state"], &log["channel_id"]), (&json!("failed"), &json!(pair.ids[0])));
    assert_eq!(attempts(&log).len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_not_tried_elsewhere() {
    let pair = Pair::start().await;
    for (at, status) in [400, 413, 422].into_iter().enumerate() {
        let body = format!(r#"{{"error":{{"message":"no {status}","param":"temperature"}}}}"#);
        pair.preferred.on("m", Script::json(status, &body));
        let reply = pair.gateway.ask(&pair.key, "m").await;
        assert_eq!((reply.status, reply.text()), (status, body));
        assert_eq!(pair.counts(), (at + 1, 0));
    }
}

#[tokio::test]
async fn one_other_channel_is_tried_and_no_more() {
    let pair = Pair::start().await;
    let third = Upstream::start().await;
    pair.gateway.channel_with("third", &third, &["m"], json!({"priority": 0})).await;
    pair.preferred.on("m", Script::json(500, "{}"));
    pair.spare.on("m", Script::json(503, r#"{"error":{"message":"the last word"}}"#));
    let reply = pair.gateway.ask(&pair.key, "m").await;
    assert_eq!((reply.status, reply.message()), (503, "the last word".to_owned()));
    assert_eq!(reply.header("x-aigw-attempts"), "2");
    assert_eq!(pair.counts(), (1, 1));
    assert_eq!(third.seen().len(), 0);
    let log = pair.gateway.log(&reply.id()).await;
    assert_eq!((&log["state"], &log["status"]), (&json!("failed"), &json!(503)));
}

#[tokio::test]
async fn channels_of_one_priority_share_the_requests() {
    let gateway = Gateway::start().await;
    let (one, other) = (Upstream::start().await, Upstream::start().await);
    gateway.channel("one", &one, &["m"]).await;
    gateway.channel("other", &other, &["m"]).await;
    let key = gateway.key().await;
    for _ in 0..60 {
        gateway.ask(&key, "m").await.expect(200);
    }
    // That one of two fair halves gets none of 60 happens once in 10^18 runs.
    assert!(!one.seen().is_empty() && !other.seen().is_empty());
    assert_eq!(one.seen().len() + other.seen().len(), 60);
}

#[tokio::test]
async fn a_disabled_channel_is_not_asked() {
    let pair = Pair::start().await;
    pair.gateway.patch(&format!("/api/channels/{}", pair.ids[0]), json!({"status": "disabled"})).await.expect(200);
    pair.gateway.ask(&pair.key, "m").await.expect(200);
    assert_eq!(pair.counts(), (0, 1));
}
