//! Personal tokens.

use api::session::Role;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{by_token, operations, operations_by};
use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn a_token_opens_what_its_owners_role_opens_but_decides_nothing_about_people() {
    let app = TestApp::new().await;
    let open = operations_by("token");
    let closed: Vec<_> = operations().into_iter().filter(|operation| !open.contains(operation)).collect();
    for (method, path) in [
        ("POST", "/api/session/password"),
        ("POST", "/api/tokens"),
        ("DELETE", "/api/tokens/999999"),
        ("POST", "/api/users"),
        ("PATCH", "/api/users/999999"),
        ("DELETE", "/api/users/999999"),
        ("POST", "/api/users/999999/password"),
        ("PATCH", "/api/settings"),
    ] {
        assert!(closed.iter().any(|(m, p, _)| (&**m, &**p) == (method, path)), "{method} {path}");
    }
    for role in Role::ALL {
        let cookie = app.cookie(role).await;
        let made = body(app.send(json("POST", "/api/tokens", Some(&cookie), &json!({"name": "ci"}))).await).await;
        let token = made["secret"].as_str().unwrap();
        for (method, path, needed) in operations() {
            let Some(needed) = needed else { continue };
            let only_signed_in = closed.iter().any(|(m, p, _)| (m, p) == (&method, &path));
            let response = app.send(by_token(&method, &path, token, &json!({}))).await;
            let status = response.status();
            if role < needed {
                assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} as {role:?}");
            } else if only_signed_in {
                assert_eq!(body(response).await["error"]["code"], "not_by_token", "{method} {path} as {role:?}");
            } else {
                assert!(
                    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && !status.is_server_error(),
                    "{method} {path} as {role:?}: {status}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_no_key_and_ends_when_it_is_removed() {
    let app = TestApp::new().await;
    let cookie = app.cookie(Role::Owner).await;
    let made = body(app.send(json("POST", "/api/tokens", Some(&cookie), &json!({"name": "ci"}))).await).await;
    let token = made["secret"].as_str().unwrap();
    let mut elsewhere = by_token("POST", "/api/keys", token, &json!({"name": "by a page of another site"}));
    elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(app.send(elsewhere).await.status(), StatusCode::CREATED);
    for path in ["/v1/models", "/v1/chat/completions"] {
        let method = if path.ends_with("models") { "GET" } else { "POST" };
        let response = app.send(by_token(method, path, token, &json!({"model": "m", "messages": []}))).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let listed = body(app.send(json("GET", "/api/tokens", Some(&cookie), &json!({}))).await).await;
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["secret"]), (&json!("ci"), &Value::Null));
    app.send(json("DELETE", &format!("/api/tokens/{}", made["id"]), Some(&cookie), &json!({}))).await;
    // A cookie beside it doesn't help.
    let mut request = by_token("GET", "/api/session", token, &json!({}));
    request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
    let response = app.send(request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(body(response).await["error"]["code"], "invalid_token");
}
