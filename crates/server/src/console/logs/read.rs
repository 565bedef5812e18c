//! `GET /api/logs/{id}`

use api::{ErrorBody, logs::Log};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Id},
};

/// One request, with every attempt.
#[utoipa::path(
    get,
    path = "/api/logs/{id}",
    tag = "logs",
    params(("id" = String, Path)),
    responses((status = 200, body = Log), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(
    State(app): State<App>,
    actor: Actor,
    Id(id): Id<String>,
) -> Result<Json<Log>, Refusal> {
    Ok(Json(app.store.logs().get(actor.scope(), &id).await?.ok_or(Refusal::NotFound)?))
}
