//! What passes through the relay, and what doesn't.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Gateway, Script, Upstream, chat};

/// A body as no serialiser would write it: unknown members, odd numbers, odd spacing, escapes, an order of its own.
const ODD: &str = r#"{ "zeta":1.0e2,"model" : "m","alpha":{"b":[1,2,{"c":null}],"a":"\u00e9\/"},
 "messages":[{"role":"user","content":"H\u00ef 你好","x_note":true}], "seed":12345678901234567890,"n":1.10 }"#;

async fn with_model(model: &str) -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &[model]).await;
    let key = gateway.key().await;
    (gateway, upstream, key)
}

#[tokio::test]
async fn a_request_reaches_the_provider_byte_for_byte() {
    let (gateway, upstream, key) = with_model("m").await;
    let reply = gateway.send(gateway.by_key(&key, "/v1/chat/completions", ODD)).await;
    reply.expect(200);
    let seen = upstream.only();
    assert_eq!(seen.text(), ODD);
    assert_eq!(seen.target, "/v1/chat/completions");
    assert_eq!(seen.header("authorization"), "Bearer sk-upstream-main");
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(format!("http://{}/v1", seen.header("host")), upstream.base_url());
}

#[tokio::test]
async fn only_the_model_and_include_usage_change_in_a_body() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let mapping = json!({"model_mapping": {"m": "vendor/real \"name\"".replace(' ', "-")}});
    gateway.channel_with("mapped", &upstream, &["m"], mapping).await;
    let key = gateway.key().await;
    gateway.send(gateway.by_key(&key, "/v1/chat/completions", ODD)).await.expect(200);
    assert_eq!(upstream.only().text(), ODD.replace(r#""model" : "m""#, r#""model" : "vendor/real-\"name\"""#));

    for (sent, expected) in [
        (
            r#"{"model":"m","stream":true,"messages":[ ]}"#,
            r#"{"model":"vendor/real-\"name\"","stream":true,"messages":[ ],"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#"{"stream_options":{ "x":1 },"model":"m","stream":true,"messages":[]}"#,
            r#"{"stream_options":{ "x":1 ,"include_usage":true},"model":"vendor/real-\"name\"","stream":true,"messages":[]}"#,
        ),
        (
            r#"{"stream_options":{"include_usage":false},"model":"m","stream":true,"messages":[]}"#,
            r#"{"stream_options":{"include_usage":true},"model":"vendor/real-\"name\"","stream":true,"messages":[]}"#,
        ),
    ] {
        gateway.send(gateway.by_key(&key, "/v1/chat/completions", sent)).await;
        let got = upstream.seen().last().expect("a request").text();
        assert_eq!(without_space(&got), without_space(expected), "{sent}");
    }
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

#[tokio::test]
async fn what_a_client_says_about_itself_stays_here() {
    let (gateway, upstream, key) = with_model("m").await;
    let request = gateway
        .by_key(&key, "/v1/chat/completions", r#"{"model":"m","messages":[]}"#)
        .header("cookie", "session=secret-cookie; other=1")
        .header("x-forwarded-for", "203.0.113.77")
        .header("forwarded", "for=203.0.113.77")
        .header("x-real-ip", "203.0.113.77")
        .header("referer", "https://intranet.example/page")
        .header("origin", "https://intranet.example")
        .header("user-agent", "SecretTool/1.0")
        .header("x-api-key", &key)
        .header("x-custom", "private")
        .header("accept", "application/json")
        .header("openai-beta", "assistants=v2")
        .header("idempotency-key", "once-7");
    gateway.send(request).await.expect(200);
    let seen = upstream.only();
    let all = format!("{:?}", seen.headers).to_lowercase();
    for private in ["secret-cookie", "203.0.113.77", "intranet", "secrettool", "private", key.as_str()] {
        assert!(!all.contains(&private.to_lowercase()), "{private} reached the provider: {all}");
    }
    assert_eq!(seen.header("accept-encoding"), "identity", "answers pass as they are, so they must come plain");
    assert_eq!(seen.header("openai-beta"), "assistants=v2");
    assert_eq!(seen.header("idempotency-key"), "once-7");
    let mut names: Vec<_> = seen.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "idempotency-key",
            "openai-beta",
            "user-agent"
        ],
        "no header passes that isn't meant to"
    );
}

#[tokio::test]
async fn an_answer_reaches_the_client_byte_for_byte_and_the_providers_headers_do_not() {
    let (gateway, upstream, key) = with_model("m").await;
    let body = "{ \"choices\":[ ],\"zeta\":1.0e2,\n\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4},\"x\":\"\\u00e9\" }";
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("set-cookie", "provider=1"),
        ("strict-transport-security", "max-age=1"),
        ("content-security-policy", "default-src *"),
        ("x-request-id", "theirs"),
        ("server", "theirs"),
    ];
    upstream.on("m", Script::answer(200, &headers, body));
    let reply = gateway.ask(&key, "m").await;
    assert_eq!(reply.text(), body);
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    for name in ["set-cookie", "strict-transport-security", "content-security-policy", "server"] {
        assert_eq!(reply.header(name), "", "{name}");
    }
    let log = gateway.log(&reply.id()).await;
    assert_eq!((&log["input_tokens"], &log["output_tokens"]), (&json!(3), &json!(4)));
    assert_eq!((&log["state"], &log["estimated"]), (&json!("done"), &json!(false)));
}

