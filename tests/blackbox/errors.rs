//! How the relay says no: OpenAI's shape, the right status, words that help.

use async_compression::{
    Level,
    tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::support::{Gateway, Reply, Script, Upstream, eventually};

async fn with_model() -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

/// Whether an error has every member that OpenAI's SDKs read.
#[track_caller]
fn assert_shape(reply: &Reply, status: u16, code: Option<&str>) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(!reply.id().is_empty());
    let error = reply.json()["error"].clone();
    assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
    assert!(error["type"].is_string() && error.get("param").is_some(), "{error}");
    assert_eq!(error["code"], code.map_or(Value::Null, Value::from), "{error}");
}

const BODY: &str = r#"{"model":"m","messages":[]}"#;

#[tokio::test]
async fn a_request_needs_one_good_key() {
    let (gateway, upstream, key) = with_model().await;
    let post = || {
        gateway.bare(Method::POST, "/v1/chat/completions").header(header::CONTENT_TYPE, "application/json").body(BODY)
    };
    assert_shape(&gateway.send(post()).await, 401, Some("invalid_api_key"));
    let wrong = format!("{}x", &key[..key.len() - 1]);
    let other_id = key.replacen("sk-aigw-", "sk-aigw-zzzz", 1);
    for bad in ["sk-other", "", "sk-aigw-", "sk-aigw-a-b", &wrong, &other_id, "\u{fc}"] {
        assert_shape(&gateway.send(post().bearer_auth(bad)).await, 401, Some("invalid_api_key"));
    }
    let two = gateway.send(post().bearer_auth(&key).header("x-api-key", "another")).await;
    assert_shape(&two, 400, None);
    assert!(two.message().contains("two"), "{}", two.message());
    for good in [
        post().bearer_auth(&key),
        post().header("x-api-key", &key),
        post().header("api-key", &key),
        post().header("x-goog-api-key", &key),
    ] {
        gateway.send(good).await.expect(200);
    }
    let query = gateway.bare(Method::POST, &format!("/v1/chat/completions?key={key}")).body(BODY);
    gateway.send(query).await.expect(200);
    assert_eq!(upstream.seen().len(), 5);
    assert!(upstream.seen().iter().all(|seen| seen.target == "/v1/chat/completions"), "the key in the query went on");
}

#[tokio::test]
async fn a_key_stops_working_when_it_is_disabled_deleted_or_expired() {
    let (gateway, upstream, _) = with_model().await;
    let key = gateway.key_with(json!({"name": "short", "expires_at": soon()})).await;
    let secret = key["secret"].as_str().unwrap();
    let path = format!("/api/keys/{}", key["id"]);
    gateway.ask(secret, "m").await.expect(200);
    gateway.patch(&path, json!({"status": "disabled"})).await.expect(200);
    let disabled = gateway.ask(secret, "m").await;
    assert_shape(&disabled, 401, Some("invalid_api_key"));
    assert!(disabled.message().contains("disabled"));
    gateway.patch(&path, json!({"status": "enabled"})).await.expect(200);
    let expired = eventually("the key expires", async || {
        let reply = gateway.ask(secret, "m").await;
        (reply.status != 200).then_some(reply)
    })
    .await;
    assert_shape(&expired, 401, Some("invalid_api_key"));
    assert!(expired.message().contains("expired"));
    let other = gateway.key_with(json!({"name": "other"})).await;
    let asked = upstream.seen().len();
    gateway.delete(&format!("/api/keys/{}", other["id"])).await.expect(204);
    assert_shape(&gateway.ask(other["secret"].as_str().unwrap(), "m").await, 401, Some("invalid_api_key"));
    assert_eq!(upstream.seen().len(), asked);
}

