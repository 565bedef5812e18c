//! Providers, models, keys and the playground, in a real browser: `tests/browser/catalogue.mjs`.
//!
//! Pictures of each step are in `tmp/browser` of cargo's target directory.

use std::{path::Path, process::Command};

use serde_json::Value;

use super::browser::texts;
use crate::support::{Gateway, PASSWORD, Script, USERNAME, Upstream, node_module, repository};

/// What an answer must not do to its reader's page.
const HOSTILE: &str =
    "- <img src=x onerror=alert(1)>\n- [press](javascript:alert(1)) and ![seen](https://tracker.example/dot.png)";

fn chunk(content: &str) -> String {
    serde_json::json!({"choices": [{"index": 0, "delta": {"content": content}}]}).to_string()
}

async fn walk_through(language: &str, locale: &str) {
    node_module("playwright-core");
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let end = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}"#;
    let answer = [
        chunk("Here:\n\n- one\n"),
        chunk(HOSTILE),
        chunk("\n- two\n\n```rust\nfn main() {}\n```\n"),
        end.into(),
        usage.into(),
    ];
    let flow = Script::events(&[&answer[..], &["[DONE]".to_owned()]].concat());
    upstream.on("flow", flow);
    upstream.on("stall", Script::stream().event(&chunk("So far")).stall());
    let mut command = Command::new("node");
    command
        .arg(repository().join("tests/browser/catalogue.mjs"))
        .env("ORIGIN", &gateway.process.url)
        .env("OWNER", USERNAME)
        .env("PASSWORD", PASSWORD)
        .env("LOCALE", locale)
        .env("SHOTS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(format!("catalogue-{language}")))
        .env("TEXTS", texts(language).to_string())
        .env("UPSTREAM", upstream.base_url());
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.ends_with("ok member-keys\n"), "it went to the end: {out}");
    let seen = upstream.seen();
    assert!(
        seen.iter().all(|seen| seen.header("x-lab-key") == "sk-lab-0123456789"),
        "one's own header carries the key"
    );
    assert!(seen.iter().all(|seen| seen.header("authorization").is_empty()));
    assert_eq!(seen[0].json()["model"], "plain", "the alias was resolved");
    let turns = |body: Value| body["messages"].as_array().map_or(0, Vec::len);
    assert!(seen.iter().any(|seen| turns(seen.json()) == 3), "a second prompt goes with what was said before");
}

#[tokio::test]
async fn an_admin_runs_the_catalogue_in_english() {
    walk_through("en", "en-US").await;
}

#[tokio::test]
async fn an_admin_runs_the_catalogue_in_chinese() {
    walk_through("zh-CN", "zh-CN").await;
}
