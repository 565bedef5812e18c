//! Money: what a budget has room for is served, and not a request more, whatever happens meanwhile.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::support::{Client, Gateway, PASSWORD, Script, Upstream, chunk, eventually, usage_chunk};

/// What a request of the model `m` costs here, in nano-USD.
const PRICE: i64 = 1_000_000;

/// A gateway whose model `m` costs [`PRICE`] a request, and that has models with other prices and ends.
async fn priced() -> (Gateway, Upstream) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    let free = json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "per_request_nusd": PRICE});
    gateway.post("/api/models", json!({"name": "m", "pricing": free})).await.expect(201);
    let by_token = json!({"input_nusd_per_mtok": 1_000_000_000, "output_nusd_per_mtok": 2_000_000_000});
    for model in ["slow", "stalled"] {
        gateway.post("/api/models", json!({"name": model, "pricing": by_token})).await.expect(201);
    }
    upstream.on(
        "slow",
        Script::stream()
            .event(&chunk(Some("Once ")))
            .pause(Duration::from_millis(20))
            .event(&chunk(Some("upon a time")))
            .event(&chunk(None))
            .event(&usage_chunk())
            .event("[DONE]"),
    );
    upstream.on("stalled", Script::stream().event(&chunk(Some("Once upon a time"))).stall());
    gateway.channel("main", &upstream, &["m", "slow", "stalled", "nobody-knows-its-price"]).await;
    (gateway, upstream)
}

async fn budget(gateway: &Gateway, key: &Value) -> Value {
    gateway.get(&format!("/api/keys/{}", key["id"])).await.expect(200)["budget"].clone()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name} in {value}"))
}

#[tokio::test]
async fn a_budget_for_a_hundred_requests_serves_a_hundred_of_two_thousand() {
    let (gateway, _upstream) = priced().await;
    let key = gateway.key_with(json!({"budget": {"limit_nusd": 100 * PRICE, "period": "total"}})).await;
    let secret = key["secret"].as_str().unwrap();
    let request = gateway.by_key(secret, "/v1/chat/completions", r#"{"model":"m","messages":[]}"#);
    let gate = Arc::new(Semaphore::new(200));
    let mut clients = JoinSet::new();
    for _ in 0..2_000 {
        let (request, gate) = (request.try_clone().unwrap(), Arc::clone(&gate));
        clients.spawn(async move {
            let _in_flight = gate.acquire().await.unwrap();
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap())
        });
    }
    let mut statuses = HashMap::<u16, usize>::new();
    let mut refusal = String::new();
    let mut renamed = 0;
    while let Some(client) = clients.join_next().await {
        let (status, text) = client.unwrap();
        *statuses.entry(status).or_default() += 1;
        if status == 402 {
            refusal = text;
        }
        if statuses.values().sum::<usize>() % 50 == 0 {
            // Settings are edited meanwhile; no saved entity may bring back an older sum.
            renamed += 1;
            let path = format!("/api/keys/{}", key["id"]);
            gateway.patch(&path, json!({"name": format!("key {renamed}")})).await.expect(200);
            let budget = budget(&gateway, &key).await;
            let gone = number(&budget, "used_nusd") + number(&budget, "reserved_nusd");
            assert!(gone <= 100 * PRICE, "{budget}");
        }
    }
    assert_eq!(statuses, HashMap::from([(200, 100), (402, 1_900)]));
    let refusal: Value = serde_json::from_str(&refusal).unwrap();
    assert_eq!(refusal["error"]["type"], "insufficient_quota");
    assert_eq!(refusal["error"]["message"], "This key's budget of $0.10 is spent.");
    let budget = budget(&gateway, &key).await;
    assert_eq!((number(&budget, "used_nusd"), number(&budget, "reserved_nusd")), (100 * PRICE, 0));
    let spent = gateway.logs().await.iter().filter(|row| row["state"] == "rejected").count();
    assert_eq!(spent, 1_900, "each refusal is in the log");
}

