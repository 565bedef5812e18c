//! `GET /api/logs`

use api::{
    ErrorBody, Validate,
    logs::{LogPage, LogQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// Requests, newest first.
#[utoipa::path(
    get,
    path = "/api/logs",
    tag = "logs",
    params(LogQuery),
    responses((status = 200, body = LogPage), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<LogQuery>,
) -> Result<Json<LogPage>, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    Ok(Json(app.store.logs().list(actor.scope(), &query).await?))
}
