//! `POST /api/users`

use api::{
    ErrorBody,
    users::{Account, NewAccount},
};
use axum::{Json, extract::State, http::StatusCode};

use super::refusal;
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Input},
};

/// Add somebody, with a first password.
#[utoipa::path(
    post,
    path = "/api/users",
    tag = "users",
    request_body = NewAccount,
    responses((status = 201, body = Account), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Input(new): Input<NewAccount>,
) -> Result<(StatusCode, Change, Json<Account>), Refusal> {
    let hash = app.passwords.hash(new.password.clone().into()).await.map_err(|_| Refusal::TooMany(2))?;
    let account = app.store.accounts().create(new, hash).await.map_err(refusal)?;
    Ok((StatusCode::CREATED, Change::created(&account), Json(account)))
}