#[tokio::test]
async fn without_a_price_only_those_without_a_budget_are_served() {
    let (gateway, _upstream) = priced().await;
    let limited = gateway.key_with(json!({"budget": {"limit_nusd": PRICE}})).await;
    let refused = gateway.ask(limited["secret"].as_str().unwrap(), "nobody-knows-its-price").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "model_not_priced"));
    let free = gateway.key().await;
    let served = gateway.ask(&free, "nobody-knows-its-price").await;
    served.expect(200);
    let row = gateway.settled(&served.id()).await;
    assert_eq!((&row["unpriced"], &row["cost_nusd"]), (&json!(true), &json!(0)));
}

#[tokio::test]
async fn every_budget_that_applies_must_have_room() {
    let (gateway, _upstream) = priced().await;
    let key = gateway.key_with(json!({"budget": {"limit_nusd": 50 * PRICE}})).await;
    let secret = key["secret"].as_str().unwrap();
    let limit = json!({"budget": {"limit_nusd": PRICE, "period": "monthly"}});
    gateway.json(reqwest::Method::PUT, "/api/budget", &limit).await.expect(200);
    gateway.ask(secret, "m").await.expect(200);
    let refused = gateway.ask(secret, "m").await;
    assert_eq!(refused.status, 402);
    assert!(refused.message().starts_with("The gateway's monthly budget is spent. It begins again at "));
    assert_eq!(number(&budget(&gateway, &key).await, "used_nusd"), PRICE);
    gateway.json(reqwest::Method::PUT, "/api/budget", &json!({"budget": null})).await.expect(200);
    gateway.ask(secret, "m").await.expect(200);
}

#[tokio::test]
async fn a_strict_key_asks_for_no_more_than_is_held_for_it() {
    let (gateway, upstream) = priced().await;
    let key = gateway.key_with(json!({"budget": {"limit_nusd": 50 * PRICE}})).await;
    let secret = key["secret"].as_str().unwrap();
    gateway.ask(secret, "m").await.expect(200);
    gateway.patch(&format!("/api/keys/{}", key["id"]), json!({"strict": true})).await.expect(200);
    gateway.ask(secret, "m").await.expect(200);
    gateway.chat(secret, json!({"model": "m", "max_tokens": 7, "messages": []})).await.expect(200);
    let limits: Vec<Value> = upstream.seen().iter().map(|seen| seen.json()["max_tokens"].clone()).collect();
    assert_eq!(limits, [Value::Null, json!(4_096), json!(7)]);
}

#[tokio::test]
async fn a_budget_that_comes_to_its_end_is_told_once_and_shown_to_whom_it_belongs() {
    let (gateway, _upstream) = priced().await;
    let key =
        gateway.key_with(json!({"name": "laptop", "budget": {"limit_nusd": 10 * PRICE, "period": "daily"}})).await;
    let secret = key["secret"].as_str().unwrap();
    let near = async |client: &Client| client.get("/api/attention").await.expect(200)["budgets"].clone();
    for _ in 0..7 {
        gateway.ask(secret, "m").await.expect(200);
    }
    assert_eq!(near(&gateway).await, json!([]));
    gateway.ask(secret, "m").await.expect(200);
    let told = near(&gateway).await;
    let shown = |told: &Value| json!([told[0]["owner"], told[0]["id"], told[0]["name"], told[0]["percent"]]);
    assert_eq!(shown(&told), json!(["key", key["id"], "laptop", 80]));
    assert!(told[0]["resets_at"].as_str().unwrap().ends_with("T00:00:00.000Z"), "{told}");
    gateway.ask(secret, "m").await.expect(200);
    gateway.ask(secret, "m").await.expect(200);
    assert_eq!(gateway.ask(secret, "m").await.status, 402);
    assert_eq!(near(&gateway).await[0]["percent"], 100);
    let told = "a budget comes to its end budget.id=1 ";
    let lines = || gateway.process.stderr().lines().filter(|line| line.contains(told)).count();
    eventually("it is in the program's log", async || (lines() == 1).then_some(())).await;

    let member = json!({"username": "mia", "password": PASSWORD, "role": "member"});
    gateway.post("/api/users", member).await.expect(201);
    let mia = gateway.with_cookie(&gateway.login("mia", PASSWORD).await);
    assert_eq!(near(&mia).await, json!([]), "it isn't hers");
    let own = mia.post("/api/keys", json!({"name": "hers", "budget": {"limit_nusd": PRICE}})).await.expect(201);
    gateway.ask(own["secret"].as_str().unwrap(), "m").await.expect(200);
    assert_eq!(shown(&near(&mia).await), json!(["key", own["id"], "hers", 100]));
    assert_eq!(gateway.get("/api/attention").await.expect(200)["budgets_near"], 2);
    // Another amount is another end.
    let path = format!("/api/keys/{}", key["id"]);
    gateway.patch(&path, json!({"budget": {"limit_nusd": 100 * PRICE, "period": "daily"}})).await.expect(200);
    assert_eq!(gateway.get("/api/attention").await.expect(200)["budgets_near"], 1);
    for _ in 0..71 {
        gateway.ask(secret, "m").await.expect(200);
    }
    eventually("it is told again", async || (lines() == 2).then_some(())).await;
}

