//! `POST /api/keys`

use api::{
    ErrorBody,
    keys::{KeyCreated, NewKey},
};
use axum::{Json, extract::State, http::StatusCode};

use super::{check_choice, check_expiry, refusal};
use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Input},
};

/// Make a key for oneself; admins also for another user. The answer shows it; nothing ever shows it again.
#[utoipa::path(
    post,
    path = "/api/keys",
    tag = "keys",
    request_body = NewKey,
    responses((status = 201, body = KeyCreated), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    actor: Actor,
    Input(mut new): Input<NewKey>,
) -> Result<(StatusCode, Change, Json<KeyCreated>), Refusal> {
    new.name = new.name.trim().to_owned();
    let user_id = new.user_id.unwrap_or(actor.0.id);
    check_choice(&actor, new.group.as_deref(), Some(user_id))?;
    check_expiry(&app, new.expires_at)?;
    let created = app.store.keys().create(user_id, new).await.map_err(refusal)?;
    app.reload().await?;
    Ok((StatusCode::CREATED, Change::created(&created.key), Json(created)))
}
