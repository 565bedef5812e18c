use api::{
    Page,
    providers::{NewProvider, Provider, ProviderPatch},
};
use gloo_net::http::Method;

use super::{Failure, client};

/// All of them: this list has no pages.
pub(crate) async fn list() -> Result<Vec<Provider>, Failure> {
    Ok(client::get::<Page<Provider>>("/api/providers").await?.items)
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
