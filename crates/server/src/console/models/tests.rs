use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::testing::{TestApp, body, json};

/// A gateway with the demo provider serving some models, and an owner's cookie.
async fn serving(models: &[&str]) -> (TestApp, String) {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let new = json!({"name": "Demo", "provider": "demo", "models": models});
    let made = app.send(json("POST", "/api/channels", Some(&owner), &new)).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    (app, owner)
}

async fn list(app: &TestApp, cookie: &str, query: &str) -> Vec<Value> {
    let path = format!("/api/models?{query}");
    let answer = body(app.send(json("GET", &path, Some(cookie), &json!({}))).await).await;
    answer["items"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

async fn key(app: &TestApp, cookie: &str, models: &[&str]) -> String {
    let created = app.send(json("POST", "/api/keys", Some(cookie), &json!({"name": "k", "models": models}))).await;
    body(created).await["secret"].as_str().unwrap().to_owned()
}

fn ask(secret: &str, model: &str) -> Request<Body> {
    let request = json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]});
    Request::post("/v1/chat/completions")
        .header(header::AUTHORIZATION, format!("Bearer {secret}"))
        .body(Body::from(request.to_string()))
        .unwrap()
}

async fn listed(app: &TestApp, secret: &str) -> Vec<(String, String)> {
    let request = Request::get("/v1/models").header(header::AUTHORIZATION, format!("Bearer {secret}"));
    let answer = body(app.send(request.body(Body::empty()).unwrap()).await).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["data"].as_array().unwrap().iter().map(|model| (text(&model["id"]), text(&model["owned_by"]))).collect()
}

