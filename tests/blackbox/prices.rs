//! What a request costs: by its model's price, line by line, also where it ends early or the provider counts nonsense.

use serde_json::{Value, json};

use crate::support::{Gateway, Script, Upstream, chunk};

const USD: i64 = 1_000_000_000;

/// A gateway with models at 3 and 15 dollars a million tokens, and a tenth of a cent for each request.
async fn priced(models: &[&str]) -> (Gateway, Upstream, String) {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, models).await;
    for model in gateway.get("/api/models").await.expect(200)["items"].as_array().expect("models") {
        let pricing = json!({"input_nusd_per_mtok": 3 * USD, "output_nusd_per_mtok": 15 * USD,
            "cache_read_nusd_per_mtok": USD / 10, "per_request_nusd": 1_000_000});
        gateway.patch(&format!("/api/models/{}", model["id"]), json!({ "pricing": pricing })).await.expect(200);
    }
    let key = gateway.key().await;
    (gateway, upstream, key)
}

/// The quantities of a log's lines by class; its cost is their sum.
#[track_caller]
fn quantities(log: &Value) -> Vec<(String, i64)> {
    let lines = log["lines"].as_array().expect("lines");
    let sum: i64 = lines.iter().map(|line| line["cost_nusd"].as_i64().expect("a cost")).sum();
    assert_eq!(log["cost_nusd"], sum, "{log}");
    let line = |line: &Value| {
        (line["class"].as_str().expect("a class").to_owned(), line["quantity"].as_i64().expect("a quantity"))
    };
    lines.iter().map(line).collect()
}

fn named(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[tokio::test]
async fn an_answer_costs_what_its_lines_add_up_to() {
    let (gateway, upstream, key) = priced(&["whole", "streamed"]).await;
    let usage = json!({"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050,
        "prompt_tokens_details": {"cached_tokens": 600}, "completion_tokens_details": {"reasoning_tokens": 20}});
    let answer = json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "usage": usage});
    upstream.on("whole", Script::json(200, answer.to_string()));
    let last = json!({"choices": [], "usage": usage}).to_string();
    upstream.on("streamed", Script::events(&[&chunk(Some("hi")), &chunk(None), &last, "[DONE]"]));
    let reply = gateway.ask(&key, "whole").await;
    reply.expect(200);
    let stream = gateway.stream(&key, "streamed").await;
    let streamed = stream.id();
    stream.whole().await;
    for id in [reply.id(), streamed] {
        let log = gateway.settled(&id).await;
        let expected = [("input", 400), ("cache_read", 600), ("output", 30), ("reasoning", 20), ("request", 1)];
        assert_eq!(quantities(&log), named(&expected));
        assert_eq!(log["cost_nusd"], 400 * 3_000 + 600 * 100 + 50 * 15_000 + 1_000_000);
        assert_eq!(
            (&log["unpriced"], &log["anomalous"], &log["estimated"]),
            (&json!(false), &json!(false), &json!(false))
        );
    }
}

#[tokio::test]
async fn numbers_that_cannot_be_true_become_nobodys_bill() {
    let (gateway, upstream, key) = priced(&["m"]).await;
    for usage in [
        r#"{"prompt_tokens": 1e300, "completion_tokens": 1}"#,
        r#"{"prompt_tokens": -5, "completion_tokens": -7}"#,
        r#"{"prompt_tokens": "9", "completion_tokens": 9}"#,
        r#"{"prompt_tokens": 1, "prompt_tokens": 999999, "completion_tokens": 9}"#,
        r#"{"prompt_tokens": 99999999999999999999, "completion_tokens": 9}"#,
    ] {
        let body = format!(r#"{{"choices": [{{"message": {{"content": "hello"}}}}], "usage": {usage}}}"#);
        upstream.on("m", Script::json(200, &body));
        let reply = gateway.ask(&key, "m").await;
        reply.expect(200);
        assert_eq!(reply.text(), body, "the client gets what the provider sent");
        let log = gateway.settled(&reply.id()).await;
        assert_eq!((&log["anomalous"], &log["estimated"]), (&json!(true), &json!(true)), "{usage}: {log}");
        let counted = quantities(&log);
        assert!(counted.iter().all(|(_, count)| (1..200).contains(count)), "{usage}: {counted:?}");
    }
}

#[tokio::test]
async fn what_a_client_left_behind_is_charged_as_counted() {
    let (gateway, upstream, key) = priced(&["m"]).await;
    upstream.on("m", Script::stream().event(&chunk(Some(&"word ".repeat(30)))).stall());
    let mut stream = gateway.stream(&key, "m").await;
    let id = stream.id();
    stream.until("word").await;
    drop(stream);
    let log = gateway.settled(&id).await;
    assert_eq!((&log["state"], &log["estimated"]), (&json!("cancelled"), &json!(true)));
    let classes: Vec<String> = quantities(&log).into_iter().map(|(class, _)| class).collect();
    assert_eq!(classes, ["input", "output", "request"]);
}

#[tokio::test]
async fn what_nobody_said_the_price_of_is_counted_and_asks_for_one() {
    let gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["house-large", "gpt-4o-mini"]).await;
    let key = gateway.key().await;
    assert_eq!(gateway.get("/api/attention").await.expect(200)["unpriced"], 0);
    for (model, unpriced) in [("gpt-4o-mini", false), ("house-large", true)] {
        let reply = gateway.ask(&key, model).await;
        reply.expect(200);
        let log = gateway.settled(&reply.id()).await;
        assert_eq!(log["unpriced"], unpriced, "{log}");
        assert_eq!(log["cost_nusd"] == 0, unpriced, "{log}");
    }
    assert_eq!(gateway.get("/api/attention").await.expect(200)["unpriced"], 1);
    let models = gateway.get("/api/models?show=unpriced").await.expect(200);
    assert_eq!((&models["total"], &models["items"][0]["name"]), (&json!(1), &json!("house-large")));
    let free = json!({"pricing": {"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0}});
    gateway.patch(&format!("/api/models/{}", models["items"][0]["id"]), free).await.expect(200);
    assert_eq!(gateway.get("/api/attention").await.expect(200)["unpriced"], 0);
}