/// Cycles of `cargo xtask chaos kill`; fewer in the whole test.
#[expect(clippy::disallowed_methods, reason = "how often is for whoever runs it alone; what is tested stays the same")]
fn cycles() -> usize {
    std::env::var("AIGW_CHAOS_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

#[tokio::test]
async fn whenever_it_is_killed_every_answer_that_a_client_saw_end_is_charged_once() {
    const CLIENTS: usize = 8;
    let (mut gateway, upstream) = priced().await;
    let key = gateway.key_with(json!({"budget": {"limit_nusd": 1_000_000 * PRICE}})).await;
    let secret = key["secret"].as_str().unwrap().to_owned();
    // Request, and its model.
    let ended = Arc::new(Mutex::new(Vec::<(String, &str)>::new()));
    for cycle in 0..cycles() {
        let dead = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for n in 0..CLIENTS {
            let (ended, dead) = (Arc::clone(&ended), Arc::clone(&dead));
            let model = ["m", "slow", "m", "stalled"][n % 4];
            let body = json!({"model": model, "stream": model != "m", "max_tokens": 50, "messages": []});
            let request = gateway.by_key(&secret, "/v1/chat/completions", body.to_string());
            clients.spawn(async move {
                while !dead.load(Ordering::Relaxed) {
                    let Ok(answer) = request.try_clone().expect("a text body").send().await else { continue };
                    assert_eq!(answer.status(), 200);
                    let id = answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
                    let Ok(body) = answer.bytes().await else { continue };
                    assert!(model == "m" || body.ends_with(b"data: [DONE]\n\n"), "a clean end without [DONE]");
                    ended.lock().expect("no panic").push((id, model));
                }
            });
        }
        // At random moments: between the first request and the hundredth.
        let moment = 20 + (cycle * 7_919) % 400;
        tokio::time::sleep(Duration::from_millis(moment as u64)).await;
        gateway.process.kill().await;
        dead.store(true, Ordering::Relaxed);
        while let Some(client) = clients.join_next().await {
            client.expect("no client saw a clean end that wasn't one");
        }
        gateway.restart().await;
    }

    let rows = gateway.logs().await;
    let by_id: HashMap<&str, &Value> = rows.iter().map(|row| (row["id"].as_str().expect("an id"), row)).collect();
    assert_eq!(by_id.len(), rows.len(), "no request stands in the log twice");
    let ended = ended.lock().expect("no panic").clone();
    for (id, model) in &ended {
        let row = by_id[id.as_str()];
        let cost = if *model == "m" { PRICE } else { 11 * 1_000 + 7 * 2_000 };
        assert_eq!((row["state"].as_str(), row["cost_nusd"].as_i64()), (Some("done"), Some(cost)), "{row}");
        assert_eq!((&row["input_tokens"], &row["output_tokens"]), (&json!(11), &json!(7)));
    }
    assert!(rows.iter().all(|row| row["state"] != "open"), "nothing stays open");
    // No more was served than the provider answered.
    assert!(ended.len() <= upstream.seen().len());
    let total: i64 = rows.iter().map(|row| number(row, "cost_nusd")).sum();
    let budget = budget(&gateway, &key).await;
    assert_eq!((number(&budget, "used_nusd"), number(&budget, "reserved_nusd")), (total, 0));
    let verified = gateway.launch().command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    println!("{} cycles, {} requests, {} seen to their end", cycles(), rows.len(), ended.len());
}
