//! Settings that are changed while the gateway runs.

use serde_json::json;

use crate::support::{Gateway, Upstream};

#[tokio::test]
async fn where_channels_may_point_is_decided_anew_for_the_next_request() {
    let mut gateway = Gateway::start().await;
    let upstream = Upstream::start().await;
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key().await;
    let ask = async |gateway: &Gateway| gateway.ask(&key, "m").await.status;
    assert_eq!(ask(&gateway).await, 200);
    let settings = gateway.patch("/api/settings", json!({"egress": "public"})).await.expect(200);
    let egress = settings["items"].as_array().unwrap().iter().find(|setting| setting["name"] == "egress").unwrap();
    assert_eq!((&egress["value"], &egress["source"]), (&json!("public"), &json!("console")));
    assert_eq!(ask(&gateway).await, 502, "the connection that was kept open isn't used again");
    assert_eq!(upstream.seen().len(), 1);
    gateway.process.kill().await;
    gateway.restart().await;
    assert_eq!(ask(&gateway).await, 502, "it holds after a restart");
    gateway.patch("/api/settings", json!({"egress": null})).await.expect(200);
    assert_eq!(ask(&gateway).await, 200);
}

#[tokio::test]
async fn a_name_opens_the_gateway_as_soon_as_it_is_one_of_its_addresses() {
    let gateway = Gateway::start().await;
    let at =
        async |host: &str| gateway.send(gateway.request(reqwest::Method::GET, "/api/about").header("host", host)).await;
    assert_eq!(at("ai.example.com").await.status, 421);
    gateway.patch("/api/settings", json!({"public_urls": ["http://ai.example.com"]})).await.expect(200);
    assert_eq!(at("ai.example.com").await.expect(200)["base_url"], "http://ai.example.com");
    gateway.patch("/api/settings", json!({"public_urls": null})).await.expect(200);
    assert_eq!(at("ai.example.com").await.status, 421);
}
