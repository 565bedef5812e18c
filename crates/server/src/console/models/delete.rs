//! `DELETE /api/models/{id}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove a model. Channels that name it no longer serve it until it is named again.
#[utoipa::path(
    delete,
    path = "/api/models/{id}",
    tag = "models",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(State(app): State<App>, Id(id): Id) -> Result<(Change, StatusCode), Refusal> {
    let model = app.store.models().get(id).await?.ok_or(Refusal::NotFound)?;
    if !app.store.models().delete(id).await? {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    Ok((Change::deleted(&model), StatusCode::NO_CONTENT))
}
