//! Prices, budgets and the books in a real browser: `tests/browser/money.mjs`.
//!
//! Pictures of each step are in `tmp/browser` of cargo's target directory.

use std::{path::Path, process::Command};

use serde_json::json;

use super::browser::texts;
use crate::support::{Gateway, PASSWORD, USERNAME, Upstream, node_module, repository};

async fn walk_through(language: &str, locale: &str) {
    node_module("playwright-core");
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key_with(json!({"name": "laptop"})).await;
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/money.mjs"))
        .env("ORIGIN", &gateway.process.url)
        .env("KEY", key["secret"].as_str().expect("a secret"))
        .env("OWNER", USERNAME)
        .env("PASSWORD", PASSWORD)
        .env("LOCALE", locale)
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(format!("money-{language}")))
        .env("TEXTS", texts(language).to_string());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok time-zone\n"), "it went to the end: {out}");
}

#[tokio::test]
async fn an_owner_sees_to_the_money_in_english() {
    walk_through("en", "en-US").await;
}

#[tokio::test]
async fn an_owner_sees_to_the_money_in_chinese() {
    walk_through("zh-CN", "zh-CN").await;
}