#[tokio::test]
async fn an_alias_is_served_as_its_model_and_logged_as_asked() {
    let (app, owner) = serving(&["gpt-4o-mini", "plain"]).await;
    let id = list(&app, &owner, "search=gpt").await[0]["id"].clone();
    let path = format!("/api/models/{id}");
    let patched = app.send(json("PATCH", &path, Some(&owner), &json!({"aliases": ["fast"]}))).await;
    assert_eq!(patched.status(), StatusCode::OK);
    let secret = key(&app, &owner, &[]).await;
    assert_eq!(app.send(ask(&secret, "fast")).await.status(), StatusCode::OK);
    let logs = body(app.send(json("GET", "/api/logs", Some(&owner), &json!({}))).await).await;
    let log = &logs["items"][0];
    assert_eq!((&log["model"], &log["upstream_model"]), (&json!("fast"), &json!("gpt-4o-mini")));
    let expected = [("fast", "OpenAI"), ("gpt-4o-mini", "OpenAI"), ("plain", "ai-gateway")];
    assert_eq!(listed(&app, &secret).await, expected.map(|(id, owner)| (id.to_owned(), owner.to_owned())));

    // A key that may use the model may use its other names; one that may use a name may use that one only.
    let whole = key(&app, &owner, &["gpt-4o-mini"]).await;
    assert_eq!(app.send(ask(&whole, "fast")).await.status(), StatusCode::OK);
    let narrow = key(&app, &owner, &["fast"]).await;
    assert_eq!(app.send(ask(&narrow, "fast")).await.status(), StatusCode::OK);
    assert_eq!(app.send(ask(&narrow, "gpt-4o-mini")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(listed(&app, &narrow).await.len(), 1);
}

#[tokio::test]
async fn a_disabled_model_is_unknown_by_all_its_names() {
    let (app, owner) = serving(&["m"]).await;
    let id = list(&app, &owner, "").await[0]["id"].clone();
    let change = json!({"aliases": ["other"], "status": "disabled"});
    app.send(json("PATCH", &format!("/api/models/{id}"), Some(&owner), &change)).await;
    let secret = key(&app, &owner, &[]).await;
    for name in ["m", "other"] {
        let response = app.send(ask(&secret, name)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        assert_eq!(body(response).await["error"]["code"], "model_not_found");
    }
    assert!(listed(&app, &secret).await.is_empty());
}

#[tokio::test]
async fn the_catalogue_fills_what_nobody_said() {
    let (app, owner) = serving(&["gpt-4o-mini-2024-07-18", "mine"]).await;
    let models = list(&app, &owner, "").await;
    let known = &models[0];
    assert_eq!(
        (&known["owner"], &known["kind"], &known["context"]),
        (&json!("OpenAI"), &json!("chat"), &json!(128_000))
    );
    assert_eq!(known["own"]["context"], Value::Null);
    assert_eq!(known["served_by"][0]["channel_name"], "Demo");
    assert_eq!((&models[1]["owner"], &models[1]["capabilities"]), (&Value::Null, &json!([])));
    let path = format!("/api/models/{}", known["id"]);
    let change = json!({"context": 1000, "capabilities": []});
    let said = body(app.send(json("PATCH", &path, Some(&owner), &change)).await).await;
    assert_eq!((&said["context"], &said["capabilities"], &said["owner"]), (&json!(1000), &json!([]), &json!("OpenAI")));
    let change = json!({"context": null});
    let back = body(app.send(json("PATCH", &path, Some(&owner), &change)).await).await;
    assert_eq!(back["context"], 128_000);
}

#[tokio::test]
async fn models_are_filtered_sorted_and_paged() {
    let (app, owner) = serving(&["gpt-4.1", "mine", "gpt-4o", "text-embedding-3-small"]).await;
    app.send(json("POST", "/api/models", Some(&owner), &json!({"name": "alone", "aliases": ["lonely"]}))).await;
    let names = async |query: &str| -> Vec<String> {
        let models = list(&app, &owner, query).await;
        models.iter().map(|model| model["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("show=unserved").await, ["alone"]);
    assert_eq!(names("search=LONELY").await, ["alone"]);
    assert_eq!(names("kind=embedding").await, ["text-embedding-3-small"]);
    assert_eq!(names("capability=vision").await, ["gpt-4.1", "gpt-4o"]);
    assert_eq!(names("sort=-context&page_size=2").await, ["gpt-4.1", "gpt-4o"]);
    assert_eq!(names("sort=-name&page=2&page_size=2").await, ["gpt-4o", "gpt-4.1"]);
    for unknown in ["sort=colour", "show=served", "capability=magic", "kind=video", "descending=true"] {
        let response = app.send(json("GET", &format!("/api/models?{unknown}"), Some(&owner), &json!({}))).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{unknown}");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_named_with_its_field() {
    let (app, owner) = serving(&["m"]).await;
    for (request, status, field) in [
        (json!({"name": "m"}), StatusCode::CONFLICT, "name"),
        (json!({"name": "n", "aliases": ["m"]}), StatusCode::CONFLICT, "aliases"),
        (json!({"name": "n", "aliases": ["n"]}), StatusCode::UNPROCESSABLE_ENTITY, "aliases"),
        (json!({"name": "a b"}), StatusCode::UNPROCESSABLE_ENTITY, "name"),
        (json!({"name": "n", "context": 0}), StatusCode::UNPROCESSABLE_ENTITY, "context"),
    ] {
        let response = app.send(json("POST", "/api/models", Some(&owner), &request)).await;
        assert_eq!(response.status(), status, "{request}");
        assert!(body(response).await["error"]["fields"].get(field).is_some(), "{request}");
    }
}

async fn newest(app: &TestApp, cookie: &str) -> Value {
    let logs = body(app.send(json("GET", "/api/logs?limit=1", Some(cookie), &json!({}))).await).await;
    let id = logs["items"][0]["id"].as_str().unwrap().to_owned();
    body(app.send(json("GET", &format!("/api/logs/{id}"), Some(cookie), &json!({}))).await).await
}

#[tokio::test]
async fn a_request_is_charged_by_its_models_price_and_its_groups_multiplier() {
    let (app, owner) = serving(&["free-text", "m"]).await;
    let pricing = json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "per_request_nusd": 1_000_000});
    let new = json!({"name": "n", "pricing": pricing});
    let made = app.send(json("POST", "/api/models", Some(&owner), &new)).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made = body(made).await;
    assert_eq!((&made["pricing"], &made["price_source"]), (&pricing, &json!("user")));

    let id = list(&app, &owner, "search=m").await[0]["id"].clone();
    let pricing = json!({"input_nusd_per_mtok": 3_000_000_000i64, "output_nusd_per_mtok": 15_000_000_000i64,
        "per_request_nusd": 7});
    let change = json!({"pricing": pricing, "aliases": ["other"]});
    app.send(json("PATCH", &format!("/api/models/{id}"), Some(&owner), &change)).await;
    let secret = key(&app, &owner, &[]).await;
    let group = json!({"multiplier_ppm": 1_500_000});
    app.send(json("PATCH", "/api/groups/default", Some(&owner), &group)).await;
    // By its alias too.
    assert_eq!(app.send(ask(&secret, "other")).await.status(), StatusCode::OK);
    let log = newest(&app, &owner).await;
    let cost = |tokens: &str, usd: i64| log[tokens].as_i64().unwrap() * usd * 1_500;
    let lines = json!([
        {"class": "input", "quantity": log["input_tokens"], "rate_nusd": 3_000_000_000i64, "cost_nusd": cost("input_tokens", 3)},
        {"class": "output", "quantity": log["output_tokens"], "rate_nusd": 15_000_000_000i64, "cost_nusd": cost("output_tokens", 15)},
        {"class": "request", "quantity": 1, "rate_nusd": 7, "cost_nusd": 11},
    ]);
    assert_eq!(log["lines"], lines);
    assert_eq!(log["cost_nusd"], cost("input_tokens", 3) + cost("output_tokens", 15) + 11);
    assert_eq!((&log["multiplier_ppm"], &log["unpriced"]), (&json!(1_500_000), &json!(false)));

    // What this process answers itself is free, and says so.
    assert_eq!(app.send(ask(&secret, "free-text")).await.status(), StatusCode::OK);
    let log = newest(&app, &owner).await;
    assert_eq!(
        (&log["cost_nusd"], &log["lines"][0]["class"], &log["unpriced"]),
        (&json!(0), &json!("input"), &json!(false))
    );
}
