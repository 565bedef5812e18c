//! Every page of the console in a real browser, wide and narrow, by keyboard and as axe sees it.
//!
//! Pictures of each are in `tmp/browser/pages` of cargo's target directory.

use std::{path::Path, process::Command};

use serde_json::json;

use super::browser::texts;
use crate::support::{Gateway, PASSWORD, USERNAME, Upstream, node_module, repository};

#[tokio::test]
async fn every_page_can_be_used_by_keyboard_and_fits_a_narrow_window() {
    node_module("playwright-core");
    node_module("axe-core");
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["plain"]).await;
    gateway.post("/api/users", json!({"username": "mara", "password": PASSWORD})).await.expect(201);
    let key = gateway.key().await;
    gateway.ask(&key, "plain").await.expect(200);
    let log = gateway.only_log().await["id"].as_str().expect("an id").to_owned();
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/pages.mjs"))
        .env("ORIGIN", &gateway.process.url)
        .env("USERNAME", USERNAME)
        .env("PASSWORD", PASSWORD)
        .env("LOG", log)
        .env("LOCALE", "en-US")
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser/pages"))
        .env("TEXTS", texts("en").to_string());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok still\n"), "it went to the end: {out}");
}
