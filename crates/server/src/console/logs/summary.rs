//! `GET /api/logs/summary`

use api::{
    ErrorBody, Validate,
    logs::{LogQuery, LogSummary},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// What the requests of a range come to, for the same filters as the list. The last day if no range is given.
#[utoipa::path(
    get,
    path = "/api/logs/summary",
    tag = "logs",
    params(LogQuery),
    responses((status = 200, body = LogSummary), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn summary(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<LogQuery>,
) -> Result<Json<LogSummary>, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    Ok(Json(app.store.logs().summary(actor.scope(), &query).await?))
}
