//! Passwords, owners, and who is out.

use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn nobody_resets_their_own_password_without_the_old_one() {
    let app = TestApp::new().await;
    let cookie = app.cookie(Role::Owner).await;
    let session = body(app.send(json("GET", "/api/session", Some(&cookie), &json!({}))).await).await;
    let path = format!("/api/users/{}/password", session["user"]["id"]);
    let payload = json!({"password": "another long enough password"});
    let response = app.send(json("POST", &path, Some(&cookie), &payload)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body(response).await["error"]["fields"].get("password").is_some());
}

#[tokio::test]
async fn the_last_owner_stays_and_a_disabled_user_is_out_at_once() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let me = body(app.send(json("GET", "/api/session", Some(&owner), &json!({}))).await).await["user"]["id"].clone();
    let path = format!("/api/users/{me}");
    for (method, payload) in
        [("PATCH", json!({"role": "admin"})), ("PATCH", json!({"status": "disabled"})), ("DELETE", json!({}))]
    {
        let response = app.send(json(method, &path, Some(&owner), &payload)).await;
        assert_eq!(response.status(), StatusCode::CONFLICT, "{method} {payload}");
    }
    let member = app.cookie(Role::Member).await;
    let key = body(app.send(json("POST", "/api/keys", Some(&member), &json!({"name": "k"}))).await).await;
    let path = format!("/api/users/{}", key["user_id"]);
    let relay = || {
        let mut request = Request::get("/v1/models").body(Body::empty()).unwrap();
        let value = format!("Bearer {}", key["secret"].as_str().unwrap());
        request.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
        request
    };
    assert_eq!(app.send(relay()).await.status(), StatusCode::OK);
    let disabled = app.send(json("PATCH", &path, Some(&owner), &json!({"status": "disabled"}))).await;
    assert_eq!(body(disabled).await["status"], "disabled");
    assert_eq!(app.send(relay()).await.status(), StatusCode::UNAUTHORIZED);
    let session = app.send(json("GET", "/api/session", Some(&member), &json!({}))).await;
    assert_eq!(session.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = TestApp::new().await;
    let (here, elsewhere) = (app.cookie(Role::Member).await, app.cookie(Role::Member).await);
    let change = |current: &str| {
        let payload = json!({"current": current, "new": "another long password"});
        json("POST", "/api/session/password", Some(&here), &payload)
    };
    let wrong = app.send(change("not the password")).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body(wrong).await["error"]["fields"]["current"].is_string());
    assert_eq!(app.send(change("a long enough password")).await.status(), StatusCode::NO_CONTENT);
    for (cookie, status) in [(&here, StatusCode::OK), (&elsewhere, StatusCode::UNAUTHORIZED)] {
        assert_eq!(app.send(json("GET", "/api/session", Some(cookie), &json!({}))).await.status(), status);
    }
    let mut last = StatusCode::UNPROCESSABLE_ENTITY;
    for _ in 0..6 {
        last = app.send(change("a guess at the password")).await.status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "guessing is slowed");
}
