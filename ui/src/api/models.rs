use api::{
    Page,
    models::{Model, ModelPatch, ModelQuery, NewModel},
    prices::{NewPrice, PriceHistory},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn page(query: ModelQuery) -> Result<Page<Model>, Failure> {
    client::page("/api/models", &query).await
}

/// What it costs, cost, and will cost.
pub(crate) async fn prices(id: i64) -> Result<PriceHistory, Failure> {
    client::get(&format!("/api/models/{id}/prices")).await
}

pub(crate) async fn get(id: i64) -> Result<Model, Failure> {
    client::get(&format!("/api/models/{id}")).await
}

pub(crate) async fn create(new: &NewModel) -> Result<Model, Failure> {
    client::send(Method::POST, "/api/models", new).await
}

pub(crate) async fn update(id: i64, patch: &ModelPatch) -> Result<Model, Failure> {
    client::send(Method::PATCH, &format!("/api/models/{id}"), patch).await
}

/// Says what it costs from a moment on.
pub(crate) async fn set_price(id: i64, new: &NewPrice) -> Result<(), Failure> {
    client::send_only(Method::POST, &format!("/api/models/{id}/prices"), new).await
}

pub(crate) async fn delete(id: i64) -> Result<(), Failure> {
    client::delete(&format!("/api/models/{id}")).await
}
