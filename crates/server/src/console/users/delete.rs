//! `DELETE /api/users/{id}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use super::refusal;
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove somebody, with their keys and tokens. Their requests stay in the logs.
#[utoipa::path(
    delete,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(State(app): State<App>, Id(id): Id) -> Result<(Change, StatusCode), Refusal> {
    let account = app.store.accounts().get(id).await?.ok_or(Refusal::NotFound)?;
    if !app.store.accounts().delete(id).await.map_err(refusal)? {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    Ok((Change::deleted(&account), StatusCode::NO_CONTENT))
}
