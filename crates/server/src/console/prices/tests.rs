use api::session::Role;
use http::StatusCode;
use serde_json::{Value, json};

use crate::testing::{TestApp, body, json};

/// A gateway with a model, its path, and an admin's cookie.
async fn model(new: &Value) -> (TestApp, String, String) {
    let app = TestApp::new().await;
    let admin = app.cookie(Role::Admin).await;
    let made = app.send(json("POST", "/api/models", Some(&admin), new)).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let path = format!("/api/models/{}", body(made).await["id"]);
    (app, path, admin)
}

async fn history(app: &TestApp, path: &str, cookie: &str) -> Value {
    body(app.send(json("GET", &format!("{path}/prices"), Some(cookie), &json!({}))).await).await
}

#[tokio::test]
async fn prices_are_said_planned_and_taken_back_and_each_is_in_the_audit() {
    let (app, path, admin) = model(&json!({"name": "gpt-4o-mini"})).await;
    let told = history(&app, &path, &admin).await;
    assert_eq!(told["items"][0]["source"], "catalogue");
    assert_eq!((&told["items"][0]["pricing"], &told["items"][0]["in_effect"]), (&told["catalogue"], &json!(true)));

    let cheap = json!({"input_nusd_per_mtok": 1, "output_nusd_per_mtok": 2});
    let dear = json!({"input_nusd_per_mtok": 5, "output_nusd_per_mtok": 9, "per_request_nusd": 3});
    let prices = format!("{path}/prices");
    let made = app.send(json("POST", &prices, Some(&admin), &json!({ "pricing": cheap }))).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made = body(made).await;
    assert_eq!((&made["pricing"], &made["source"], &made["in_effect"]), (&cheap, &json!("user"), &json!(true)));
    let planned = json!({"pricing": dear, "valid_from": "2099-01-01T00:00:00.000Z"});
    let planned = body(app.send(json("POST", &prices, Some(&admin), &planned)).await).await;
    assert_eq!((&planned["valid_from"], &planned["in_effect"]), (&json!("2099-01-01T00:00:00.000Z"), &json!(false)));
    let told = history(&app, &path, &admin).await;
    let in_effect: Vec<_> = told["items"].as_array().unwrap().iter().map(|price| &price["in_effect"]).collect();
    assert_eq!(in_effect, [&json!(false), &json!(true), &json!(false)]);

    let back = app.send(json("PATCH", &path, Some(&admin), &json!({"pricing": null}))).await;
    let back = body(back).await;
    assert_eq!((&back["price_source"], &back["pricing"]), (&json!("catalogue"), &told["catalogue"]));
    let audit = body(app.send(json("GET", "/api/audit?subject=model", Some(&admin), &json!({}))).await).await;
    let told: Vec<Value> =
        audit["items"].as_array().unwrap().iter().map(|row| row["after"]["pricing"].clone()).collect();
    assert_eq!(told, [back["pricing"].clone(), dear, cheap, back["pricing"].clone()]);
}

#[tokio::test]
async fn a_price_that_cannot_be_is_refused_with_its_field() {
    let (app, path, admin) = model(&json!({"name": "m"})).await;
    let prices = format!("{path}/prices");
    let free = json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0});
    for (request, field) in [
        (json!({"pricing": free, "valid_from": "2001-01-01T00:00:00Z"}), "valid_from"),
        (json!({"pricing": {"input_nusd_per_mtok": 0}}), "pricing"),
        (json!({"pricing": {"input_nusd_per_mtok": 1.5, "output_nusd_per_mtok": 0}}), "pricing.input_nusd_per_mtok"),
        (json!({"pricing": {"input_nusd_per_mtok": -1, "output_nusd_per_mtok": 0}}), "pricing.input_nusd_per_mtok"),
        (
            json!({"pricing": {"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0,
                "tiers": [{"above_input_tokens": 5, "input_nusd_per_mtok": 1_000_000_000_001i64}]}}),
            "pricing.tiers[0].input_nusd_per_mtok",
        ),
        (json!({"pricing": {"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "colour": 1}}), "pricing.colour"),
    ] {
        let response = app.send(json("POST", &prices, Some(&admin), &request)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{request}");
        let answer = body(response).await;
        assert!(answer["error"]["fields"].get(field).is_some(), "{request}: {answer}");
    }
    assert_eq!(history(&app, &path, &admin).await["items"], json!([]));
    let missing = app.send(json("GET", "/api/models/999/prices", Some(&admin), &json!({}))).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let missing = app.send(json("POST", "/api/models/999/prices", Some(&admin), &json!({ "pricing": free }))).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}
