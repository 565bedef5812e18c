//! Lists as files.

use api::session::Role;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::testing::{TestApp, body, json};

async fn log(app: &TestApp, user_id: i64, count: usize, key_name: &str) {
    for _ in 0..count {
        app.log(user_id, key_name).await;
    }
}

async fn file(app: &TestApp, cookie: &str, path: &str) -> (String, String) {
    let request = Request::builder().uri(path).header(header::COOKIE, cookie).body(axum::body::Body::empty()).unwrap();
    let response = app.send(request).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let name = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (name, String::from_utf8(text.to_vec()).unwrap())
}

async fn id(app: &TestApp, cookie: &str) -> i64 {
    body(app.send(json("GET", "/api/session", Some(cookie), &json!({}))).await).await["user"]["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_log_of_several_pages_is_one_file_without_formulas() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    let user = id(&app, &owner).await;
    log(&app, user, 450, "=cmd()").await;
    let (name, csv) = file(&app, &owner, "/api/logs/export/csv?model=m").await;
    assert!(name.starts_with("attachment; filename=\"ai-gateway-logs-20") && name.ends_with(".csv\""), "{name}");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 451);
    assert!(lines[0].starts_with("created_at,id,username,key_name,model,"), "{}", lines[0]);
    assert!(lines[1..].iter().all(|line| line.contains(",owner,'=cmd(),m,")), "{}", lines[1]);
    let (_, none) = file(&app, &owner, "/api/logs/export/csv?model=other").await;
    assert_eq!(none.lines().collect::<Vec<_>>(), [lines[0]]);
}

#[tokio::test]
async fn members_save_only_what_is_theirs() {
    let app = TestApp::new().await;
    let (owner, member) = (app.cookie(Role::Owner).await, app.cookie(Role::Member).await);
    log(&app, id(&app, &owner).await, 2, "laptop").await;
    log(&app, id(&app, &member).await, 1, "phone").await;
    let range = "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z";
    assert_eq!(file(&app, &member, &format!("/api/usage/export/ndjson?{range}")).await.1, "");
    let now = app.app.clock.now();
    let later = api::Time::from_millis(now.as_millis() + 1);
    let usage = format!("/api/usage/export/ndjson?from={now}&to={later}&by=user");
    for (cookie, logged, counted) in [(&member, 1, vec![1]), (&owner, 3, vec![2, 1])] {
        let rows =
            |text: String| -> Vec<Value> { text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
        let logs = rows(file(&app, cookie, "/api/logs/export/ndjson").await.1);
        assert_eq!(logs.len(), logged);
        assert_eq!((&logs[0]["cost_usd"], &logs[0]["cost_nusd"]), (&json!("0.00"), &json!(0)));
        let usage = rows(file(&app, cookie, &usage).await.1);
        let requests: Vec<i64> = usage.iter().map(|row| row["requests"].as_i64().unwrap()).collect();
        assert_eq!(requests, counted, "{usage:?}");
        assert_eq!(usage[0]["input_tokens"], 3 * counted[0]);
    }
}

#[tokio::test]
async fn there_are_no_other_kinds_of_files() {
    let app = TestApp::new().await;
    let owner = app.cookie(Role::Owner).await;
    for (path, status) in [
        ("/api/logs/export/xlsx", StatusCode::NOT_FOUND),
        ("/api/logs/export/csv?colour=red", StatusCode::BAD_REQUEST),
        ("/api/usage/export/csv", StatusCode::BAD_REQUEST),
        ("/api/usage/export/csv?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(app.send(json("GET", path, Some(&owner), &json!({}))).await.status(), status, "{path}");
    }
}
