//! `PATCH /api/session`

use api::{
    ErrorBody,
    session::{ProfilePatch, Session},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Input},
};

/// Change one's own profile. What is absent stays.
#[utoipa::path(
    patch,
    path = "/api/session",
    tag = "session",
    request_body = ProfilePatch,
    responses((status = 200, body = Session), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Actor(before): Actor,
    Input(patch): Input<ProfilePatch>,
) -> Result<(Change, Json<Session>), Refusal> {
    let name = patch.display_name.as_deref().unwrap_or(&before.display_name);
    let user = app.store.users().set_display_name(before.id, name).await?.ok_or(Refusal::Unauthenticated)?;
    Ok((Change::updated(&before, &user), Json(Session { user })))
}
