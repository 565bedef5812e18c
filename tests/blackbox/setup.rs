//! The first start: one link, one owner.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Client, Gateway, Launch, PASSWORD, Reply, USERNAME};

fn owner(token: &str, username: &str) -> Value {
    json!({"token": token, "username": username, "password": PASSWORD})
}

async fn set_up(client: &Client, body: &Value) -> Reply {
    client.json(Method::POST, "/api/setup", body).await
}

#[tokio::test]
async fn a_hundred_who_race_for_the_setup_link_make_one_owner() {
    let launch = Launch::new();
    let mut process = launch.start().await;
    let token = process.setup_token().await;
    let mut racers = JoinSet::new();
    for n in 0..100 {
        let client = Client::new(&process.url);
        let body = owner(&token, &format!("racer-{n}"));
        racers.spawn(async move { (n, set_up(&client, &body).await) });
    }
    let mut winners = Vec::new();
    while let Some(racer) = racers.join_next().await {
        let (n, reply) = racer.expect("an answer");
        match reply.status {
            201 => winners.push((n, reply)),
            409 | 403 => {}
            // Hashing a password takes 64 MiB, so few are hashed at once.
            429 => assert!(!reply.header("retry-after").is_empty()),
            other => panic!("{other}: {}", reply.text()),
        }
    }
    assert_eq!(winners.len(), 1);
    let (n, reply) = &winners[0];
    let user = reply.json()["user"].clone();
    assert_eq!((&user["username"], &user["role"]), (&json!(format!("racer-{n}")), &json!("owner")));
    let client = Client::new(&process.url).with_cookie(&reply.cookie());
    assert_eq!(client.get("/api/session").await.expect(200)["user"], user, "the winner is signed in");

    let late = set_up(&Client::new(&process.url), &owner(&token, "late")).await;
    assert!(matches!(late.status, 403 | 409), "{}", late.text());
    assert_eq!(client.get("/api/setup").await.expect(200), json!({"needed": false}));
    process.terminate();
    process.exit().await;
    let process = launch.start().await;
    let again = set_up(&Client::new(&process.url), &owner(&token, "again")).await;
    assert!(matches!(again.status, 403 | 409), "{}", again.text());
}

#[tokio::test]
async fn without_the_links_token_nobody_becomes_owner() {
    let mut process = Launch::new().start().await;
    let token = process.setup_token().await;
    let client = Client::new(&process.url);
    for wrong in ["", "x", &token[1..], &format!("{token}x"), &token.repeat(2)] {
        assert_eq!(set_up(&client, &owner(wrong, "mallory")).await.code(), "setup_token_invalid", "{wrong:?}");
    }
    assert_eq!(client.get("/api/setup").await.expect(200), json!({"needed": true}));
    let weak = json!({"token": token, "username": " ", "password": "short"});
    let fields = set_up(&client, &weak).await.expect(422)["error"]["fields"].clone();
    assert!(fields["username"].is_string() && fields["password"].is_string(), "{fields}");
    let reply = set_up(&client, &owner(&token, "ada")).await;
    reply.expect(201);
    let cookie = reply.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test]
async fn before_the_owner_nothing_answers_but_what_setup_needs() {
    let mut process = Launch::new().start().await;
    let token = process.setup_token().await;
    let client = Client::new(&process.url);
    client.get("/api/about").await.expect(200);
    client.get("/healthz").await.expect(200);
    client.get("/readyz").await.expect(200);
    for path in ["/api/session", "/api/channels", "/api/keys", "/api/logs", "/api/models", "/api/providers"] {
        assert_eq!(client.get(path).await.code(), "unauthenticated", "{path}");
    }
    for path in ["/v1/models", "/v1/models/m", "/api/v1/models"] {
        assert_eq!(client.get(path).await.code(), "invalid_api_key", "{path}");
    }
    let chat = client.json(Method::POST, "/v1/chat/completions", &json!({"model": "m"})).await;
    assert_eq!(chat.code(), "invalid_api_key");
    let login = client.json(Method::POST, "/api/session", &json!({"username": "admin", "password": "admin"})).await;
    assert_eq!(login.code(), "wrong_credentials", "there is no default password");
    let bearer = client.send(client.request(Method::GET, "/api/channels").bearer_auth(&token)).await;
    assert_eq!(bearer.status, 401);
    assert!(!process.stderr().contains(&token), "the token is for stdout");
}

#[tokio::test]
async fn a_first_owner_from_the_environment_must_have_a_good_password() {
    let launch = Launch::new().env("AIGW_ADMIN_USERNAME", "ada").env("AIGW_ADMIN_PASSWORD", "short");
    let output = launch.command(&["--headless", "--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(said.contains("AIGW_ADMIN_PASSWORD") && said.contains("12 characters"), "{said}");
}

#[tokio::test]
async fn an_owner_from_the_environment_leaves_a_row_in_the_audit() {
    let gateway = Gateway::start().await;
    let rows = gateway.get("/api/audit?subject=user&action=create").await.expect(200);
    let row = &rows["items"][0];
    assert_eq!((&row["subject_name"], &row["username"]), (&json!(USERNAME), &json!("")), "{rows}");
    assert_eq!(row["subject_id"], gateway.get("/api/session").await.expect(200)["user"]["id"].to_string());
}
