use api::{
    Page,
    users::{Account, AccountPatch, AccountQuery, NewAccount, PasswordReset},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn page(query: AccountQuery) -> Result<Page<Account>, Failure> {
    client::page("/api/users", &query).await
}

pub(crate) async fn get(id: i64) -> Result<Account, Failure> {
    client::get(&format!("/api/users/{id}")).await
}

pub(crate) async fn create(new: &NewAccount) -> Result<Account, Failure> {
    client::send(Method::POST, "/api/users", new).await
}

pub(crate) async fn update(id: i64, patch: &AccountPatch) -> Result<Account, Failure> {
    client::send(Method::PATCH, &format!("/api/users/{id}"), patch).await
}

pub(crate) async fn delete(id: i64) -> Result<(), Failure> {
    client::delete(&format!("/api/users/{id}")).await
}

pub(crate) async fn reset_password(id: i64, reset: &PasswordReset) -> Result<(), Failure> {
    client::send_only(Method::POST, &format!("/api/users/{id}/password"), reset).await
}
