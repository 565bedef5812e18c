//! `GET /api/models/{id}`

use api::{ErrorBody, models::Model};
use axum::{Json, extract::State};

use super::filled;
use crate::{
    app::App,
    console::{error::Refusal, input::Id},
};

/// One model.
#[utoipa::path(
    get,
    path = "/api/models/{id}",
    tag = "models",
    params(("id" = i64, Path)),
    responses((status = 200, body = Model), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(State(app): State<App>, Id(id): Id) -> Result<Json<Model>, Refusal> {
    Ok(Json(filled(app.store.models().get(id).await?.ok_or(Refusal::NotFound)?)))
}
