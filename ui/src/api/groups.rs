use api::groups::{Group, GroupPatch, NewGroup};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn list() -> Result<Vec<Group>, Failure> {
    client::list("/api/groups").await
}

pub(crate) async fn create(new: &NewGroup) -> Result<Group, Failure> {
    client::send(Method::POST, "/api/groups", new).await
}

pub(crate) async fn update(name: &str, patch: &GroupPatch) -> Result<Group, Failure> {
    client::send(Method::PATCH, &path(name), patch).await
}

pub(crate) async fn delete(name: &str) -> Result<(), Failure> {
    client::delete(&path(name)).await
}

fn path(name: &str) -> String {
    format!("/api/groups/{}", js_sys::encode_uri_component(name))
}
