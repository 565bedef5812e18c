//! Pace: how many requests and tokens a minute and how many at once a key, a user and a group may have, and what a client is told.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, Gate, Gateway, PASSWORD, Reply, Script, Upstream, chunk, eventually, usage_chunk};

async fn with_model() -> (Gateway, Upstream) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    (gateway, upstream)
}

/// A key of `who` with more to say about it; its secret.
async fn key(who: &Client, more: Value) -> String {
    let mut body = json!({"name": "k"});
    for (member, value) in more.as_object().expect("an object") {
        body[member] = value.clone();
    }
    who.post("/api/keys", body).await.expect(201)["secret"].as_str().expect("a secret").to_owned()
}

/// A member, signed in.
async fn mia(gateway: &Gateway) -> Client {
    let member = json!({"username": "mia", "password": PASSWORD, "role": "member"});
    gateway.post("/api/users", member).await.expect(201);
    gateway.with_cookie(&gateway.login("mia", PASSWORD).await)
}

/// What a client reads to know when to come back.
#[track_caller]
fn assert_refused(reply: &Reply, kind: &str, sentence: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limit_exceeded"), "{}", reply.text());
    assert_eq!(reply.json()["error"]["type"], kind);
    assert!(reply.message().starts_with(sentence), "{}", reply.message());
    let seconds: u64 = reply.header("retry-after").parse().expect("whole seconds");
    let millis: u64 = reply.header("retry-after-ms").parse().expect("milliseconds");
    assert!((1..=60).contains(&seconds) && millis <= seconds * 1_000 + 1, "{seconds} s, {millis} ms");
}

#[tokio::test]
async fn a_key_sends_so_many_requests_a_minute_and_is_told_how_many_are_left() {
    let (gateway, upstream) = with_model().await;
    let secret = key(&gateway, json!({"limits": {"requests_per_minute": 2}})).await;
    for left in ["1", "0"] {
        let served = gateway.ask(&secret, "m").await;
        served.expect(200);
        assert_eq!(served.header("x-ratelimit-limit-requests"), "2");
        assert_eq!(served.header("x-ratelimit-remaining-requests"), left);
        assert!(served.header("x-ratelimit-reset-requests").ends_with('s'));
        assert_eq!(served.header("x-ratelimit-limit-tokens"), "", "it has no such limit");
    }
    let refused = gateway.ask(&secret, "m").await;
    assert_refused(&refused, "requests", "This key may send 2 requests a minute. Try again in ");
    assert_eq!(upstream.seen().len(), 2);
    let log = gateway.settled(&refused.id()).await;
    assert_eq!((&log["state"], &log["status"], &log["cost_nusd"]), (&json!("rejected"), &json!(429), &json!(0)));
    gateway.ask(&gateway.key().await, "m").await.expect(200);
}

#[tokio::test]
async fn who_comes_back_when_told_to_is_let_in() {
    let (gateway, _upstream) = with_model().await;
    let secret = key(&gateway, json!({"limits": {"requests_per_minute": 60}})).await;
    for _ in 0..500 {
        let reply = gateway.ask(&secret, "m").await;
        if reply.status == 429 {
            let millis: u64 = reply.header("retry-after-ms").parse().unwrap();
            tokio::time::sleep(Duration::from_millis(millis)).await;
            gateway.ask(&secret, "m").await.expect(200);
            return;
        }
        reply.expect(200);
    }
    panic!("60 a minute never were enough");
}