/// Two seconds from now, as the API writes times.
fn soon() -> String {
    let output = std::process::Command::new("date").args(["-u", "-d", "2 seconds", "+%Y-%m-%dT%H:%M:%S.%3NZ"]).output();
    String::from_utf8(output.expect("date").stdout).expect("ASCII").trim().to_owned()
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_before_anyone_is_asked() {
    let (gateway, upstream, key) = with_model().await;
    for (body, param) in [
        ("", None),
        ("{", None),
        ("[]", None),
        ("null", None),
        ("{\"model\":\"m\"} trailing", None),
        ("{\"messages\":[]}", Some("model")),
        (r#"{"model":7}"#, Some("model")),
        (r#"{"model":""}"#, Some("model")),
        (r#"{"model":"m","model":"m","messages":[]}"#, Some("model")),
        (r#"{"model":"m","\u006dodel":"other","messages":[]}"#, Some("model")),
        (r#"{"model":"m","stream":"yes"}"#, Some("stream")),
        (r#"{"model":"m","stream":true,"stream":false}"#, Some("stream")),
    ] {
        let reply = gateway.send(gateway.by_key(&key, "/v1/chat/completions", body)).await;
        assert_shape(&reply, 400, None);
        assert_eq!(reply.json()["error"]["param"], param.map_or(Value::Null, Value::from), "{body}");
        let log = gateway.settled(&reply.id()).await;
        assert_eq!((&log["state"], &log["status"], &log["cost_nusd"]), (&json!("rejected"), &json!(400), &json!(0)));
    }
    let deep = format!(r#"{{"model":"m","messages":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let reply = gateway.send(gateway.by_key(&key, "/v1/chat/completions", deep)).await;
    assert!(matches!(reply.status, 200 | 400), "{}", reply.text());
    let before = upstream.seen().len();
    assert!(before <= 1);
    assert_shape(&gateway.ask(&key, "unknown").await, 404, Some("model_not_found"));
    assert_eq!(upstream.seen().len(), before);
}

#[tokio::test]
async fn there_is_a_clear_no_at_every_address_that_is_not_there() {
    let (gateway, _upstream, key) = with_model().await;
    for (method, path, status, code) in [
        (Method::GET, "/v1/nothing", 404, "not_found"),
        (Method::POST, "/v1", 404, "not_found"),
        (Method::POST, "/nothing", 404, "not_found"),
        (Method::GET, "/v1/chat/completions", 405, "method_not_allowed"),
        (Method::DELETE, "/v1/models", 405, "method_not_allowed"),
        (Method::PUT, "/api/v1/embeddings", 405, "method_not_allowed"),
    ] {
        let reply = gateway.send(gateway.bare(method.clone(), path).bearer_auth(&key)).await;
        assert_shape(&reply, status, Some(code));
        assert!(reply.message().contains(path), "{}", reply.message());
    }
}

#[tokio::test]
async fn a_body_may_have_32_mib_and_not_more() {
    let (gateway, upstream, key) = with_model().await;
    let sized = |bytes: usize| {
        let frame = r#"{"model":"m","messages":[],"x":""}"#;
        let (start, end) = frame.split_at(frame.len() - 2);
        format!("{start}{}{end}", "x".repeat(bytes - frame.len()))
    };
    let most = sized(32 << 20);
    gateway.send(gateway.by_key(&key, "/v1/chat/completions", most.clone())).await.expect(200);
    assert!(upstream.only().text() == most);
    let reply = gateway.send(gateway.by_key(&key, "/v1/chat/completions", sized(33 << 20))).await;
    assert_shape(&reply, 413, Some("request_too_large"));
    assert_eq!(upstream.seen().len(), 1);
    assert_eq!(gateway.settled(&reply.id()).await["state"], "rejected");
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let (gateway, upstream, key) = with_model().await;
    let large = "x".repeat(20 << 20);
    for _ in 0..5 {
        let wrong = gateway.send(gateway.by_key("sk-wrong", "/v1/chat/completions", large.clone())).await;
        assert_shape(&wrong, 401, Some("invalid_api_key"));
        let nowhere = gateway.send(gateway.by_key(&key, "/v1/nowhere", large.clone())).await;
        assert_shape(&nowhere, 404, Some("not_found"));
        let console = gateway
            .send(
                gateway
                    .request(Method::POST, "/api/keys")
                    .header("content-type", "application/json")
                    .body(large.clone()),
            )
            .await;
        assert_eq!((console.status, console.code().as_str()), (413, "too_large"));
    }
    gateway.ask(&key, "m").await.expect(200);
    assert_eq!(upstream.seen().len(), 1);
}

async fn packed<W: AsyncWrite + Unpin>(mut encoder: W, body: &[u8]) -> W {
    encoder.write_all(body).await.expect("memory");
    encoder.shutdown().await.expect("memory");
    encoder
}

#[tokio::test]
async fn compressed_bodies_are_read() {
    let (gateway, upstream, key) = with_model().await;
    let body = format!(r#"{{"model":"m","messages":[],"x":"{}"}}"#, "text ".repeat(1000)).into_bytes();
    for (name, bytes) in [
        ("gzip", packed(GzipEncoder::new(Vec::new()), &body).await.into_inner()),
        ("zstd", packed(ZstdEncoder::new(Vec::new()), &body).await.into_inner()),
        ("br", packed(BrotliEncoder::new(Vec::new()), &body).await.into_inner()),
        ("deflate", packed(ZlibEncoder::new(Vec::new()), &body).await.into_inner()),
        ("deflate", packed(DeflateEncoder::new(Vec::new()), &body).await.into_inner()),
    ] {
        let request = gateway.by_key(&key, "/v1/chat/completions", bytes).header(header::CONTENT_ENCODING, name);
        gateway.send(request).await.expect(200);
        let seen = upstream.seen().last().expect("a request").clone();
        assert_eq!((seen.header("content-encoding"), &seen.body[..]), ("", &body[..]), "{name}");
    }
}

#[tokio::test]
async fn compressed_bodies_that_are_bombs_or_garbage_are_refused() {
    let zeros = vec![b' '; 40 << 20];
    let fast = Level::Fastest;
    let bombs = [
        ("gzip", packed(GzipEncoder::with_quality(Vec::new(), fast), &zeros).await.into_inner()),
        ("zstd", packed(ZstdEncoder::with_quality(Vec::new(), fast), &zeros).await.into_inner()),
        ("br", packed(BrotliEncoder::with_quality(Vec::new(), fast), &zeros).await.into_inner()),
        ("deflate", packed(ZlibEncoder::with_quality(Vec::new(), fast), &zeros).await.into_inner()),
    ];
    let twice = packed(GzipEncoder::new(Vec::new()), &bombs[0].1).await.into_inner();
    let (gateway, upstream, key) = with_model().await;
    for (name, bytes) in bombs.into_iter().chain([("gzip, gzip", twice)]) {
        assert!(bytes.len() < 1 << 20, "{name}");
        let request = gateway.by_key(&key, "/v1/chat/completions", bytes).header(header::CONTENT_ENCODING, name);
        assert_shape(&gateway.send(request).await, 413, Some("request_too_large"));
    }
    for name in ["gzip", "zstd", "br", "deflate"] {
        let request = gateway.by_key(&key, "/v1/chat/completions", BODY).header(header::CONTENT_ENCODING, name);
        assert_shape(&gateway.send(request).await, 400, None);
    }
    for name in ["lzma", "gzip, gzip, gzip", "gzip;q=1"] {
        let request = gateway.by_key(&key, "/v1/chat/completions", BODY).header(header::CONTENT_ENCODING, name);
        assert_shape(&gateway.send(request).await, 415, Some("unsupported_media_type"));
    }
    assert_eq!(upstream.seen().len(), 0);
}

#[tokio::test]
async fn a_providers_errors_come_back_as_they_are() {
    let (gateway, upstream, key) = with_model().await;
    for status in [400, 403, 404, 422, 429, 500, 503] {
        let body = format!(
            r#"{{"error":{{"message":"Theirs: {status}","type":"odd","param":null,"code":"their_code"}},"more":[1.0]}}"#
        );
        let headers = [("content-type", "application/json"), ("retry-after", "17"), ("set-cookie", "a=b")];
        upstream.on("m", Script::answer(status, &headers, &body));
        let reply = gateway.ask(&key, "m").await;
        assert_eq!((reply.status, reply.text()), (status, body));
        assert_eq!((reply.header("retry-after"), reply.header("set-cookie")), ("17", ""));
        let log = gateway.log(&reply.id()).await;
        assert_eq!((&log["state"], &log["status"]), (&json!("failed"), &json!(status)));
        assert!(log["error"].as_str().unwrap().contains("Theirs"), "{log}");
    }
    upstream.on("m", Script::answer(502, &[("content-type", "text/html")], "<h1>Bad gateway</h1>"));
    let reply = gateway.ask(&key, "m").await;
    assert_eq!(
        (reply.status, reply.header("content-type"), reply.text().as_str()),
        (502, "text/html", "<h1>Bad gateway</h1>")
    );
}

#[tokio::test]
async fn a_refused_provider_key_is_the_operators_trouble_and_never_shown() {
    let (gateway, upstream, key) = with_model().await;
    let quoting = r#"{"error":{"message":"Incorrect API key provided: sk-upstream-main."}}"#;
    upstream.on("m", Script::json(401, quoting));
    let reply = gateway.ask(&key, "m").await;
    assert_shape(&reply, 502, Some("upstream_auth"));
    assert_eq!(reply.header("x-should-retry"), "false");
    assert!(reply.message().contains("Incorrect API key provided"), "{}", reply.message());
    let log = gateway.log(&reply.id()).await;
    for text in [reply.text(), log.to_string(), gateway.process.stderr()] {
        assert!(!text.contains("sk-upstream-main"), "{text}");
    }
    upstream.on("m", Script::json(400, quoting));
    assert!(!gateway.ask(&key, "m").await.text().contains("sk-upstream-main"));
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_a_bad_gateway() {
    let (gateway, upstream, key) = with_model().await;
    for (what, script) in [
        ("closes without a word", Script::bytes("")),
        ("speaks no HTTP", Script::bytes("\x16\x03\x01 hello\r\n\r\n")),
        ("has a head without end", Script::bytes(format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1 << 20)))),
        ("breaks off in the body", Script::bytes("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")),
        ("redirects", Script::answer(307, &[("location", "https://example.com/")], "")),
    ] {
        upstream.on("m", script);
        let reply = gateway.ask(&key, "m").await;
        assert_shape(&reply, 502, Some("upstream_error"));
        let log = gateway.log(&reply.id()).await;
        assert_eq!((&log["state"], &log["status"]), (&json!("failed"), &json!(502)), "{what}");
        assert!(!log["error"].as_str().unwrap().is_empty(), "{what}");
    }
    let gone = Upstream::start().await;
    gateway.channel("gone", &gone, &["n"]).await;
    drop(gone);
    let reply = gateway.ask(&key, "n").await;
    assert_shape(&reply, 502, Some("upstream_error"));
    assert!(!reply.text().contains("127.0.0.1"), "addresses are for the log: {}", reply.text());
    assert!(gateway.log(&reply.id()).await["error"].as_str().unwrap().contains("127.0.0.1"));
}

#[tokio::test]
async fn addresses_that_hold_a_clouds_credentials_are_never_dialled() {
    let gateway = Gateway::start().await;
    for url in [
        "http://169.254.169.254/v1",
        "http://[fe80::1]/v1",
        "http://0.0.0.0:80/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://2852039166/v1",
    ] {
        let body = json!({"name": "bad", "provider": "custom", "base_url": url, "keys": ["k"], "models": ["m"]});
        let reply = gateway.post("/api/channels", body).await;
        assert!(reply.expect(422)["error"]["fields"]["base_url"].is_string(), "{url}");
    }
}
