//! Who gets in, and what they may see.

use api::session::Role;
use http::{StatusCode, header};
use serde_json::json;

use super::operations;
use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn every_route_lets_in_who_it_says_and_nobody_else() {
    let app = TestApp::new().await;
    let operations = operations();
    assert!(operations.len() >= 44, "{operations:?}");
    for (method, path, needed) in operations {
        for role in [None, Some(Role::Member), Some(Role::Admin), Some(Role::Owner)] {
            let cookie = match role {
                Some(role) => Some(app.cookie(role).await),
                None => None,
            };
            let response = app.send(json(&method, &path, cookie.as_deref(), &json!({}))).await;
            let expected = match (needed, role) {
                (Some(_), None) => Some(StatusCode::UNAUTHORIZED),
                (Some(needed), Some(role)) if role < needed => Some(StatusCode::FORBIDDEN),
                _ => None,
            };
            let status = response.status();
            match expected {
                Some(expected) => assert_eq!(status, expected, "{method} {path} as {role:?}"),
                None => assert!(
                    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && !status.is_server_error(),
                    "{method} {path} as {role:?}: {status}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn an_access_key_opens_no_route_of_the_console() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let created = app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "laptop"}))).await;
    let secret = body(created).await["secret"].as_str().unwrap().to_owned();
    for (method, path, needed) in operations() {
        if needed.is_none() {
            continue;
        }
        for name in ["authorization", "x-api-key"] {
            let mut request = json(&method, &path, None, &json!({}));
            let value = if name == "authorization" { format!("Bearer {secret}") } else { secret.clone() };
            request.headers_mut().insert(name, value.parse().unwrap());
            assert_eq!(app.send(request).await.status(), StatusCode::UNAUTHORIZED, "{method} {path} by {name}");
        }
    }
}

#[tokio::test]
async fn what_another_sites_page_sends_is_refused_everywhere() {
    let app = TestApp::new().await;
    for (method, path, _) in operations() {
        let cookie = app.cookie(Role::Owner).await;
        let mut request = json(&method, &path, Some(&cookie), &json!({}));
        request.headers_mut().insert("sec-fetch-site", "same-site".parse().unwrap());
        let response = app.send(request).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(body(response).await["error"]["code"], "cross_site");
    }
}

#[tokio::test]
async fn a_members_keys_and_logs_are_their_own() {
    let app = TestApp::new().await;
    let (owner, member) = (app.cookie(Role::Owner).await, app.cookie(Role::Member).await);
    let created = body(app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "secret"}))).await).await;
    let path = format!("/api/keys/{}", created["id"]);
    for (method, payload) in [("GET", json!({})), ("PATCH", json!({"name": "mine"})), ("DELETE", json!({}))] {
        let response = app.send(json(method, &path, Some(&member), &payload)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method}");
    }
    let list = body(app.send(json("GET", "/api/keys", Some(&member), &json!({}))).await).await;
    assert_eq!(list["items"], json!([]));
    let list = body(app.send(json("GET", "/api/keys", Some(&owner), &json!({}))).await).await;
    assert_eq!(list["items"][0]["name"], "secret");
}

#[tokio::test]
async fn no_answer_holds_a_provider_key() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let planted = "sk-planted-0123456789abcdef";
    let new = json!({"name": "c", "provider": "openai", "keys": [planted], "models": ["m"]});
    let created = body(app.send(json("POST", "/api/channels", Some(&owner), &new)).await).await;
    assert_eq!(created["keys"][0]["last4"], "cdef");
    let path = format!("/api/channels/{}", created["id"]);
    let change = json!({"add_keys": ["sk-planted-another-0123"]});
    let answers = [
        created,
        body(app.send(json("GET", &path, Some(&owner), &json!({}))).await).await,
        body(app.send(json("PATCH", &path, Some(&owner), &change)).await).await,
        body(app.send(json("GET", "/api/channels", Some(&owner), &json!({}))).await).await,
    ];
    for answer in answers {
        assert!(!answer.to_string().contains("sk-planted"), "{answer}");
    }
}

#[tokio::test]
async fn cookies_are_secure_where_the_gateway_is_reached_by_https() {
    let app = TestApp::new().await;
    for (host, secure) in [("ai.example.com", true), ("127.0.0.1:3000", false)] {
        let mut request = json("DELETE", "/api/session", None, &json!({}));
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        let response = app.send(request).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert_eq!(cookie.contains("Secure"), secure, "{host}: {cookie}");
    }
}
