//! What changes leave behind.

use std::collections::{BTreeSet, HashMap};

use api::{audit::AuditQuery, session::Role};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::filled;
use crate::testing::{TestApp, body, json};

/// Of each route that changes something, a call that does. `{id}` is what the collection's `POST` made last, or another
/// one than that which asks.
fn changes(app: &TestApp) -> Vec<(&'static str, &'static str, Value)> {
    let token = app.app.setup.token().unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
    let password = "a long enough password";
    let channel = json!({"name": "c", "provider": "demo", "keys": ["sk-planted-0123"], "models": ["demo-small"]});
    vec![
        ("POST", "/api/setup", json!({"token": token, "username": "owner", "password": password})),
        ("POST", "/api/session", json!({"username": "owner", "password": password})),
        ("GET", "/api/sessions", json!({})),
        ("DELETE", "/api/sessions/{id}", json!({})),
        ("POST", "/api/channels", channel),
        ("PATCH", "/api/channels/{id}", json!({"priority": 7, "add_keys": ["sk-planted-4567"]})),
        ("POST", "/api/channels/{id}/test", json!({})),
        ("DELETE", "/api/channels/{id}", json!({})),
        ("POST", "/api/models", json!({"name": "m"})),
        ("PATCH", "/api/models/{id}", json!({"status": "disabled"})),
        ("POST", "/api/models/{id}/prices", json!({"pricing": {"input_nusd_per_mtok": 1, "output_nusd_per_mtok": 2}})),
        ("DELETE", "/api/models/{id}", json!({})),
        ("POST", "/api/providers", json!({"slug": "lab", "name": "Lab", "base_url": "http://10.0.0.5/v1"})),
        ("PATCH", "/api/providers/{slug}", json!({"enabled": false})),
        ("DELETE", "/api/providers/{slug}", json!({})),
        ("POST", "/api/keys", json!({"name": "k"})),
        ("PATCH", "/api/keys/{id}", json!({"name": "other"})),
        ("DELETE", "/api/keys/{id}", json!({})),
        ("POST", "/api/groups", json!({"name": "interns"})),
        ("PATCH", "/api/groups/{name}", json!({"multiplier_ppm": 800_000})),
        ("DELETE", "/api/groups/{name}", json!({})),
        ("POST", "/api/users", json!({"username": "mara", "password": password})),
        ("PATCH", "/api/users/{id}", json!({"role": "admin"})),
        ("POST", "/api/users/{id}/password", json!({"password": password})),
        ("DELETE", "/api/users/{id}", json!({})),
        ("PATCH", "/api/settings", json!({"audit_days": 90})),
        ("PUT", "/api/budget", json!({"budget": {"limit_nusd": 1}})),
        ("POST", "/api/verify", json!({})),
        ("PATCH", "/api/session", json!({"display_name": "Owner"})),
        ("POST", "/api/session/password", json!({"current": password, "new": "another long enough password"})),
        ("POST", "/api/tokens", json!({"name": "ci"})),
        ("DELETE", "/api/tokens/{id}", json!({})),
        ("DELETE", "/api/session", json!({})),
    ]
}

#[tokio::test]
async fn every_change_leaves_a_row_that_names_what_was_changed() {
    let app = TestApp::new().await;
    let document: Value = serde_json::from_str(&super::super::openapi()).unwrap();
    let mut left: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method != "get" && operation["x-audit"] != false {
                left.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let mut made: HashMap<String, String> = HashMap::new();
    let mut cookie = None;
    let mut rows = 0;
    for (method, path, payload) in changes(&app) {
        if method == "GET" {
            let list = body(app.send(json(method, path, cookie.as_deref(), &payload)).await).await;
            let other = list["items"].as_array().unwrap().iter().find(|item| item["current"] == false);
            made.insert(path.to_owned(), other.unwrap()["id"].as_str().unwrap().to_owned());
            continue;
        }
        assert!(left.remove(&(method.to_owned(), path.to_owned())), "{method} {path} isn't in the document");
        let collection = path.split("/{").next().unwrap();
        let target = filled(path, made.get(collection).map_or("", String::as_str));
        let response = app.send(json(method, &target, cookie.as_deref(), &payload)).await;
        let status = response.status();
        if let Some(value) = response.headers().get(header::SET_COOKIE) {
            cookie = Some(value.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let answer = body(response).await;
        assert!(status.is_success(), "{method} {target}: {status} {answer}");
        if let ("POST", Some(id)) = (method, ["id", "slug", "name"].iter().find_map(|name| answer.get(name))) {
            made.insert(path.to_owned(), id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        }
        let entries = app.app.store.audit().list(&AuditQuery::default()).await.unwrap().items;
        rows += 1;
        assert_eq!(entries.len(), rows, "{method} {target}");
        let entry = serde_json::to_value(&entries[0]).unwrap();
        assert_ne!(entry["subject"], "route", "{method} {path} has to answer with a `Change`");
        assert_eq!(
            (&entry["username"], &entry["client_ip"]),
            (&json!("owner"), &json!("127.0.0.1")),
            "{method} {path}: {entry}"
        );
        for secret in ["sk-planted", "sk-aigw-", "aigw-pat-", "long enough"] {
            assert!(!entry.to_string().contains(secret), "{method} {path}: {entry}");
        }
    }
    assert!(left.is_empty(), "add a call to `changes` for each of {left:?}");
}

#[tokio::test]
async fn the_audit_keeps_what_differs_and_who_was_refused() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let made = body(app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "laptop"}))).await).await;
    let path = format!("/api/keys/{}", made["id"]);
    app.send(json("PATCH", &path, Some(&owner), &json!({"name": "desk"}))).await;
    let refused = app.send(json("PATCH", &path, Some(&owner), &json!({"name": ""}))).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for name in ["owner", "the password of somebody"] {
        let login = json!({"username": name, "password": "wrong password"});
        let refused = app.send(json("POST", "/api/session", None, &login)).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    let list = body(app.send(json("GET", "/api/audit", Some(&owner), &json!({}))).await).await;
    let told: Vec<Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["action"], row["subject_name"], row["username"], row["before"], row["after"]]))
        .collect();
    let created = list["items"][3]["after"].clone();
    assert_eq!(created["name"], "laptop");
    assert_eq!(
        told,
        [
            json!(["sign_in_failed", "", "", null, null]),
            json!(["sign_in_failed", "owner", "", null, null]),
            json!(["update", "desk", "owner", {"name": "laptop"}, {"name": "desk"}]),
            json!(["create", "laptop", "owner", null, created]),
        ]
    );
    for (query, count) in [("?action=update", 1), ("?subject=session", 2), ("?limit=1&before=2", 1), ("?user_id=1", 2)]
    {
        let list = body(app.send(json("GET", &format!("/api/audit{query}"), Some(&owner), &json!({}))).await).await;
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{query}: {list}");
    }
}