#[tokio::test]
async fn a_long_answer_passes_whole() {
    let (gateway, upstream, key) = with_model("m").await;
    let body = chat(&"long ".repeat(1_000_000)).to_string();
    upstream.on("m", Script::json(200, &body));
    let reply = gateway.ask(&key, "m").await;
    assert!(reply.body == body, "{} of {} bytes came", reply.body.len(), body.len());
    assert_eq!(gateway.log(&reply.id()).await["output_tokens"], 7);
}

#[tokio::test]
async fn every_prefix_that_clients_use_leads_to_the_same_place() {
    let (gateway, upstream, key) = with_model("m").await;
    for prefix in ["/v1", "/api/v1", ""] {
        for (endpoint, body) in [
            ("/chat/completions", r#"{"model":"m","messages":[]}"#),
            ("/completions", r#"{"model":"m","prompt":"Hi"}"#),
            ("/embeddings", r#"{"model":"m","input":"Hi"}"#),
        ] {
            let reply = gateway.send(gateway.by_key(&key, &format!("{prefix}{endpoint}"), body)).await;
            reply.expect(200);
            let seen = upstream.seen().last().expect("a request").clone();
            assert_eq!((seen.text(), seen.target), (body.to_owned(), format!("/v1{endpoint}")));
            let log = gateway.log(&reply.id()).await;
            assert_eq!((&log["endpoint"], &log["model"]), (&json!(format!("/v1{endpoint}")), &json!("m")));
            assert_eq!(log["input_tokens"], 11);
        }
        let models = gateway.send(gateway.bare(Method::GET, &format!("{prefix}/models")).bearer_auth(&key)).await;
        assert_eq!(models.expect(200)["data"][0]["id"], "m");
    }
}

#[tokio::test]
async fn a_key_sees_and_uses_the_models_on_its_list_only() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["b-model", "org/a-model:free", "c-model"]).await;
    let disabled = gateway.channel_with("off", &upstream, &["d-model"], json!({"status": "disabled"})).await;
    let all = gateway.key().await;
    let some = gateway.key_with(json!({"models": ["org/a-model:free", "not-served"]})).await;
    let some = some["secret"].as_str().unwrap();
    let list = async |key: &str| {
        let models = gateway.send(gateway.bare(Method::GET, "/v1/models").bearer_auth(key)).await.expect(200);
        assert_eq!(models["object"], "list");
        models["data"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(list(&all).await, ["b-model", "c-model", "org/a-model:free"]);
    assert_eq!(list(some).await, ["org/a-model:free"]);

    let one = async |key: &str, id: &str| {
        gateway.send(gateway.bare(Method::GET, &format!("/v1/models/{id}")).bearer_auth(key)).await
    };
    for id in ["org/a-model:free", "org%2Fa-model%3Afree"] {
        let model = one(some, id).await.expect(200);
        assert_eq!((&model["id"], &model["object"]), (&json!("org/a-model:free"), &json!("model")));
    }
    assert_eq!(one(some, "b-model").await.code(), "model_not_found");
    assert_eq!(one(&all, "b-model").await.status, 200);
    assert_eq!(one(&all, "d-model").await.status, 404);

    assert_eq!(gateway.ask(some, "b-model").await.code(), "model_not_found");
    assert_eq!(upstream.seen().len(), 0);
    gateway.ask(some, "org/a-model:free").await.expect(200);

    gateway.patch(&format!("/api/channels/{disabled}"), json!({"status": "enabled"})).await.expect(200);
    assert_eq!(list(&all).await, ["b-model", "c-model", "d-model", "org/a-model:free"]);
}

#[tokio::test]
async fn a_change_counts_for_the_next_request() {
    let (gateway, upstream, key) = with_model("m").await;
    gateway.ask(&key, "m").await.expect(200);
    let channels = gateway.get("/api/channels").await.expect(200);
    let channel = &channels["items"][0];
    let path = format!("/api/channels/{}", channel["id"]);
    let change = json!({"add_keys": ["sk-second"], "remove_keys": [channel["keys"][0]["id"]], "models": ["n"]});
    gateway.patch(&path, change).await.expect(200);
    assert_eq!(gateway.ask(&key, "m").await.status, 404);
    gateway.ask(&key, "n").await.expect(200);
    assert_eq!(upstream.seen()[1].header("authorization"), "Bearer sk-second");
    gateway.delete(&path).await.expect(204);
    assert_eq!(gateway.ask(&key, "n").await.status, 404);
}

#[tokio::test]
async fn a_model_that_is_switched_off_is_not_served() {
    let (gateway, _upstream, key) = with_model("m").await;
    let models = gateway.get("/api/models").await.expect(200);
    let path = format!("/api/models/{}", models["items"][0]["id"]);
    gateway.patch(&path, json!({"status": "disabled"})).await.expect(200);
    assert_eq!(gateway.ask(&key, "m").await.code(), "model_not_found");
    gateway.patch(&path, json!({"status": "enabled"})).await.expect(200);
    gateway.ask(&key, "m").await.expect(200);
}

#[tokio::test]
async fn each_provider_gets_its_key_where_it_looks_for_it() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel_with("header", &upstream, &["in-header"], json!({"provider": "azure-openai"})).await;
    gateway.channel_with("local", &upstream, &["without"], json!({"provider": "ollama", "keys": []})).await;
    let key = gateway.key().await;
    gateway.ask(&key, "in-header").await.expect(200);
    gateway.ask(&key, "without").await.expect(200);
    let seen = upstream.seen();
    assert_eq!((seen[0].header("api-key"), seen[0].header("authorization")), ("sk-upstream-header", ""));
    assert_eq!((seen[1].header("api-key"), seen[1].header("authorization")), ("", ""));
}

#[tokio::test]
async fn the_demo_provider_answers_without_a_network() {
    let gateway = crate::support::Launch::new().arg("--demo").sign_in().await;
    let key = gateway.key().await;
    let reply = gateway.ask(&key, "demo-small").await;
    assert!(reply.expect(200)["choices"][0]["message"]["content"].as_str().unwrap().contains("You wrote: \"Hi\""));
    let stream = gateway
        .stream_with(
            &key,
            json!({"model": "demo-small", "stream": true, "messages": [{"role": "user", "content": "Grüße"}]}),
        )
        .await;
    let id = stream.id();
    let text = stream.whole().await;
    assert!(text.ends_with("data: [DONE]\n\n") && text.contains("Grüße"), "{text}");
    assert!(gateway.log(&id).await["output_tokens"].as_i64().unwrap() > 10);
}
