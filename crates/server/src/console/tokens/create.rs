//! `POST /api/tokens`

use api::{
    ErrorBody,
    tokens::{NewToken, TokenCreated},
};
use axum::{Json, extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Input},
};

/// Make a token for oneself. The answer shows it; nothing ever shows it again.
///
/// It opens what one's role opens, but makes no tokens and changes no password.
#[utoipa::path(
    post,
    path = "/api/tokens",
    tag = "tokens",
    request_body = NewToken,
    responses((status = 201, body = TokenCreated), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Actor(user): Actor,
    Input(new): Input<NewToken>,
) -> Result<(StatusCode, Change, Json<TokenCreated>), Refusal> {
    if new.expires_at.is_some_and(|expires_at| expires_at <= app.clock.now()) {
        return Err(Refusal::field("expires_at", "Choose a time in the future."));
    }
    let created = app.store.tokens().create(user.id, new).await?;
    Ok((StatusCode::CREATED, Change::created(&created.token), Json(created)))
}
