use api::{
    Page,
    providers::{NewProvider, Provider, ProviderPatch, ProviderQuery},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn page(query: ProviderQuery) -> Result<Page<Provider>, Failure> {
    client::page("/api/providers", &query).await
}

pub(crate) async fn list() -> Result<Vec<Provider>, Failure> {
    client::list("/api/providers").await
}

pub(crate) async fn get(slug: String) -> Result<Provider, Failure> {
    client::get(&path(&slug)).await
}

pub(crate) async fn create(new: &NewProvider) -> Result<Provider, Failure> {
    client::send(Method::POST, "/api/providers", new).await
}

pub(crate) async fn update(slug: &str, patch: &ProviderPatch) -> Result<Provider, Failure> {
    client::send(Method::PATCH, &path(slug), patch).await
}

pub(crate) async fn delete(slug: &str) -> Result<(), Failure> {
    client::delete(&path(slug)).await
}

fn path(slug: &str) -> String {
    format!("/api/providers/{}", js_sys::encode_uri_component(slug))
}
