use api::{
    session::Session,
    setup::{Setup, SetupState},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn state() -> Result<SetupState, Failure> {
    client::get("/api/setup").await
}

pub(crate) async fn run(setup: &Setup) -> Result<Session, Failure> {
    client::send(Method::POST, "/api/setup", setup).await
}
