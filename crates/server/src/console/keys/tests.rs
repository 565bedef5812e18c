use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn a_key_is_refused_from_another_network_and_the_log_says_so() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let new = json!({"name": "office", "ip_allow": ["10.0.0.0/8"]});
    let created = body(app.send(json("POST", "/api/keys", Some(&owner), &new)).await).await;
    let ask = |path: &str| {
        let secret = created["secret"].as_str().unwrap();
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {secret}"));
        match path {
            "/v1/models" => request.body(Body::empty()).unwrap(),
            _ => request.method("POST").body(Body::from(r#"{"model":"m","messages":[]}"#)).unwrap(),
        }
    };
    for path in ["/v1/models", "/v1/chat/completions"] {
        let response = app.send(ask(path)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let error = &body(response).await["error"];
        assert_eq!(error["code"], "permission_denied");
        assert!(error["message"].as_str().unwrap().contains("127.0.0.1"), "{error}");
    }
    // Its row is written after the answer.
    let logs = loop {
        let logs = body(app.send(json("GET", "/api/logs", Some(&owner), &json!({}))).await).await;
        if logs["items"].as_array().is_some_and(|items| !items.is_empty()) {
            break logs;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&logs["items"][0]["state"], &logs["items"][0]["status"]), (&json!("rejected"), &json!(403)));
    assert_eq!(logs["items"].as_array().unwrap().len(), 1, "asking for the list is no request to a model");

    let path = format!("/api/keys/{}", created["id"]);
    let opened = app.send(json("PATCH", &path, Some(&owner), &json!({"ip_allow": ["127.0.0.1"]}))).await;
    assert_eq!(opened.status(), StatusCode::OK);
    assert_eq!(app.send(ask("/v1/models")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn only_an_admin_chooses_a_group_or_makes_keys_for_others() {
    let app = TestApp::new().await;
    let (admin, member) = (app.cookie(Role::Admin).await, app.cookie(Role::Member).await);
    let me = body(app.send(json("GET", "/api/session", Some(&member), &json!({}))).await).await;
    let my_id = &me["user"]["id"];
    for (request, field) in
        [(json!({"name": "k", "group": "default"}), "group"), (json!({"name": "k", "user_id": 999_999}), "user_id")]
    {
        let response = app.send(json("POST", "/api/keys", Some(&member), &request)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{request}");
        assert!(body(response).await["error"]["fields"].get(field).is_some(), "{request}");
    }
    let own = app.send(json("POST", "/api/keys", Some(&member), &json!({"name": "k", "user_id": my_id}))).await;
    assert_eq!(own.status(), StatusCode::CREATED);
    let key = body(own).await;
    let path = format!("/api/keys/{}", key["id"]);
    let response = app.send(json("PATCH", &path, Some(&member), &json!({"group": "default"}))).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let theirs = json!({"name": "for you", "user_id": my_id, "group": "default"});
    let made = body(app.send(json("POST", "/api/keys", Some(&admin), &theirs)).await).await;
    assert_eq!((&made["user_id"], &made["username"]), (my_id, &json!("member")));
    for (request, field) in [
        (json!({"name": "k", "user_id": 999_999}), "user_id"),
        (json!({"name": "k", "group": "nowhere"}), "group"),
        (json!({"name": "k", "ip_allow": ["everywhere"]}), "ip_allow"),
        (json!({"name": "k", "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
    ] {
        let response = app.send(json("POST", "/api/keys", Some(&admin), &request)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{request}");
        assert!(body(response).await["error"]["fields"].get(field).is_some(), "{request}");
    }
}
