//! `POST /api/keys`

use api::{
    ErrorBody,
    keys::{KeyCreated, NewKey},
};
use axum::{Json, extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Input},
};

/// Make a key for oneself. The answer shows it; nothing ever shows it again.
#[utoipa::path(
    post,
    path = "/api/keys",
    tag = "keys",
    request_body = NewKey,
    responses((status = 201, body = KeyCreated), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Actor(user): Actor,
    Input(mut new): Input<NewKey>,
) -> Result<(StatusCode, Change, Json<KeyCreated>), Refusal> {
    new.name = new.name.trim().to_owned();
    if new.expires_at.is_some_and(|expires_at| expires_at <= app.clock.now()) {
        return Err(Refusal::field("expires_at", "Choose a time in the future."));
    }
    let created = app.store.keys().create(user.id, new).await?;
    app.reload().await?;
    Ok((StatusCode::CREATED, Change::created(&created.key), Json(created)))
}
