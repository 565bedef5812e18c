//! The console in a real browser, in both languages: `tests/browser` holds what a person does there.
//!
//! Pictures of each step are in `tmp/browser` of cargo's target directory.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::support::{Launch, Upstream, node_module, repository};

/// Every text of a language, by section and name.
pub(crate) fn texts(language: &str) -> Value {
    let file = repository().join("ui/locales").join(language).with_extension("toml");
    toml::from_str(&std::fs::read_to_string(file).expect("the console's texts")).expect("TOML")
}

async fn walk_through(language: &str, locale: &str) {
    node_module("playwright-core");
    let mut process = Launch::new().start().await;
    let printed = process.line("#token=").await;
    let link = printed.rsplit(' ').next().expect("a link").to_owned();
    let upstream = Upstream::start().await;
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/console.mjs"))
        .env("LINK", link)
        .env("LOCALE", locale)
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(language))
        .env("TEXTS", texts(language).to_string())
        .env("UPSTREAM", upstream.base_url());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok nowhere\n"), "it went to the end: {out}");
    let models: Vec<Value> = upstream.seen().iter().map(|seen| seen.json()["model"].clone()).collect();
    assert_eq!(models, ["plain", "plain", "plain"], "two tests and a request");
    assert!(upstream.seen().iter().all(|seen| seen.header("authorization") == "Bearer sk-provider-0123456789"));
}

#[tokio::test]
async fn a_person_sets_up_and_runs_the_gateway_in_english() {
    walk_through("en", "en-US").await;
}

#[tokio::test]
async fn a_person_sets_up_and_runs_the_gateway_in_chinese() {
    walk_through("zh-CN", "zh-CN").await;
}
