//! What is read, and what is said of the rest.

use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn only_json_is_read() {
    let app = TestApp::new().await;
    for mime in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let cookie = app.cookie(Role::Owner).await;
        let request = Request::post("/api/keys")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, mime)
            .body(Body::from(r#"{"name":"x"}"#))
            .unwrap();
        assert_eq!(app.send(request).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{mime:?}");
    }
}

#[tokio::test]
async fn faults_are_named_by_field_and_all_at_once() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let request = json!({"name": " ", "provider": "openai", "keys": ["a b"], "models": [], "weight": 0});
    let response = app.send(json("POST", "/api/channels", Some(&owner), &request)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = body(response).await;
    let fields: Vec<_> = answer["error"]["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["keys", "models", "name", "weight"]);
    for (request, field) in [
        (json!({"name": "x", "provider": "nobody", "models": ["m"]}), "provider"),
        (json!({"name": "x", "provider": "openai", "models": ["m"]}), "keys"),
        (json!({"name": "x", "provider": "custom", "models": ["m"]}), "base_url"),
        (
            json!({"name": "x", "provider": "custom", "models": ["m"], "base_url": "http://169.254.169.254/v1"}),
            "base_url",
        ),
        (json!({"name": "x", "provider": "custom", "models": ["m"], "base_url": "http://u:p@host/v1"}), "base_url"),
        (json!({"name": 7, "provider": "custom", "models": ["m"]}), "name"),
        (json!({"name": "x", "provider": "custom", "models": ["m"], "color": "red"}), "color"),
    ] {
        let response = app.send(json("POST", "/api/channels", Some(&owner), &request)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{request}");
        let answer = body(response).await;
        assert!(answer["error"]["fields"].get(field).is_some(), "{request}: {answer}");
    }
}
