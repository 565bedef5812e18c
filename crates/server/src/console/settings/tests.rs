use api::{session::Role, settings::Source};
use axum::response::Response;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    settings::Given,
    testing::{TestApp, body, json},
};

/// Asks for a change as the owner, who uses the console at `localhost`.
async fn patch(app: &TestApp, change: &Value) -> Response {
    let owner = app.cookie(Role::Owner).await;
    app.send(json("PATCH", "/api/settings", Some(&owner), change)).await
}

async fn setting(app: &TestApp, name: &str) -> Value {
    let owner = app.cookie(Role::Owner).await;
    let list = body(app.send(json("GET", "/api/settings", Some(&owner), &json!({}))).await).await;
    list["items"].as_array().unwrap().iter().find(|setting| setting["name"] == name).unwrap().clone()
}

async fn faults(response: Response) -> Value {
    body(response).await["error"]["fields"].clone()
}

#[tokio::test]
async fn a_setting_is_chosen_and_goes_back_to_its_default() {
    let app = TestApp::with(Vec::new()).await;
    let before = setting(&app, "audit_days").await;
    assert_eq!(
        before,
        json!({"name": "audit_days", "value": "365", "default": "365", "source": "default", "origin": null, "changeable": true})
    );
    let change = json!({"audit_days": 90, "trusted_proxies": ["10.0.0.7", "fd00::/8"], "public_urls": ["https://ai.example.com"]});
    let answer = body(patch(&app, &change).await).await;
    let told: Vec<_> = answer["items"].as_array().unwrap().iter().map(|one| (&one["value"], &one["source"])).collect();
    assert_eq!(told[0], (&json!("90"), &json!("console")));
    assert_eq!(setting(&app, "trusted_proxies").await["value"], "10.0.0.7/32, fd00::/8");
    assert_eq!(setting(&app, "public_urls").await["value"], "https://ai.example.com");
    patch(&app, &json!({"audit_days": null})).await;
    assert_eq!(setting(&app, "audit_days").await, before);
    assert_eq!(setting(&app, "trusted_proxies").await["source"], "console", "what isn't named stays");
}

#[tokio::test]
async fn what_was_chosen_holds_after_a_restart_unless_the_start_says_otherwise() {
    let app = TestApp::with(Vec::new()).await;
    patch(&app, &json!({"audit_days": 90, "drain_seconds": 5})).await;
    let store = &app.app.store;
    store.settings().choose([("egress".to_owned(), Some("\"sideways\"".to_owned()))].into()).await.unwrap();
    let given = Given::new("drain_seconds", 7, Source::Flag, Some("--drain-seconds".to_owned()));
    let live = crate::settings::Live::read(store, vec![given]).await.unwrap();
    let now = live.now();
    assert_eq!((now.audit_days, now.drain_seconds), (90, 7));
    assert_eq!(now.egress, api::settings::Egress::Private, "what can't be read is left out");
}

#[tokio::test]
async fn what_the_start_sets_is_locked_and_says_where_it_is_changed() {
    let given = Given::new("egress", "public", Source::Environment, Some("AIGW_EGRESS".to_owned()));
    let app = TestApp::with(vec![given]).await;
    let response = patch(&app, &json!({"egress": "private", "audit_days": 1})).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(faults(response).await, json!({"egress": "AIGW_EGRESS sets it: change it there."}));
    assert_eq!(setting(&app, "audit_days").await["value"], "365", "all or nothing");
    let locked = setting(&app, "egress").await;
    assert_eq!((&locked["value"], &locked["changeable"]), (&json!("public"), &json!(false)));
}

#[tokio::test]
async fn faults_name_the_setting() {
    let app = TestApp::with(Vec::new()).await;
    for (change, field) in [
        (json!({"public_urls": ["ai.example.com"]}), "public_urls"),
        (json!({"public_urls": ["https://"]}), "public_urls"),
        (json!({"public_urls": ["https://ann:secret@ai.example.com"]}), "public_urls"),
        (json!({"public_urls": ["https://ai.example.com?x"]}), "public_urls"),
        (json!({"trusted_proxies": ["10.0.0.0/33"]}), "trusted_proxies"),
        (json!({"egress": "sideways"}), "egress"),
        (json!({"drain_seconds": -1}), "drain_seconds"),
        (json!({"audit_days": 40_000}), "audit_days"),
        (json!({"time_zone": "Mars/Olympus"}), "time_zone"),
        (json!({"log_days": -1}), "log_days"),
        (json!({"body_days": -1}), "body_days"),
        (json!({"body_mb": -1}), "body_mb"),
        (json!({"body_kb": 0}), "body_kb"),
        (json!({"log_mb": 1_000_000_000}), "log_mb"),
        (json!({"listen": "127.0.0.1:1"}), "listen"),
    ] {
        let response = patch(&app, &change).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{change}");
        let faults = faults(response).await;
        assert!(faults.get(field).is_some() && !faults.to_string().contains("secret"), "{change}: {faults}");
    }
}

