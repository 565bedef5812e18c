//! The console's API: what it refuses, and in which words.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{Gateway, PASSWORD, Script, USERNAME, Upstream, exchange};

fn channel() -> Value {
    json!({"name": "main", "provider": "openai", "keys": ["sk-1234567890"], "models": ["m"]})
}

fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

#[tokio::test]
async fn a_fault_names_its_field() {
    let gateway = Gateway::start().await;
    for (body, field) in [
        (with(channel(), "name", json!(" ")), "name"),
        (with(channel(), "name", json!("x".repeat(129))), "name"),
        (with(channel(), "name", json!("a\u{202e}b")), "name"),
        (with(channel(), "name", json!(7)), "name"),
        (with(channel(), "provider", json!("no-such-provider")), "provider"),
        (with(channel(), "provider", json!("custom")), "base_url"),
        (with(channel(), "base_url", json!("ftp://example.com")), "base_url"),
        (with(channel(), "base_url", json!("https://user:pw@example.com/v1")), "base_url"),
        (with(channel(), "base_url", json!("https://example.com/v1?key=1")), "base_url"),
        (with(channel(), "keys", json!([])), "keys"),
        (with(channel(), "keys", json!(["two words"])), "keys"),
        (with(channel(), "models", json!([])), "models"),
        (with(channel(), "models", json!(["a b"])), "models"),
        (with(channel(), "priority", json!(1001)), "priority"),
        (with(channel(), "weight", json!(0)), "weight"),
        (with(channel(), "status", json!("off")), "status"),
        (with(channel(), "surprise", json!(1)), "surprise"),
    ] {
        let reply = gateway.post("/api/channels", body.clone()).await;
        let error = reply.expect(422)["error"].clone();
        assert_eq!(error["code"], "validation_failed", "{body}");
        assert!(error["fields"][field].as_str().is_some_and(|fault| fault.len() > 8), "{body}: {error}");
        assert!(!error.to_string().contains("sk-1234567890"), "{error}");
    }
    for (path, body, field) in [
        ("/api/keys", json!({"name": ""}), "name"),
        ("/api/keys", json!({"name": "a", "expires_at": "2001-01-01T00:00:00Z"}), "expires_at"),
        ("/api/keys", json!({"name": "a", "expires_at": "tomorrow"}), "expires_at"),
        ("/api/keys", json!({"name": "a", "surprise": true}), "surprise"),
        ("/api/models", json!({"name": "a b"}), "name"),
    ] {
        let error = gateway.post(path, body.clone()).await.expect(422)["error"].clone();
        assert!(error["fields"][field].is_string(), "{path} {body}: {error}");
    }
    assert_eq!(gateway.get("/api/channels").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() {
    let gateway = Gateway::start().await;
    let body = json!({"name": "", "provider": "openai", "keys": ["a b"], "models": [], "weight": 0});
    let error = gateway.post("/api/channels", body).await.expect(422)["error"].clone();
    let fields: Vec<_> = error["fields"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["keys", "models", "name", "weight"]);
}

#[tokio::test]
async fn a_name_is_given_once() {
    let gateway = Gateway::start().await;
    gateway.post("/api/channels", channel()).await.expect(201);
    let error = gateway.post("/api/channels", channel()).await.expect(409)["error"].clone();
    assert_eq!(error["code"], "conflict");
    assert!(error["fields"]["name"].is_string(), "{error}");
    let other = gateway.post("/api/channels", with(channel(), "name", json!("other"))).await.expect(201);
    let path = format!("/api/channels/{}", other["id"]);
    assert_eq!(gateway.patch(&path, json!({"name": "main"})).await.status, 409);
    assert_eq!(gateway.patch(&path, json!({"name": "other"})).await.status, 200, "its own name isn't in the way");
    assert_eq!(gateway.post("/api/models", json!({"name": "m"})).await.status, 409);
}

#[tokio::test]
async fn only_json_is_read_and_only_so_much() {
    let gateway = Gateway::start().await;
    let body = channel().to_string();
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""]
    {
        let request = gateway.request(Method::POST, "/api/channels").header(header::CONTENT_TYPE, kind);
        assert_eq!(gateway.send(request.body(body.clone())).await.code(), "unsupported_media_type", "{kind}");
    }
    let without = gateway.request(Method::POST, "/api/channels").body(body.clone());
    assert_eq!(gateway.send(without).await.status, 415);
    let json = |body: String| {
        gateway
            .request(Method::POST, "/api/channels")
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body)
    };
    for malformed in ["", "{", "[]", "7", &format!("{body}x")] {
        assert_eq!(gateway.send(json(malformed.to_owned())).await.code(), "malformed", "{malformed:?}");
    }
    let large = with(channel(), "name", json!("x".repeat(1 << 20))).to_string();
    assert_eq!(gateway.send(json(large)).await.code(), "too_large");
    gateway.send(json(body)).await.expect(201);
}

