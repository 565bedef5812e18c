use api::{
    Page,
    keys::{Key, KeyCreated, KeyPatch, KeyQuery, NewKey},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn page(query: KeyQuery) -> Result<Page<Key>, Failure> {
    client::page("/api/keys", &query).await
}

pub(crate) async fn get(id: i64) -> Result<Key, Failure> {
    client::get(&format!("/api/keys/{id}")).await
}

pub(crate) async fn create(new: &NewKey) -> Result<KeyCreated, Failure> {
    client::send(Method::POST, "/api/keys", new).await
}

pub(crate) async fn update(id: i64, patch: &KeyPatch) -> Result<Key, Failure> {
    client::send(Method::PATCH, &format!("/api/keys/{id}"), patch).await
}

pub(crate) async fn delete(id: i64) -> Result<(), Failure> {
    client::delete(&format!("/api/keys/{id}")).await
}
