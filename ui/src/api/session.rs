use api::session::{Login, Session};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn get() -> Result<Session, Failure> {
    client::get("/api/session").await
}

pub(crate) async fn create(login: &Login) -> Result<Session, Failure> {
    client::send(Method::POST, "/api/session", login).await
}

pub(crate) async fn delete() -> Result<(), Failure> {
    client::delete("/api/session").await
}
