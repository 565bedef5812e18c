//! `POST /api/models`

use api::{
    ErrorBody,
    models::{Model, NewModel},
};
use axum::{Json, extract::State, http::StatusCode};

use super::{filled, refusal};
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Input},
};

/// Add a model. Naming it in a channel does the same.
#[utoipa::path(
    post,
    path = "/api/models",
    tag = "models",
    request_body = NewModel,
    responses((status = 201, body = Model), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Input(new): Input<NewModel>,
) -> Result<(StatusCode, Change, Json<Model>), Refusal> {
    let model = app.store.models().create(new).await.map_err(refusal)?;
    app.reload().await?;
    // With the catalogue's price, if nobody said one.
    let model = app.store.models().get(model.id).await?.ok_or(Refusal::NotFound)?;
    Ok((StatusCode::CREATED, Change::created(&model), Json(filled(model))))
}
