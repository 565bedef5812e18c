//! Every operation of the API's document as every kind of caller that can be made from outside.

use reqwest::{Method, header};
use serde_json::Value;

use crate::support::{Launch, PASSWORD, USERNAME};

/// Each operation: method, path with an id that nothing has, the least role.
fn operations(launch: &Launch) -> Vec<(Method, String, String)> {
    let output = launch.program().arg("openapi").output().expect("the program runs");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let access =
                operation["x-access"].as_str().unwrap_or_else(|| panic!("{method} {path} says nothing of access"));
            operations.push((method, path.replace("{id}", "999999"), access.to_owned()));
        }
    }
    // Signing out comes last: it ends the session that the others use.
    operations.sort_by_key(|(method, path, _)| (path == "/api/session" && method == Method::DELETE, path.clone()));
    operations
}

#[tokio::test]
async fn each_operation_is_open_to_whom_its_document_says_and_to_nobody_else() {
    let launch = Launch::new().arg("--demo");
    let mut gateway = launch.sign_in().await;
    gateway.process.terminate();
    gateway.process.exit().await;
    let output = launch.command(&["reset-password", "demo"]).output().unwrap();
    let demo_password = String::from_utf8(output.stdout).unwrap();
    gateway.restart().await;
    gateway.sign_in(PASSWORD).await;
    let key = gateway.key().await;
    let member = gateway.login("demo", demo_password.trim()).await;

    let operations = operations(&launch);
    assert!(operations.len() > 20, "{operations:?}");
    let mut wrong = Vec::new();
    for caller in ["nobody", "access key", "member", "owner"] {
        for (method, path, access) in &operations {
            let request =
                gateway.bare(method.clone(), path).header(header::CONTENT_TYPE, "application/json").body("{}");
            let request = match caller {
                "access key" => request.bearer_auth(&key),
                "member" => request.header(header::COOKIE, &member),
                "owner" => request.header(header::COOKIE, &gateway.cookie),
                _ => request,
            };
            let reply = gateway.head(request).await;
            let expected = match (access.as_str(), caller) {
                ("anyone", _) | ("member", "member") | (_, "owner") => None,
                ("admin" | "owner", "member") => Some(403),
                _ => Some(401),
            };
            let fits = match expected {
                Some(status) => reply.status == status,
                None => !matches!(reply.status, 401 | 403 | 405) && reply.status < 500,
            };
            if !fits {
                wrong.push(format!("{method} {path} ({access}) as {caller}: {} {}", reply.status, reply.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_member_sees_and_changes_what_is_theirs_only() {
    let launch = Launch::new().arg("--demo");
    let mut gateway = launch.sign_in().await;
    gateway.process.terminate();
    gateway.process.exit().await;
    let output = launch.command(&["reset-password", "demo"]).output().unwrap();
    let password = String::from_utf8(output.stdout).unwrap();
    gateway.restart().await;
    let member = gateway.with_cookie(&gateway.login("demo", password.trim()).await);

    let owners = gateway.key_with(serde_json::json!({"name": "owner's"})).await;
    let own = member.post("/api/keys", serde_json::json!({"name": "member's"})).await.expect(201);
    let asked = gateway.ask(owners["secret"].as_str().unwrap(), "demo-small").await.id();
    let own_asked = gateway.ask(own["secret"].as_str().unwrap(), "demo-small").await.id();

    let path = format!("/api/keys/{}", owners["id"]);
    assert_eq!(member.get(&path).await.status, 404);
    assert_eq!(member.patch(&path, serde_json::json!({"name": "stolen"})).await.status, 404);
    assert_eq!(member.delete(&path).await.status, 404);
    assert_eq!(member.get(&format!("/api/logs/{asked}")).await.status, 404);
    member.get(&format!("/api/logs/{own_asked}")).await.expect(200);
    let ids = |list: Value| list["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(member.get("/api/logs").await.expect(200)), [own_asked.as_str()]);
    assert!(!ids(member.get("/api/keys").await.expect(200)).contains(&owners["id"]));
    assert_eq!(ids(gateway.get("/api/logs").await.expect(200)), [own_asked, asked], "{USERNAME} sees all");
    assert!(ids(gateway.get("/api/keys").await.expect(200)).contains(&own["id"]));
}
