//! `PATCH /api/models/{id}`

use api::{
    ErrorBody,
    models::{Model, ModelPatch},
};
use axum::{Json, extract::State};

use super::{filled, refusal};
use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a model. What is absent stays; `null` goes back to what the built-in catalogue says.
#[utoipa::path(
    patch,
    path = "/api/models/{id}",
    tag = "models",
    params(("id" = i64, Path)),
    request_body = ModelPatch,
    responses(
        (status = 200, body = Model),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(id): Id,
    Input(patch): Input<ModelPatch>,
) -> Result<(Change, Json<Model>), Refusal> {
    let before = app.store.models().get(id).await?.ok_or(Refusal::NotFound)?;
    let updated = app.store.models().update(id, patch).await.map_err(refusal)?;
    let model = updated.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    Ok((Change::updated(&before, &model), Json(filled(model))))
}
