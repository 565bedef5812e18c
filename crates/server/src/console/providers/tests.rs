use api::session::Role;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{TestApp, body, json};

async fn call(app: &TestApp, method: &str, path: &str, payload: &Value) -> (StatusCode, Value) {
    let owner = app.cookie(Role::Owner).await;
    let response = app.send(json(method, path, Some(&owner), payload)).await;
    (response.status(), body(response).await)
}

async fn provider(app: &TestApp, slug: &str) -> Value {
    match call(app, "GET", &format!("/api/providers/{slug}"), &json!({})).await {
        (StatusCode::OK, provider) => provider,
        (status, refused) => {
            assert_eq!(status, StatusCode::NOT_FOUND, "{refused}");
            Value::Null
        }
    }
}

#[tokio::test]
async fn a_built_in_provider_can_be_changed_switched_off_and_restored() {
    let app = TestApp::new().await;
    let before = provider(&app, "openai").await;
    let patch = json!({"base_url": "https://proxy.example/v1/", "enabled": false});
    let (status, changed) = call(&app, "PATCH", "/api/providers/openai", &patch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&changed["base_url"], &changed["enabled"], &changed["overridden"], &changed["builtin"]),
        (&json!("https://proxy.example/v1"), &json!(false), &json!(true), &json!(true))
    );
    let new = json!({"name": "c", "provider": "openai", "keys": ["sk-0123456789"], "models": ["m"]});
    let (status, refused) = call(&app, "POST", "/api/channels", &new).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused["error"]["fields"].get("provider").is_some(), "{refused}");
    let (status, refused) = call(&app, "PATCH", "/api/providers/openai", &json!({"auth": "bearer"})).await;
    assert_eq!((status, refused["error"]["fields"].get("auth").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert_eq!(call(&app, "DELETE", "/api/providers/openai", &json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(provider(&app, "openai").await, before);
    assert_eq!(call(&app, "DELETE", "/api/providers/openai", &json!({})).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn ones_own_provider_is_made_used_and_deleted_when_nothing_points_at_it() {
    let app = TestApp::new().await;
    let new = json!({
        "slug": "lab", "name": "Lab server", "base_url": "http://127.0.0.1:9/v1/", "auth": "header",
        "auth_header": "X-Lab-Key",
    });
    let (status, made) = call(&app, "POST", "/api/providers", &new).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(
        (&made["tile"], &made["base_url"], &made["auth_header"], &made["builtin"]),
        (&json!("LS"), &json!("http://127.0.0.1:9/v1"), &json!("x-lab-key"), &json!(false))
    );
    assert_eq!(call(&app, "POST", "/api/providers", &new).await.0, StatusCode::CONFLICT);
    let channel = json!({"name": "Lab", "provider": "lab", "keys": ["k-0123456789"], "models": ["m"]});
    let (status, channel) = call(&app, "POST", "/api/channels", &channel).await;
    assert_eq!(status, StatusCode::CREATED, "{channel}");
    assert_eq!(provider(&app, "lab").await["channels"], 1);

    // Those that point at it go on when it is switched off.
    call(&app, "PATCH", "/api/providers/lab", &json!({"enabled": false})).await;
    let path = format!("/api/channels/{}", channel["id"]);
    assert_eq!(call(&app, "PATCH", &path, &json!({"weight": 7})).await.0, StatusCode::OK);

    let (status, refused) = call(&app, "DELETE", "/api/providers/lab", &json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(refused["error"]["fields"]["slug"].as_str().unwrap().contains("Lab"), "{refused}");
    call(&app, "DELETE", &path, &json!({})).await;
    assert_eq!(call(&app, "DELETE", "/api/providers/lab", &json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(provider(&app, "lab").await, Value::Null);
}

#[tokio::test]
async fn what_a_provider_cannot_be_is_named_by_field() {
    let app = TestApp::new().await;
    let good = json!({"slug": "mine", "name": "Mine", "base_url": "https://example.com/v1"});
    for (field, value) in [
        ("slug", json!("Mine!")),
        ("slug", json!("-mine")),
        ("slug", json!("openai")),
        ("name", json!(" ")),
        ("base_url", json!("example.com")),
        ("base_url", json!("http://169.254.169.254/v1")),
        ("base_url", json!("https://u:p@example.com/v1")),
        ("website", json!("javascript:alert(1)")),
        ("auth", json!("basic")),
    ] {
        let mut new = good.clone();
        new[field] = value.clone();
        let (status, refused) = call(&app, "POST", "/api/providers", &new).await;
        assert!(status.is_client_error(), "{field} {value}: {status}");
        assert!(refused["error"]["fields"].get(field).is_some(), "{field} {value}: {refused}");
    }
    for header in [Value::Null, json!("Authorization"), json!("a b"), json!("Host")] {
        let mut new = good.clone();
        (new["auth"], new["auth_header"]) = (json!("header"), header.clone());
        let (status, refused) = call(&app, "POST", "/api/providers", &new).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{header}");
        assert!(refused["error"]["fields"].get("auth_header").is_some(), "{refused}");
    }
    call(&app, "POST", "/api/providers", &good).await;
    for (patch, field) in [
        (json!({"base_url": null}), "base_url"),
        (json!({"name": null}), "name"),
        (json!({"auth": "header"}), "auth_header"),
    ] {
        let (status, refused) = call(&app, "PATCH", "/api/providers/mine", &patch).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}");
        assert!(refused["error"]["fields"].get(field).is_some(), "{refused}");
    }
    assert_eq!(call(&app, "PATCH", "/api/providers/nobody", &json!({})).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn providers_are_listed_as_they_are_asked_for() {
    let app = TestApp::new().await;
    call(&app, "PATCH", "/api/providers/openai", &json!({"enabled": false})).await;
    let (_, list) =
        call(&app, "GET", "/api/providers?search=openai&show=disabled&sort=name&page_size=1", &json!({})).await;
    assert_eq!(
        (&list["items"][0]["slug"], &list["total"], &list["counts"]["own"]),
        (&json!("openai"), &json!(1), &json!(1))
    );
    for unknown in ["sort=colour", "show=some", "colour=red"] {
        let (status, _) = call(&app, "GET", &format!("/api/providers?{unknown}"), &json!({})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{unknown}");
    }
}