#[tokio::test]
async fn a_users_keys_share_their_pace() {
    let (gateway, _upstream) = with_model().await;
    let mia = mia(&gateway).await;
    let users = gateway.get("/api/users").await.expect(200);
    let id = users["items"].as_array().unwrap().iter().find(|user| user["username"] == "mia").unwrap()["id"].clone();
    let limits = json!({"limits": {"requests_per_minute": 2}});
    gateway.patch(&format!("/api/users/{id}"), limits).await.expect(200);
    let (one, two) = (key(&mia, json!({})).await, key(&mia, json!({})).await);
    gateway.ask(&one, "m").await.expect(200);
    gateway.ask(&two, "m").await.expect(200);
    assert_refused(&gateway.ask(&one, "m").await, "requests", "You may send 2 requests a minute.");
    gateway.ask(&gateway.key().await, "m").await.expect(200);
    gateway.patch(&format!("/api/users/{id}"), json!({"limits": {}})).await.expect(200);
    gateway.ask(&one, "m").await.expect(200);
}

#[tokio::test]
async fn a_groups_keys_share_its_pace_whoever_has_them() {
    let (gateway, upstream) = with_model().await;
    gateway.post("/api/groups", json!({"name": "team", "limits": {"concurrent_requests": 1}})).await.expect(201);
    gateway.channel_with("team", &upstream, &["m"], json!({"groups": ["default", "team"], "priority": 1})).await;
    let mia = mia(&gateway).await;
    let mias = key(&mia, json!({})).await;
    let id = mia.get("/api/keys").await.expect(200)["items"][0]["id"].clone();
    gateway.patch(&format!("/api/keys/{id}"), json!({"group": "team"})).await.expect(200);
    let own = key(&gateway, json!({"group": "team"})).await;
    upstream.on("m", Script::stream().event(&chunk(Some("word"))).stall());
    let mut stream = gateway.stream(&mias, "m").await;
    stream.until("word").await;
    assert_refused(&gateway.ask(&own, "m").await, "requests", "Your group may have 1 requests running at once.");
    upstream.on("m", Script::events(&[chunk(Some("word")), chunk(None), "[DONE]".to_owned()]));
    drop(stream);
    eventually("the place is free again", async || (gateway.ask(&own, "m").await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn so_many_requests_run_at_once_and_the_next_one_waits_for_an_end() {
    let (gateway, upstream) = with_model().await;
    let gate = Gate::new();
    let script = Script::stream().event(&chunk(Some("word"))).gate(&gate).event(&chunk(None)).event("[DONE]").finish();
    upstream.on("m", script);
    let secret = key(&gateway, json!({"limits": {"concurrent_requests": 2}})).await;
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut stream = gateway.stream(&secret, "m").await;
        stream.until("word").await;
        streams.push(stream);
    }
    let refused = gateway.ask(&secret, "m").await;
    assert_refused(&refused, "requests", "This key may have 2 requests running at once.");
    gate.open();
    gate.open();
    for stream in streams {
        stream.whole().await;
    }
    gate.open();
    gateway.stream(&secret, "m").await.whole().await;
}

#[tokio::test]
async fn tokens_are_held_as_estimated_and_corrected_when_they_are_known() {
    let (gateway, upstream) = with_model().await;
    let gate = Gate::new();
    let held = Script::stream().event(&chunk(Some("word"))).gate(&gate).event(&chunk(None));
    upstream.on("m", held.event(&usage_chunk()).event("[DONE]").finish());
    let secret = key(&gateway, json!({"limits": {"tokens_per_minute": 5_000}})).await;
    let body = |stream: bool| json!({"model": "m", "stream": stream, "max_tokens": 4_000, "messages": []});
    let mut stream = gateway.stream_with(&secret, body(true)).await;
    stream.until("word").await;
    let refused = gateway.chat(&secret, body(false)).await;
    assert_refused(&refused, "tokens", "This key may use 5000 tokens a minute.");
    gate.open();
    stream.whole().await;
    gate.open();
    // The answer came to 18 tokens.
    let mut next = gateway.stream_with(&secret, body(true)).await;
    next.until("word").await;
    let left: i64 = next.header("x-ratelimit-remaining-tokens").parse().unwrap();
    assert!((900..=1_000).contains(&left), "{left}");
    assert_eq!(next.header("x-ratelimit-limit-tokens"), "5000");
}
