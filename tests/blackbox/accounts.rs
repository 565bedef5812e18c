//! People, groups, one's own account and the audit, in a real browser; and a personal token without one.
//!
//! Pictures of each step are in `tmp/browser` of cargo's target directory.

use std::{path::Path, process::Command};

use reqwest::Method;
use serde_json::json;

use super::browser::texts;
use crate::support::{Gateway, Launch, PASSWORD, USERNAME, node_module, repository};

async fn walk_through(language: &str, locale: &str) {
    node_module("playwright-core");
    node_module("axe-core");
    let gateway = Launch::new().env("AIGW_DRAIN_SECONDS", "7").sign_in().await;
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/accounts.mjs"))
        .env("ORIGIN", &gateway.process.url)
        .env("OWNER", USERNAME)
        .env("PASSWORD", PASSWORD)
        .env("LOCALE", locale)
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(format!("accounts-{language}")))
        .env("TEXTS", texts(language).to_string());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok delete-token\n"), "it went to the end: {out}");
}

#[tokio::test]
async fn an_owner_runs_accounts_in_english() {
    walk_through("en", "en-US").await;
}

#[tokio::test]
async fn an_owner_runs_accounts_in_chinese() {
    walk_through("zh-CN", "zh-CN").await;
}

#[tokio::test]
async fn a_token_works_across_a_restart_and_until_its_owner_is_disabled() {
    let mut gateway = Gateway::start().await;
    let account = json!({"username": "grace", "password": "a password of her own", "role": "admin"});
    let grace = gateway.post("/api/users", account).await.expect(201)["id"].clone();
    let hers = gateway.with_cookie(&gateway.login("grace", "a password of her own").await);
    let made = hers.post("/api/tokens", json!({"name": "script"})).await.expect(201);
    let token = made["secret"].as_str().unwrap().to_owned();
    gateway.process.kill().await;
    gateway.restart().await;
    let ask = async |path: &str| gateway.send(gateway.bare(Method::GET, path).bearer_auth(&token)).await;
    assert_eq!(ask("/api/session").await.expect(200)["user"]["username"], "grace");
    assert_eq!(ask("/api/users").await.expect(200)["total"], 2);
    assert_eq!(ask("/v1/models").await.code(), "invalid_api_key");
    gateway.patch(&format!("/api/users/{grace}"), json!({"status": "disabled"})).await.expect(200);
    assert_eq!(ask("/api/users").await.code(), "invalid_token");

    let rows = gateway.get("/api/audit?user_id=2").await.expect(200);
    let told: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(told, ["create", "sign_in"], "what Grace did");
    assert!(!gateway.get("/api/audit").await.text().contains(&token));
}