#[tokio::test]
async fn unknown_things_are_not_found_and_unknown_filters_are_faults() {
    let gateway = Gateway::start().await;
    for path in
        ["/api/channels/999", "/api/channels/abc", "/api/keys/999", "/api/logs/not-a-uuid", "/api/nothing", "/api"]
    {
        assert_eq!(gateway.get(path).await.code(), "not_found", "{path}");
    }
    assert_eq!(gateway.send(gateway.request(Method::PUT, "/api/channels")).await.code(), "method_not_allowed");
    for path in ["/api/channels?surprise=1", "/api/logs?limit=many", "/api/logs?state=lost", "/api/keys?page=x"] {
        assert_eq!(gateway.get(path).await.code(), "malformed", "{path}");
    }
}

#[tokio::test]
async fn other_sites_pages_are_turned_away() {
    let gateway = Gateway::start().await;
    let post = || {
        gateway
            .request(Method::POST, "/api/keys")
            .header(header::CONTENT_TYPE, "application/json")
            .body(r#"{"name":"a"}"#)
    };
    let own = gateway.process.url.clone();
    for (name, value, allowed) in [
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "none", true),
        ("origin", "https://evil.example", false),
        ("origin", "http://127.0.0.1:1", false),
        ("origin", "null", false),
        ("origin", own.as_str(), true),
    ] {
        let reply = gateway.send(post().header(name, value)).await;
        if allowed {
            reply.expect(201);
        } else {
            assert_eq!((reply.status, reply.code().as_str()), (403, "cross_site"), "{name}: {value}");
        }
    }
    let read = gateway.request(Method::GET, "/api/keys").header("sec-fetch-site", "cross-site");
    assert_eq!(gateway.send(read).await.status, 403);
    let preflight = gateway.request(Method::OPTIONS, "/api/keys").header("origin", "https://evil.example");
    let preflight = gateway.send(preflight).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn another_name_is_not_answered() {
    let gateway = Gateway::start().await;
    let port = gateway.address().port();
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost:x",
        "[::1",
    ] {
        for path in ["/api/about", "/v1/models", "/", "/healthz"] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            let answer = exchange(gateway.address(), request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 421 "), "{host} {path}: {answer}");
        }
    }
    for head in [
        "GET /api/about HTTP/1.1\r\n",
        "GET http://evil.example/api/about HTTP/1.1\r\nhost: localhost\r\n",
        "GET /api/about HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n",
    ] {
        let answer = exchange(gateway.address(), format!("{head}connection: close\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 421 ") || answer.starts_with("HTTP/1.1 400 "), "{head}: {answer}");
    }
    for host in ["localhost", &format!("127.0.0.1:{port}"), "[::1]:3000", "192.168.1.20"] {
        let request = format!("GET /api/about HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = exchange(gateway.address(), request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
}

#[tokio::test]
async fn sessions_are_for_the_console_and_keys_for_the_relay() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    let token = gateway.cookie.split_once('=').unwrap().1.to_owned();
    for path in ["/v1/models", "/api/v1/models", "/models"] {
        assert_eq!(gateway.get(path).await.code(), "invalid_api_key", "{path} with a session's cookie");
    }
    let chat = gateway.post("/v1/chat/completions", json!({"model": "m", "messages": []})).await;
    assert_eq!(chat.status, 401);
    assert_eq!(gateway.ask(&token, "m").await.status, 401);
    assert_eq!(upstream.seen().len(), 0);
    for path in ["/api/channels", "/api/keys", "/api/session", "/api/logs"] {
        for name in ["authorization", "x-api-key", "api-key"] {
            let value = if name == "authorization" { format!("Bearer {key}") } else { key.clone() };
            let reply = gateway.send(gateway.bare(Method::GET, path).header(name, value)).await;
            assert_eq!(reply.code(), "unauthenticated", "{path} with an access key in {name}");
        }
        let reply = gateway.send(gateway.bare(Method::GET, &format!("{path}?key={key}"))).await;
        assert_eq!(reply.status, 401, "{path}");
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let gateway = Gateway::start().await;
    let stranger = gateway.with_cookie("");
    let guess = async |username: &str, password: &str| {
        stranger.post("/api/session", json!({"username": username, "password": password})).await
    };
    let unknown = guess("nobody", "some long password").await;
    let wrong = guess(USERNAME, "some long password").await;
    assert_eq!((wrong.status, wrong.text()), (unknown.status, unknown.text()), "who exists isn't told");
    let mut refused = None;
    for n in 0..10 {
        let reply = guess(USERNAME, &format!("guess number {n}")).await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
        assert_eq!(reply.code(), "wrong_credentials");
    }
    let refused = refused.expect("ten guesses in a row");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(guess(USERNAME, PASSWORD).await.status, 429, "the right one has to wait too");
    gateway.get("/api/session").await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let gateway = Gateway::start().await;
    let other = gateway.with_cookie(&gateway.login(USERNAME, PASSWORD).await);
    let out = gateway.delete("/api/session").await;
    out.expect(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
    assert_eq!(gateway.get("/api/session").await.code(), "unauthenticated", "the cookie is worth nothing now");
    other.get("/api/session").await.expect(200);
    gateway.with_cookie("").delete("/api/session").await.expect(204);
}

#[tokio::test]
async fn answers_about_secrets_hold_none_and_are_not_kept() {
    let gateway = Gateway::start().await;
    let made = gateway.post("/api/channels", channel()).await;
    made.expect(201);
    let key = gateway.key_with(json!({"name": "laptop"})).await;
    let secret = key["secret"].as_str().unwrap();
    for path in ["/api/channels", "/api/keys", &format!("/api/keys/{}", key["id"])] {
        let reply = gateway.get(path).await;
        assert!(!reply.text().contains("sk-1234567890") && !reply.text().contains(secret), "{}", reply.text());
        assert_eq!((reply.header("cache-control"), reply.header("x-content-type-options")), ("no-store", "nosniff"));
    }
    assert!(!made.text().contains("sk-1234567890"));
    assert_eq!(made.json()["keys"][0]["last4"], "7890");
    assert!(secret.ends_with(key["last4"].as_str().unwrap()));
    assert!(secret.starts_with(&format!("sk-aigw-{}-", key["public_id"].as_str().unwrap())));
}

#[tokio::test]
async fn lists_come_in_pages_without_gaps_or_repeats() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m", "other"]).await;
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(gateway.key_with(json!({"name": format!("key {n}")})).await["id"].clone());
    }
    made.reverse();
    let mut listed = Vec::new();
    for page in 1..=4 {
        let answer = gateway.get(&format!("/api/keys?page={page}&page_size=2")).await.expect(200);
        assert_eq!((&answer["total"], &answer["page"], &answer["page_size"]), (&json!(7), &json!(page), &json!(2)));
        listed.extend(answer["items"].as_array().unwrap().iter().map(|key| key["id"].clone()));
    }
    assert_eq!(listed, made);
    let found = gateway.get("/api/keys?search=KEY%203").await.expect(200);
    assert_eq!((&found["total"], &found["items"][0]["name"]), (&json!(1), &json!("key 3")));

    let key = gateway.key().await;
    let mut asked = Vec::new();
    for n in 0..9 {
        let reply = gateway.ask(&key, if n % 3 == 0 { "other" } else { "m" }).await;
        reply.expect(200);
        asked.push(reply.id());
    }
    asked.reverse();
    let mut read = Vec::new();
    let mut path = "/api/logs?limit=4".to_owned();
    loop {
        let answer = gateway.get(&path).await.expect(200);
        let items = answer["items"].as_array().unwrap();
        assert!(items.len() <= 4);
        read.extend(items.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = answer["next"].as_str() else { break };
        path = format!("/api/logs?limit=4&before={next}");
    }
    assert_eq!(read, asked);
    let others = gateway.get("/api/logs?model=other&state=done").await.expect(200);
    assert_eq!(others["items"].as_array().unwrap().len(), 3);
    let none = gateway.get("/api/logs?state=failed").await.expect(200);
    assert_eq!(none, json!({"items": [], "next": null, "scanned_to": null}));
}

#[tokio::test]
async fn a_channels_test_asks_the_provider_and_tells_its_words() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let more = json!({"model_mapping": {"m": "real-m"}, "status": "disabled"});
    let id = gateway.channel_with("main", &upstream, &["m", "n"], more).await;
    let path = format!("/api/channels/{id}/test");
    let test = gateway.post(&path, json!({})).await.expect(200);
    assert_eq!((&test["ok"], &test["model"], &test["status"]), (&json!(true), &json!("m"), &json!(200)));
    assert_eq!((&test["error"], &test["key_last4"]), (&Value::Null, &json!("main")));
    assert!(test["latency_ms"].as_i64().unwrap() >= 0);
    let seen = upstream.only();
    assert_eq!((seen.target.as_str(), &seen.json()["model"]), ("/v1/chat/completions", &json!("real-m")));
    let channel = gateway.get(&format!("/api/channels/{id}")).await.expect(200);
    assert_eq!(channel["last_test"], test);

    upstream.on("n", Script::json(429, r#"{"error":{"message":"You exceeded your quota, sk-upstream-main"}}"#));
    let test = gateway.post(&path, json!({"model": "n"})).await.expect(200);
    assert_eq!((&test["ok"], &test["status"]), (&json!(false), &json!(429)));
    let error = test["error"].as_str().unwrap();
    assert!(error.contains("You exceeded your quota") && !error.contains("sk-upstream-main"), "{error}");

    upstream.on("real-m", Script::answer(200, &[("content-type", "text/html")], "<html>A parked domain</html>"));
    assert_eq!(gateway.post(&path, json!({})).await.expect(200)["ok"], false);
    drop(upstream);
    let test = gateway.post(&path, json!({})).await.expect(200);
    assert_eq!((&test["ok"], &test["status"]), (&json!(false), &Value::Null));
    assert!(!test["error"].as_str().unwrap().is_empty());
    assert_eq!(gateway.post("/api/channels/999/test", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_channel_of_embeddings_is_asked_for_one() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let models = ["text-embedding-3-small", "gpt-4o-mini", "my-vectors", "my-broken-vectors"];
    let id = gateway.channel("main", &upstream, &models).await;
    let test = async |model: &str| {
        let path = format!("/api/channels/{id}/test");
        let test = gateway.post(&path, json!({"model": model})).await.expect(200);
        let asked = upstream.seen().last().unwrap().target.clone();
        (test["ok"].clone(), test["asked"].clone(), test["status"].clone(), asked)
    };
    let (chat, embeddings) = ("/v1/chat/completions".to_owned(), "/v1/embeddings".to_owned());
    assert_eq!(test("text-embedding-3-small").await, (json!(true), json!("embedding"), json!(200), embeddings.clone()));
    assert_eq!(test("gpt-4o-mini").await, (json!(true), json!("chat"), json!(200), chat.clone()));
    assert_eq!(upstream.seen().len(), 2, "what a model does is known of these");

    let refusal = r#"{"error":{"message":"This is not a chat model"}}"#;
    upstream.on_target("/v1/chat/completions", "my-vectors", Script::json(404, refusal));
    assert_eq!(test("my-vectors").await, (json!(true), json!("embedding"), json!(200), embeddings));
    upstream.on("my-broken-vectors", Script::json(400, refusal));
    let (ok, asked, status, _) = test("my-broken-vectors").await;
    assert_eq!((ok, asked, status), (json!(false), json!("chat"), json!(400)), "the first refusal says more");
    upstream.on("gpt-4o-mini", Script::json(404, refusal));
    assert_eq!(test("gpt-4o-mini").await, (json!(false), json!("chat"), json!(404), chat));
}
