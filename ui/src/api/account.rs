//! One's own account: profile, password, sessions, tokens.

use api::{
    Page,
    session::{OpenSession, PasswordChange, ProfilePatch, Session},
    tokens::{NewToken, Token, TokenCreated},
};
use gloo_net::http::Method;

use super::{Failure, client};

pub(crate) async fn update(patch: &ProfilePatch) -> Result<Session, Failure> {
    client::send(Method::PATCH, "/api/session", patch).await
}

pub(crate) async fn change_password(change: &PasswordChange) -> Result<(), Failure> {
    client::send_only(Method::POST, "/api/session/password", change).await
}

pub(crate) async fn sessions() -> Result<Vec<OpenSession>, Failure> {
    Ok(client::get::<Page<OpenSession>>("/api/sessions").await?.items)
}

pub(crate) async fn end_session(id: &str) -> Result<(), Failure> {
    client::delete(&format!("/api/sessions/{id}")).await
}

pub(crate) async fn tokens() -> Result<Vec<Token>, Failure> {
    Ok(client::get::<Page<Token>>("/api/tokens").await?.items)
}

pub(crate) async fn create_token(new: &NewToken) -> Result<TokenCreated, Failure> {
    client::send(Method::POST, "/api/tokens", new).await
}

pub(crate) async fn delete_token(id: i64) -> Result<(), Failure> {
    client::delete(&format!("/api/tokens/{id}")).await
}
