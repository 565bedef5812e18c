//! `DELETE /api/channels/{id}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove a channel and its keys. Its requests stay in the logs.
#[utoipa::path(
    delete,
    path = "/api/channels/{id}",
    tag = "channels",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(State(app): State<App>, Id(id): Id) -> Result<(Change, StatusCode), Refusal> {
    let channel = app.store.channels().get(id).await?.ok_or(Refusal::NotFound)?;
    if !app.store.channels().delete(id).await? {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    Ok((Change::deleted(&channel), StatusCode::NO_CONTENT))
}
