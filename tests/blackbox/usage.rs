//! What passed through, as people see it: the dashboard's numbers, and the log in a real browser.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    browser::texts,
    support::{Gateway, PASSWORD, Script, Upstream, node_module, repository},
};

/// A member's key, made by themselves.
async fn member(gateway: &Gateway, username: &str) -> String {
    let new = json!({"username": username, "password": PASSWORD});
    gateway.post("/api/users", new).await.expect(201);
    let member = gateway.with_cookie(&gateway.login(username, PASSWORD).await);
    let key = member.post("/api/keys", json!({"name": "phone"})).await.expect(201);
    key["secret"].as_str().expect("a secret").to_owned()
}

async fn dashboard(gateway: &Gateway) -> Value {
    // Any day of these years holds now; a range this long is asked for in steps of days.
    let about_now = gateway.only_log().await["created_at"].as_str().expect("a time").to_owned();
    let day = &about_now[..10];
    gateway.get(&format!("/api/dashboard?from={day}T00:00:00Z&to={day}T23:59:59Z&step_minutes=1440")).await.expect(200)
}

#[tokio::test]
async fn the_dashboard_counts_a_request_once_it_is_settled() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["plain"]).await;
    let key = gateway.key().await;
    gateway.ask(&key, "plain").await.expect(200);
    let answer = dashboard(&gateway).await;
    let totals = &answer["totals"];
    assert_eq!((&totals["requests"], &totals["failed"]), (&json!(1), &json!(0)));
    assert_eq!((&totals["input_tokens"], &totals["output_tokens"]), (&json!(11), &json!(7)));
    assert_eq!(answer["running"], 0);
    assert_eq!(answer["channels"][0]["name"], "main");
    assert_eq!(answer["series"][0]["name"], "plain");
    let health: i64 = answer["health"][0]["hours"]
        .as_array()
        .expect("hours")
        .iter()
        .map(|hour| hour["requests"].as_i64().unwrap_or(0))
        .sum();
    assert_eq!(health, 1);
}

async fn look_at_usage(language: &str, locale: &str) {
    node_module("playwright-core");
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    upstream.on("broken", Script::json(500, json!({"error": {"message": "the disk is full"}}).to_string()));
    gateway.channel("main", &upstream, &["plain", "broken"]).await;
    let key = gateway.key().await;
    let members = member(&gateway, "mara").await;
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/usage.mjs"))
        .env("ORIGIN", gateway.url("").trim_end_matches('/'))
        .env("KEY", key)
        .env("MEMBERS_KEY", members)
        .env("LOCALE", locale)
        .env("PASSWORD", PASSWORD)
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(format!("usage-{language}")))
        .env("TEXTS", texts(language).to_string());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok others-do-not-exist\n"), "it went to the end: {out}");
}

#[tokio::test]
async fn a_person_follows_what_passes_through_in_english() {
    look_at_usage("en", "en-US").await;
}

#[tokio::test]
async fn a_person_follows_what_passes_through_in_chinese() {
    look_at_usage("zh-CN", "zh-CN").await;
}
