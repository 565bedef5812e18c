//! What was asked and answered is kept where a key says so, and nowhere else.

use serde_json::{Value, json};

use crate::support::{Client, Gateway, PASSWORD, Script, Upstream, eventually};

const PROMPT: &str = "a very particular prompt, my key is sk-0123456789abcdefghij";

/// Asks with a key, plainly or as a stream; the request's id.
async fn ask(client: &Client, key: &str, stream: bool) -> String {
    let question = json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": PROMPT}]});
    let answer = client.chat(key, question).await;
    assert_eq!(answer.status, 200);
    answer.id()
}

/// What is kept of a request, once it is.
async fn kept(client: &Client, id: &str) -> Value {
    let path = format!("/api/logs/{id}/bodies");
    eventually("what was asked is kept", async || {
        let reply = client.get(&path).await;
        (reply.status == 200).then(|| reply.json())
    })
    .await
}

#[tokio::test]
async fn a_key_that_says_so_keeps_what_is_asked_and_answered_with_credentials_masked() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let created = gateway.key_with(json!({"bodies": true})).await;
    let key = created["secret"].as_str().expect("a secret").to_owned();
    for stream in [false, true] {
        let id = ask(&gateway, &key, stream).await;
        let bodies = kept(&gateway, &id).await;
        let request = bodies["request"]["text"].as_str().expect("a text");
        assert!(request.contains("a very particular prompt, my key is sk-[masked]"), "{request}");
        let answer = bodies["answer"]["text"].as_str().expect("a text");
        assert!(answer.contains("choices") && answer.contains("[DONE]") == stream, "{answer}");
        assert_eq!(gateway.get(&format!("/api/logs/{id}")).await.expect(200)["has_bodies"], true);
    }
    let id = created["id"].as_i64().expect("an id");
    gateway.patch(&format!("/api/keys/{id}"), json!({"bodies": false})).await.expect(200);
    let id = ask(&gateway, &key, false).await;
    assert_eq!(gateway.get(&format!("/api/logs/{id}")).await.expect(200)["has_bodies"], false);
    assert_eq!(gateway.get(&format!("/api/logs/{id}/bodies")).await.status, 404);
}

#[tokio::test]
async fn a_body_is_kept_up_to_the_bound_and_the_providers_error_too() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    upstream.on("m", Script::json(400, json!({"error": {"message": "a very particular fault"}}).to_string()));
    gateway.channel("main", &upstream, &["m"]).await;
    gateway.patch("/api/settings", json!({"body_kb": 1})).await.expect(200);
    let created = gateway.key_with(json!({"bodies": true})).await;
    let question = json!({"model": "m", "messages": [{"role": "user", "content": "long ".repeat(1_000)}]});
    let answer = gateway.chat(created["secret"].as_str().expect("a secret"), question.clone()).await;
    assert_eq!(answer.status, 400);
    let bodies = kept(&gateway, &answer.id()).await;
    assert_eq!(bodies["request"]["text"].as_str().map(str::len), Some(1_024));
    assert_eq!((&bodies["request"]["cut"], &bodies["answer"]["cut"]), (&json!(true), &json!(false)));
    assert_eq!(bodies["request"]["bytes"], question.to_string().len());
    assert!(bodies["answer"]["text"].as_str().is_some_and(|text| text.contains("a very particular fault")));
}

#[tokio::test]
async fn members_read_their_own_and_an_admin_who_reads_anothers_leaves_a_row() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let mut members = Vec::new();
    for name in ["mara", "leo"] {
        gateway.post("/api/users", json!({"username": name, "password": PASSWORD})).await.expect(201);
        members.push(gateway.login(name, PASSWORD).await);
    }
    let mara = gateway.with_cookie(&members[0]);
    let created = mara.post("/api/keys", json!({"name": "phone", "bodies": true})).await.expect(201);
    let id = ask(&gateway, created["secret"].as_str().expect("a secret"), false).await;
    kept(&mara, &id).await;
    let path = format!("/api/logs/{id}/bodies");
    assert_eq!(gateway.with_cookie(&members[1]).get(&path).await.status, 404);
    let reads = async || {
        let audit = gateway.get("/api/audit?action=read").await.expect(200);
        audit["items"].as_array().expect("rows").clone()
    };
    assert_eq!(reads().await.len(), 0, "one's own");
    gateway.get(&path).await.expect(200);
    let rows = reads().await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["subject"], &rows[0]["subject_id"]), (&json!("request"), &json!(id)));
}
