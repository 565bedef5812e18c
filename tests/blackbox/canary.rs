//! Secrets and what people say are planted, everything is run, and then nothing that the gateway leaves behind holds
//! them.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::json;

use crate::support::{Client, Launch, Script, Upstream, chat, chunk};

const PROVIDER_KEY: &str = "sk-canary-provider-Zq7Wm2Kx9Lp4";
const PASSWORD: &str = "canary password Vt6Rn1 Yb8";
const WRONG_PASSWORD: &str = "canary wrong password Hs3 Jd5";
const PROMPT: &str = "canary-prompt-Fg4Bc7-what-a-person-wrote";
const ANSWER: &str = "canary-answer-Mk2Px6-what-the-model-said";

/// In clear, and as it would look after the usual encodings.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    // In base64 a text looks different at each of three offsets; its inner part is the same for all of its neighbours.
    let encoded = (0..3).map(|offset| {
        let text = STANDARD.encode([&b"xxx"[..offset], secret.as_bytes()].concat());
        text.as_bytes()[4..text.len() - 4].to_vec()
    });
    let mut forms = vec![secret.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    forms.extend(encoded);
    forms.push(secret.replace(' ', "%20").into_bytes());
    forms.push(secret.replace(' ', "+").into_bytes());
    forms
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    // Every part is long; looking for its first bytes first keeps this fast without optimisation.
    let text = String::from_utf8_lossy(bytes);
    std::str::from_utf8(part).is_ok_and(|part| text.contains(part))
}

