//! What survives the end of the program, orderly or not.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Gateway, Launch, Script, Streamed, USERNAME, Upstream, chunk, eventually};

#[tokio::test]
async fn everything_survives_a_restart() {
    let mut gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let more = json!({"priority": 7, "weight": 3, "model_mapping": {"m": "real-m"}, "test_model": "m"});
    let channel = gateway.channel_with("main", &upstream, &["m", "n"], more).await;
    gateway.post(&format!("/api/channels/{channel}/test"), json!({})).await.expect(200);
    let key = gateway.key().await;
    let asked = gateway.ask(&key, "m").await.id();
    let paths =
        ["/api/channels", "/api/models", "/api/keys", "/api/session", &format!("/api/logs/{asked}"), "/api/logs"];
    let mut before = Vec::new();
    for path in paths {
        before.push(gateway.get(path).await.expect(200));
    }
    gateway.process.terminate();
    assert!(gateway.process.exit().await.success());
    gateway.restart().await;
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(gateway.get(path).await.expect(200), before, "{path}");
    }
    gateway.ask(&key, "m").await.expect(200);
    let seen = upstream.seen().last().expect("a request").clone();
    assert_eq!(seen.header("authorization"), "Bearer sk-upstream-main", "sealed keys open again");
    assert_eq!(seen.json()["model"], "real-m");
    assert_eq!(gateway.get("/api/setup").await.expect(200), json!({"needed": false}));
}

#[tokio::test]
async fn a_program_killed_under_load_loses_no_request_whose_client_saw_its_end() {
    const CLIENTS: usize = 16;
    const ENOUGH: usize = 150;
    let mut gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    upstream.on("stalled", Script::stream().event(&chunk(Some("Once upon a time"))).stall());
    gateway.channel("main", &upstream, &["m", "stalled"]).await;
    let key = gateway.key().await;

    // Long answers in the middle, which the log knows to be open.
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut stream = gateway.stream(&key, "stalled").await;
        stream.until("Once").await;
        open.push(stream);
    }
    let open_ids: HashSet<String> = open.iter().map(Streamed::id).collect();
    for id in &open_ids {
        gateway.opened(id).await;
    }

    // Short ones, as fast as they go, streamed and not.
    let finished = Arc::new(Mutex::new(Vec::<String>::new()));
    let dead = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for n in 0..CLIENTS {
        let (finished, dead) = (Arc::clone(&finished), Arc::clone(&dead));
        let body = json!({"model": "m", "stream": n % 2 == 0, "messages": [{"role": "user", "content": "Hi"}]});
        let request = gateway.by_key(&key, "/v1/chat/completions", body.to_string());
        clients.spawn(async move {
            while !dead.load(Ordering::Relaxed) {
                let Ok(answer) = request.try_clone().expect("a text body").send().await else { continue };
                let id = answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
                let Ok(body) = answer.bytes().await else { continue };
                assert!(n % 2 == 1 || body.ends_with(b"data: [DONE]\n\n"), "a clean end without [DONE]");
                finished.lock().expect("no panic").push(id);
            }
        });
    }
    eventually("enough requests are done", async || (finished.lock().expect("no panic").len() >= ENOUGH).then_some(()))
        .await;
    gateway.process.kill().await;
    dead.store(true, Ordering::Relaxed);
    while let Some(client) = clients.join_next().await {
        client.expect("no client saw a clean end that wasn't one");
    }

    gateway.restart().await;
    let rows = gateway.logs().await;
    let ids: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), rows.len(), "no request stands in the log twice");
    let state = |id: &str| rows.iter().find(|row| row["id"] == id).map(|row| row["state"].clone());
    let finished = finished.lock().expect("no panic").clone();
    assert!(finished.len() >= ENOUGH);
    for id in &finished {
        assert_eq!(state(id), Some(json!("done")), "{id}");
    }
    for id in &open_ids {
        assert_eq!(state(id), Some(json!("interrupted")), "{id}");
    }
    let states: HashSet<&str> = rows.iter().map(|row| row["state"].as_str().expect("a state")).collect();
    assert!(states.is_subset(&HashSet::from(["done", "interrupted"])), "{states:?}");
    for row in rows.iter().filter(|row| row["state"] == "interrupted") {
        assert!(row["input_tokens"].as_i64().expect("a number") > 0, "what was sent is billed: {row}");
    }
    gateway.ask(&key, "m").await.expect(200);
    println!("{} done, {} interrupted", finished.len(), rows.len() - finished.len());
}

#[tokio::test]
async fn without_the_right_master_key_it_refuses_to_start() {
    let mut gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    gateway.process.terminate();
    gateway.process.exit().await;
    let key_file = gateway.data_dir().join("master.key");
    let elsewhere = key_file.with_extension("away");
    std::fs::rename(&key_file, &elsewhere).unwrap();
    let refused = |launch: &Launch| {
        let output = launch.command(&["--headless", "--listen", "127.0.0.1:0"]).output().unwrap();
        assert!(!output.status.success());
        assert!(output.stdout.is_empty(), "it didn't serve");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(gateway.launch()).contains("master"), "it says what is missing");
    assert!(!key_file.exists(), "no new key in place of the lost one");
    let other = gateway.launch().clone().env("AIGW_MASTER_KEY", &"ab".repeat(32));
    assert!(refused(&other).contains("master"));
    std::fs::rename(&elsewhere, &key_file).unwrap();
    gateway.restart().await;
    let channels: Value = gateway.get("/api/channels").await.expect(200);
    assert_eq!(channels["items"][0]["name"], "main");
}

#[tokio::test]
async fn a_new_password_from_the_command_line_ends_the_old_one_and_its_sessions() {
    let mut gateway = Gateway::start().await;
    gateway.process.terminate();
    gateway.process.exit().await;
    let output = gateway.launch().command(&["reset-password", USERNAME]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let password = String::from_utf8(output.stdout).unwrap();
    gateway.restart().await;
    assert_eq!(gateway.get("/api/session").await.status, 401);
    gateway.sign_in(password.trim()).await;
    gateway.get("/api/session").await.expect(200);
    let rows = gateway.get("/api/audit?action=set_password").await.expect(200);
    assert_eq!((&rows["items"][0]["subject_name"], &rows["items"][0]["username"]), (&json!(USERNAME), &json!("")));
    let nobody = gateway.launch().command(&["reset-password", "nobody"]).output().unwrap();
    assert!(!nobody.status.success());
}
