//! `PATCH /api/users/{id}`

use api::{
    ErrorBody,
    users::{Account, AccountPatch},
};
use axum::{Json, extract::State};

use super::refusal;
use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change somebody. What is absent stays.
///
/// Who is disabled is signed out, and their keys are refused from the next request on.
#[utoipa::path(
    patch,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = i64, Path)),
    request_body = AccountPatch,
    responses(
        (status = 200, body = Account),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(id): Id,
    Input(patch): Input<AccountPatch>,
) -> Result<(Change, Json<Account>), Refusal> {
    let before = app.store.accounts().get(id).await?.ok_or(Refusal::NotFound)?;
    let account = app.store.accounts().update(id, patch).await.map_err(refusal)?.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    Ok((Change::updated(&before, &account), Json(account)))
}