#[tokio::test]
async fn nobody_locks_themselves_out_of_the_console() {
    let app = TestApp::with(Vec::new()).await;
    let owner = app.cookie(Role::Owner).await;
    let at = async |host: &str, change: &Value| {
        let mut request = json("PATCH", "/api/settings", Some(&owner), change);
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        app.send(request).await
    };
    let both = json!({"public_urls": ["https://ai.example.com", "https://ai.example.org"]});
    assert_eq!(at("localhost:3000", &both).await.status(), StatusCode::OK);
    for change in [json!({"public_urls": ["https://ai.example.org"]}), json!({"public_urls": null})] {
        let refused = at("ai.example.com", &change).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faults(refused).await["public_urls"].as_str().unwrap().contains("ai.example.com"));
        assert_eq!(at("127.0.0.1:3000", &change).await.status(), StatusCode::OK, "an IP address always works");
        at("127.0.0.1:3000", &both).await;
    }
    let other = json!({"audit_days": 7});
    assert_eq!(at("elsewhere.example", &other).await.status(), StatusCode::OK, "it asks nothing of the address");
}

#[tokio::test]
async fn a_change_is_in_force_for_the_next_request() {
    let app = TestApp::with(Vec::new()).await;
    let owner = app.cookie(Role::Owner).await;
    let create = |name: &str| {
        let channel = json!({"name": name, "provider": "custom", "models": ["m"], "base_url": "http://10.0.0.5/v1"});
        json("POST", "/api/channels", Some(&owner), &channel)
    };
    assert_eq!(app.send(create("before")).await.status(), StatusCode::CREATED);
    patch(&app, &json!({"egress": "public"})).await;
    assert_eq!(app.send(create("after")).await.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let seen = async || {
        let mut request = json("POST", "/api/keys", Some(&owner), &json!({"name": "k"}));
        request.headers_mut().insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        app.send(request).await;
        let audit = app.app.store.audit().list(&api::audit::AuditQuery::default()).await.unwrap();
        audit.items[0].client_ip.clone().unwrap()
    };
    assert_eq!(seen().await, "127.0.0.1");
    patch(&app, &json!({"trusted_proxies": ["127.0.0.1"]})).await;
    assert_eq!(seen().await, "203.0.113.9");
}

#[tokio::test]
async fn the_audit_tells_what_a_setting_was_and_is_and_nothing_of_what_stays() {
    let app = TestApp::with(Vec::new()).await;
    let change = json!({"audit_days": 90, "egress": "public"});
    for _ in 0..2 {
        assert_eq!(patch(&app, &change).await.status(), StatusCode::OK);
    }
    let rows = app.app.store.audit().list(&api::audit::AuditQuery::default()).await.unwrap().items;
    assert_eq!(rows.len(), 1, "the second time nothing changed");
    let row = serde_json::to_value(&rows[0]).unwrap();
    assert_eq!(
        json!([row["action"], row["subject"], row["subject_name"], row["before"], row["after"]]),
        json!(["update", "setting", "audit_days, egress", {"audit_days": 365, "egress": "private"}, change])
    );
}

#[tokio::test]
async fn budgets_begin_anew_at_midnight_of_the_time_zone() {
    let app = TestApp::with(Vec::new()).await;
    let owner = app.cookie(Role::Owner).await;
    let budget = json!({"budget": {"limit_nusd": 1_000, "period": "daily"}});
    app.send(json("PUT", "/api/budget", Some(&owner), &budget)).await;
    let begins = async || {
        let answer = app.send(json("GET", "/api/budget", Some(&owner), &json!({}))).await;
        body(answer).await["budget"]["resets_at"].as_str().unwrap().to_owned()
    };
    assert!(begins().await.ends_with("T00:00:00.000Z"));
    assert_eq!(patch(&app, &json!({"time_zone": "asia/shanghai"})).await.status(), StatusCode::OK);
    assert_eq!(setting(&app, "time_zone").await["value"], "Asia/Shanghai", "as its database writes it");
    assert!(begins().await.ends_with("T16:00:00.000Z"));
    let live = crate::settings::Live::read(&app.app.store, Vec::new()).await.unwrap();
    assert_eq!(live.now().time_zone.name(), "Asia/Shanghai", "after a restart too");
    patch(&app, &json!({"time_zone": null})).await;
    assert!(begins().await.ends_with("T00:00:00.000Z"));
}
