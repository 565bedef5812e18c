//! `GET /api/keys/{id}`

use api::{ErrorBody, keys::Key};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Id},
};

/// One key.
#[utoipa::path(
    get,
    path = "/api/keys/{id}",
    tag = "keys",
    params(("id" = i64, Path)),
    responses((status = 200, body = Key), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(State(app): State<App>, actor: Actor, Id(id): Id) -> Result<Json<Key>, Refusal> {
    Ok(Json(app.store.keys().get(actor.scope(), id).await?.ok_or(Refusal::NotFound)?))
}
