//! What the built-in catalogue says that models cost.

use api::{models::Model, prices::Pricing};
use llm::price::catalogue;
use store::Store;

/// Writes down the catalogue's prices of models that are new, and those that this version's catalogue changed.
pub(crate) async fn follow_catalogue(store: &Store) -> Result<(), store::Error> {
    let models = store.models().all().await?;
    store.prices().follow_catalogue(catalogue::date(), &models, said).await
}

/// What the catalogue says of a model: at the first of its channels whose vendor's price is known; if none serves it, by its name.
pub(crate) fn said(model: &Model) -> Option<Pricing> {
    if model.served_by.is_empty() {
        return catalogue::find(None, &model.name);
    }
    model.served_by.iter().find_map(|by| catalogue::find(Some(&by.provider), &by.upstream_model))
}

#[cfg(test)]
mod tests {
    use api::session::Role;
    use http::StatusCode;
    use serde_json::{Value, json};

    use crate::testing::{TestApp, body, json};

    async fn model(app: &TestApp, owner: &str, name: &str) -> Value {
        let path = format!("/api/models?search={name}");
        body(app.send(json("GET", &path, Some(owner), &json!({}))).await).await["items"][0].clone()
    }

    #[tokio::test]
    async fn a_model_that_appears_costs_what_the_catalogue_says_of_its_channel() {
        let app = TestApp::new().await;
        let owner = app.cookie(Role::Owner).await;
        let channel = json!({"name": "A", "provider": "openrouter", "keys": ["sk-1234"],
            "models": ["v3", "no-such-model"], "model_mapping": {"v3": "deepseek/deepseek-v3.2"}});
        assert_eq!(app.send(json("POST", "/api/channels", Some(&owner), &channel)).await.status(), StatusCode::CREATED);
        let expected = llm::price::catalogue::find(Some("openrouter"), "deepseek/deepseek-v3.2").unwrap();
        let v3 = model(&app, &owner, "v3").await;
        assert_eq!(v3["pricing"], serde_json::to_value(&expected).unwrap());
        assert_eq!(v3["price_source"], "catalogue");
        assert_eq!(model(&app, &owner, "no-such-model").await["pricing"], Value::Null);
        // Asked first from now on.
        let channel = json!({"name": "B", "provider": "deepseek", "keys": ["sk-1234"], "models": ["v3"], "priority": 5,
            "model_mapping": {"v3": "deepseek-v3.2"}});
        assert_eq!(app.send(json("POST", "/api/channels", Some(&owner), &channel)).await.status(), StatusCode::CREATED);
        let expected = llm::price::catalogue::find(Some("deepseek"), "deepseek-v3.2").unwrap();
        assert_eq!(model(&app, &owner, "v3").await["pricing"], serde_json::to_value(&expected).unwrap());
        let made = json("POST", "/api/models", Some(&owner), &json!({"name": "gpt-4o-mini"}));
        assert_eq!(body(app.send(made).await).await["price_source"], "catalogue", "at once");
    }
}