#[tokio::test]
async fn nothing_that_is_left_behind_holds_a_secret_or_what_was_said() {
    let launch = Launch::new().env("RUST_LOG", "trace");
    let mut process = launch.start().await;
    let setup_token = process.setup_token().await;
    let upstream = Upstream::start().await;
    let mut answers: Vec<(String, Vec<u8>)> = Vec::new();
    let client = Client::new(&process.url);
    let owner = json!({"token": setup_token, "username": "ada", "password": PASSWORD});
    let made = client.post("/api/setup", owner.clone()).await;
    made.expect(201);
    let client = client.with_cookie(&made.cookie());
    answers.push(("setup".into(), made.body.to_vec()));

    macro_rules! keep {
        ($reply:expr) => {{
            let reply = $reply.await;
            let mut bytes = reply.body.to_vec();
            for (name, value) in reply.headers.iter().filter(|(name, _)| *name != "set-cookie") {
                bytes.extend_from_slice(format!("\n{name}: {value:?}").as_bytes());
            }
            answers.push((stringify!($reply).to_owned(), bytes));
            reply
        }};
    }

    keep!(client.post("/api/setup", owner));
    let stranger = client.with_cookie("");
    keep!(stranger.post("/api/session", json!({"username": "ada", "password": WRONG_PASSWORD})));
    keep!(stranger.post("/api/session", json!({"username": "ada", "password": WRONG_PASSWORD, "x": 1})));
    let second = client.login("ada", PASSWORD).await;
    let models = ["good", "stream", "cut", "quoting", "refused", "failing", "garbage", "silent"];
    let body = json!({
        "name": "main", "provider": "openai", "base_url": upstream.base_url(), "keys": [PROVIDER_KEY], "models": models,
    });
    let channel = keep!(client.post("/api/channels", body.clone())).expect(201)["id"].clone();
    keep!(client.post("/api/channels", body.clone()));
    for member in ["keys", "weight", "status", "model_mapping", "test_model"] {
        let mut faulty = body.clone();
        faulty[member] = if member == "test_model" { json!([PROVIDER_KEY]) } else { json!(PROVIDER_KEY) };
        keep!(client.post("/api/channels", faulty));
    }
    keep!(client.post("/api/channels", json!(PROVIDER_KEY)));
    keep!(client.patch(&format!("/api/channels/{channel}"), json!({"add_keys": [PROVIDER_KEY, "bad key"]})));
    let key = client.post("/api/keys", json!({"name": "laptop"})).await.expect(201);
    let secret = key["secret"].as_str().unwrap().to_owned();

    let quoting = format!(r#"{{"error":{{"message":"Incorrect API key provided: {PROVIDER_KEY}"}}}}"#);
    upstream.on("good", Script::json(200, chat(ANSWER).to_string()));
    upstream.on("stream", Script::events(&[chunk(Some(ANSWER)), chunk(None), "[DONE]".to_owned()]));
    upstream.on("cut", Script::stream().event(&chunk(Some(ANSWER))).close());
    upstream.on("quoting", Script::json(400, &quoting));
    upstream.on("refused", Script::json(401, &quoting));
    upstream.on("failing", Script::json(500, "{}"));
    upstream.on("garbage", Script::bytes(format!("{ANSWER}\r\n\r\n")));
    upstream.on("silent", Script::silence());
    for model in models.into_iter().filter(|model| *model != "silent").chain(["unknown"]) {
        keep!(client.post(&format!("/api/channels/{channel}/test"), json!({"model": model})));
        for stream in [false, true] {
            let body = json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": PROMPT}]});
            let request = client.by_key(&secret, "/v1/chat/completions", body.to_string());
            let reply = match request.send().await {
                Ok(reply) => reply.bytes().await.unwrap_or_default().to_vec(),
                Err(_) => Vec::new(),
            };
            if !matches!(model, "good" | "stream" | "cut") {
                answers.push((format!("asking {model}"), reply));
            }
        }
    }
    let body = json!({"model": "silent", "messages": [{"role": "user", "content": PROMPT}]}).to_string();
    let asked = upstream.seen().len();
    let waiting = client.by_key(&secret, "/v1/chat/completions", body).send();
    tokio::select! {
        _ = waiting => panic!("a silent provider answered"),
        () = upstream.arrived(asked + 1) => {}
    }
    for bad in [
        format!("{{\"model\":\"{PROMPT}\",\"model\":1}}"),
        format!("{PROMPT}{{"),
        format!("{{\"model\":[\"{PROMPT}\"]}}"),
    ] {
        keep!(client.send(client.by_key(&secret, "/v1/chat/completions", bad.clone())));
    }
    let wrong = format!("{}{}", &secret[..secret.len() - 4], "AAAA");
    keep!(client.send(client.by_key(&wrong, "/v1/chat/completions", "{}")));
    keep!(client.send(client.bare(Method::GET, &format!("/v1/models?key={secret}"))));
    keep!(client.send(client.bare(Method::GET, &format!("/v1/nowhere?key={secret}"))));
    keep!(client.send(client.bare(Method::GET, "/api/channels").bearer_auth(&secret)));
    for path in [
        "/api/about",
        "/api/setup",
        "/api/session",
        "/api/providers",
        "/api/channels",
        "/api/models",
        "/api/keys",
        "/api/logs",
    ] {
        keep!(client.get(path));
    }
    keep!(client.with_cookie(&second).delete("/api/session"));
    let output = launch.command(&["reset-password", "nobody"]).output().unwrap();
    answers.push(("reset-password".into(), [output.stdout, output.stderr].concat()));

    let canaries = [
        ("the provider's key", PROVIDER_KEY),
        ("the password", PASSWORD),
        ("a wrong password", WRONG_PASSWORD),
        ("the prompt", PROMPT),
        ("the answer", ANSWER),
        ("the setup token", &setup_token),
        ("the access key", &secret),
        ("the access key's secret part", secret.splitn(4, '-').last().unwrap()),
        ("a wrong access key", &wrong),
        ("a session", client.cookie.split_once('=').unwrap().1),
        ("an ended session", second.split_once('=').unwrap().1),
    ];
    let mut places = vec![("stderr".to_owned(), process.stderr().into_bytes())];
    let open = launch.files();
    process.terminate();
    process.exit().await;
    assert!(
        open.iter().any(|(path, _)| path.to_string_lossy().ends_with("-wal")),
        "{:?}",
        open.iter().map(|file| &file.0).collect::<Vec<_>>()
    );
    places.push(("stderr at the end".to_owned(), process.stderr().into_bytes()));
    places.extend(open.into_iter().chain(launch.files()).map(|(path, bytes)| (path.display().to_string(), bytes)));
    places.extend(answers);
    assert!(places[0].1.len() > 10_000, "the log was on");
    let mut found = Vec::new();
    for (place, bytes) in &places {
        for (what, canary) in canaries {
            if forms(canary).iter().any(|form| holds(bytes, form)) {
                found.push(format!("{what} is in {place}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(holds(&places[0].1, b"ai_gateway"), "the search finds what is there");
}
