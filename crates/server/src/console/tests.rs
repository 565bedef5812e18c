//! What holds for every route of the console.

use api::session::Role;
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::testing::{TestApp, body, json};

/// Every operation of the document: method, path with numbers for its parameters, and who may call it.
fn operations() -> Vec<(String, String, Option<Role>)> {
    operations_by("session")
}

/// Those of them that say that they open to whoever proves themselves in this way, and those that open to anyone.
fn operations_by(scheme: &str) -> Vec<(String, String, Option<Role>)> {
    let document: Value = serde_json::from_str(&super::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let access = operation["x-access"].as_str().expect("every operation says who may call it");
            let role = Role::ALL.into_iter().find(|role| role.as_str() == access);
            assert!(role.is_some() || access == "anyone", "{method} {path}: {access}");
            let schemes = operation["security"].as_array().unwrap();
            if role.is_some() && !schemes.iter().any(|known| known.get(scheme).is_some()) {
                continue;
            }
            operations.push((method.to_uppercase(), filled(path, "999999"), role));
        }
    }
    operations
}

/// A path with a value for its parameter.
fn filled(path: &str, value: &str) -> String {
    match path.split_once('{') {
        Some((before, rest)) => [before, value, rest.split_once('}').unwrap().1].concat(),
        None => path.to_owned(),
    }
}

#[tokio::test]
async fn every_route_lets_in_who_it_says_and_nobody_else() {
    let app = TestApp::new().await;
    let operations = operations();
    assert!(operations.len() >= 44, "{operations:?}");
    for (method, path, needed) in operations {
        for role in [None, Some(Role::Member), Some(Role::Admin), Some(Role::Owner)] {
            let cookie = match role {
                Some(role) => Some(app.cookie(role).await),
                None => None,
            };
            let response = app.send(json(&method, &path, cookie.as_deref(), &json!({}))).await;
            let expected = match (needed, role) {
                (Some(_), None) => Some(StatusCode::UNAUTHORIZED),
                (Some(needed), Some(role)) if role < needed => Some(StatusCode::FORBIDDEN),
                _ => None,
            };
            let status = response.status();
            match expected {
                Some(expected) => assert_eq!(status, expected, "{method} {path} as {role:?}"),
                None => assert!(
                    !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) && !status.is_server_error(),
                    "{method} {path} as {role:?}: {status}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn an_access_key_opens_no_route_of_the_console() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let created = app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "laptop"}))).await;
    let secret = body(created).await["secret"].as_str().unwrap().to_owned();
    for (method, path, needed) in operations() {
        if needed.is_none() {
            continue;
        }
        for name in ["authorization", "x-api-key"] {
            let mut request = json(&method, &path, None, &json!({}));
            let value = if name == "authorization" { format!("Bearer {secret}") } else { secret.clone() };
            request.headers_mut().insert(name, value.parse().unwrap());
            assert_eq!(app.send(request).await.status(), StatusCode::UNAUTHORIZED, "{method} {path} by {name}");
        }
    }
}

#[tokio::test]
async fn what_another_sites_page_sends_is_refused_everywhere() {
    let app = TestApp::new().await;
    for (method, path, _) in operations() {
        let cookie = app.cookie(Role::Owner).await;
        let mut request = json(&method, &path, Some(&cookie), &json!({}));
        request.headers_mut().insert("sec-fetch-site", "same-site".parse().unwrap());
        let response = app.send(request).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(body(response).await["error"]["code"], "cross_site");
    }
}

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
async fn a_members_keys_and_logs_are_their_own() {
    let app = TestApp::new().await;
    let (owner, member) = (app.cookie(Role::Owner).await, app.cookie(Role::Member).await);
    let created = body(app.send(json("POST", "/api/keys", Some(&owner), &json!({"name": "secret"}))).await).await;
    let path = format!("/api/keys/{}", created["id"]);
    for (method, payload) in [("GET", json!({})), ("PATCH", json!({"name": "mine"})), ("DELETE", json!({}))] {
        let response = app.send(json(method, &path, Some(&member), &payload)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method}");
    }
    let list = body(app.send(json("GET", "/api/keys", Some(&member), &json!({}))).await).await;
    assert_eq!(list["items"], json!([]));
    let list = body(app.send(json("GET", "/api/keys", Some(&owner), &json!({}))).await).await;
    assert_eq!(list["items"][0]["name"], "secret");
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

#[tokio::test]
async fn no_answer_holds_a_provider_key() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let planted = "sk-planted-0123456789abcdef";
    let new = json!({"name": "c", "provider": "openai", "keys": [planted], "models": ["m"]});
    let created = body(app.send(json("POST", "/api/channels", Some(&owner), &new)).await).await;
    assert_eq!(created["keys"][0]["last4"], "cdef");
    let path = format!("/api/channels/{}", created["id"]);
    let change = json!({"add_keys": ["sk-planted-another-0123"]});
    let answers = [
        created,
        body(app.send(json("GET", &path, Some(&owner), &json!({}))).await).await,
        body(app.send(json("PATCH", &path, Some(&owner), &change)).await).await,
        body(app.send(json("GET", "/api/channels", Some(&owner), &json!({}))).await).await,
    ];
    for answer in answers {
        assert!(!answer.to_string().contains("sk-planted"), "{answer}");
    }
}

#[tokio::test]
async fn cookies_are_secure_where_the_gateway_is_reached_by_https() {
    let app = TestApp::new().await;
    for (host, secure) in [("ai.example.com", true), ("127.0.0.1:3000", false)] {
        let mut request = json("DELETE", "/api/session", None, &json!({}));
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        let response = app.send(request).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        assert_eq!(cookie.contains("Secure"), secure, "{host}: {cookie}");
    }
}

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
    let document: Value = serde_json::from_str(&super::openapi()).unwrap();
    let mut left: std::collections::BTreeSet<(String, String)> = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method != "get" && operation["x-audit"] != false {
                left.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let mut made: std::collections::HashMap<String, String> = std::collections::HashMap::new();
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
        let entries = app.app.store.audit().list(&api::audit::AuditQuery::default()).await.unwrap().items;
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

/// A request with a personal token.
fn by_token(method: &str, path: &str, token: &str, payload: &Value) -> Request<Body> {
    let mut request = json(method, path, None, payload);
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    request
}

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
