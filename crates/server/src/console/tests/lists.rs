//! What is asked of lists.

use api::session::Role;
use http::StatusCode;
use serde_json::json;

use crate::testing::{TestApp, body, json};

#[tokio::test]
async fn a_list_asked_with_a_word_it_does_not_know_names_the_parameter_and_the_words_that_work() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    for list in ["channels", "keys", "models", "providers", "users"] {
        for (query, field, known) in [
            ("sort=colour-of-the-moon", "sort", "`name`"),
            ("show=colour-of-the-moon", "show", "`all`"),
            ("page=colour-of-the-moon", "page", "digit"),
        ] {
            let path = format!("/api/{list}?{query}");
            let response = app.send(json("GET", &path, Some(&owner), &json!({}))).await;
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
            let fault = body(response).await["error"]["fields"][field].as_str().unwrap_or_default().to_owned();
            assert!(fault.contains(known) && !fault.contains("moon"), "{path}: {fault}");
        }
        let response = app.send(json("GET", &format!("/api/{list}?colour=red"), Some(&owner), &json!({}))).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let sorted = app.send(json("GET", &format!("/api/{list}?sort=-name&page_size=1"), Some(&owner), &json!({})));
        assert_eq!(body(sorted.await).await["page_size"], 1);
    }
}

#[tokio::test]
async fn the_counts_of_a_members_list_hold_only_what_is_theirs() {
    let app = TestApp::new().await;
    let (owner, member) = (app.cookie(Role::Owner).await, app.cookie(Role::Member).await);
    for cookie in [&owner, &owner, &member] {
        let made = app.send(json("POST", "/api/keys", Some(cookie), &json!({"name": "k"}))).await;
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    let counts =
        async |cookie| body(app.send(json("GET", "/api/keys", Some(cookie), &json!({}))).await).await["counts"].clone();
    assert_eq!(counts(&owner).await, json!({"all": 3, "mine": 2, "active": 3, "inactive": 0}));
    assert_eq!(counts(&member).await, json!({"all": 1, "mine": 1, "active": 1, "inactive": 0}));
}
