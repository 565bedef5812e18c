use api::verify::{LastVerification, Verification};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn last() -> Result<Option<Verification>, Failure> {
    Ok(client::get::<LastVerification>("/api/verify").await?.last)
}

pub(crate) async fn run() -> Result<Verification, Failure> {
    client::send(Method::POST, "/api/verify", &()).await
}
