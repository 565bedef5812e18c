//! `GET /api/session`

use api::{ErrorBody, session::Session};
use axum::Json;

use crate::console::access::Actor;

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/api/session",
    tag = "session",
    responses((status = 200, body = Session), (status = 401, body = ErrorBody)),
)]
pub(in crate::console) async fn read(Actor(user): Actor) -> Json<Session> {
    Json(Session { user })
}
