//! The console's files as a browser gets them.

use std::path::Path;

use reqwest::Method;

use crate::support::{Client, Launch, Process, Reply};

async fn start() -> (Process, Client) {
    let process = Launch::new().start().await;
    let client = Client::new(&process.url);
    (process, client)
}

/// Paths below `/assets/` that a text names.
fn named(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .split("/assets/")
        .skip(1)
        .map(|rest| rest.split(['"', '\'', ')', ' ', '<', '?']).next().unwrap_or_default())
        .filter(|name| name.contains('.'))
        .map(|name| format!("/assets/{name}"))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn has(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|own| own == extension)
}

#[track_caller]
fn assert_safe(reply: &Reply) {
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("x-frame-options"), "DENY");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn every_page_is_the_console_and_asked_for_each_time() {
    let (_process, client) = start().await;
    let index = client.get("/").await;
    index.expect(200);
    assert!(
        index.text().contains("/assets/"),
        "this build has no console; `cargo xtask build` makes it: {}",
        index.text()
    );
    for path in ["/", "/index.html", "/login", "/setup", "/channels", "/logs/some-id", "/no/such/page"] {
        let reply = client.get(path).await;
        reply.expect(200);
        assert_eq!(reply.body, index.body, "{path}");
        assert_eq!(
            (reply.header("cache-control"), reply.header("content-type")),
            ("no-cache", "text/html; charset=utf-8"),
            "{path}"
        );
        assert_safe(&reply);
    }
    for path in ["/models", "/models/7", "/v1/models", "/v1/models/7"] {
        let browser = client.bare(Method::GET, path).header("accept", "text/html,*/*;q=0.8");
        let reply = client.send(browser).await;
        assert_eq!(reply.status, if path.starts_with("/models") { 200 } else { 401 }, "{path}");
    }
}

#[tokio::test]
async fn files_are_named_by_their_content_and_kept_for_ever() {
    let (_process, client) = start().await;
    let index = client.get("/").await.text();
    let files = named(&index);
    assert!(files.iter().any(|file| has(file, "js")) && files.iter().any(|file| has(file, "css")), "{files:?}");
    for file in files {
        let plain = client.get(&file).await;
        plain.expect(200);
        assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable", "{file}");
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"), "{file}");
        assert_safe(&plain);
        if has(&file, "woff2") {
            continue;
        }
        for encoding in ["gzip", "br"] {
            let reply = client.send(client.bare(Method::GET, &file).header("accept-encoding", encoding)).await;
            reply.expect(200);
            assert_eq!(reply.header("content-type"), plain.header("content-type"), "{file}");
            assert_eq!(reply.header("content-encoding"), encoding, "{file}");
            assert!(reply.body.len() < plain.body.len(), "{file} in {encoding}: {} bytes", reply.body.len());
        }
        let refused = client.bare(Method::GET, &file).header("accept-encoding", "br;q=0, gzip;q=0");
        assert_eq!(client.send(refused).await.body, plain.body, "{file}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_replaced_by_a_page() {
    let (_process, client) = start().await;
    for path in
        ["/assets/app-0000000000000000.js", "/assets/../index.html.br", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/"]
    {
        let answer = crate::support::exchange(
            client.url("").trim_start_matches("http://").parse().unwrap(),
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes(),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
}
