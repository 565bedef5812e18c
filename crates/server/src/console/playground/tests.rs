use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;

use crate::testing::{TestApp, body, json};

const CHAT: &str = "/api/playground/chat/completions";

async fn serving() -> TestApp {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let new = json!({"name": "Demo", "provider": "demo", "models": ["demo-small"]});
    app.send(json("POST", "/api/channels", Some(&owner), &new)).await;
    app
}

#[tokio::test]
async fn a_member_tries_a_model_and_the_log_names_the_playground() {
    let app = serving().await;
    let member = app.cookie(Role::Member).await;
    let models = body(app.send(json("GET", "/api/playground/models", Some(&member), &json!({}))).await).await;
    assert_eq!((&models["total"], &models["items"][0]["name"]), (&json!(1), &json!("demo-small")));
    let ask = json!({"model": "demo-small", "stream": true, "messages": [{"role": "user", "content": "Hi"}]});
    let response = app.send(json("POST", CHAT, Some(&member), &ask)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/event-stream"));
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert!(text.ends_with(b"data: [DONE]\n\n"));
    let logs = body(app.send(json("GET", "/api/logs", Some(&member), &json!({}))).await).await;
    let log = &logs["items"][0];
    assert_eq!(
        (&log["key_id"], &log["key_name"], &log["state"], &log["stream"]),
        (&json!(0), &json!("Playground"), &json!("done"), &json!(true))
    );
}

#[tokio::test]
async fn what_is_not_served_is_refused_as_the_relay_does_it() {
    let app = serving().await;
    let member = app.cookie(Role::Member).await;
    let ask = json!({"model": "nothing", "messages": []});
    let response = app.send(json("POST", CHAT, Some(&member), &ask)).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(body(response).await["error"]["code"], "model_not_found");
}

#[tokio::test]
async fn a_form_of_another_site_tries_nothing() {
    let app = serving().await;
    let member = app.cookie(Role::Member).await;
    let ask = r#"{"model":"demo-small","messages":[]}"#;
    let request = |mime: &str, site: &str| {
        Request::post(CHAT)
            .header(header::COOKIE, &member)
            .header(header::CONTENT_TYPE, mime)
            .header("sec-fetch-site", site)
            .body(Body::from(ask))
            .unwrap()
    };
    let send = async |mime: &str, site: &str| app.send(request(mime, site)).await.status();
    assert_eq!(send("text/plain", "same-origin").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(send("application/json", "cross-site").await, StatusCode::FORBIDDEN);
    assert_eq!(send("application/json", "same-origin").await, StatusCode::OK);
}
