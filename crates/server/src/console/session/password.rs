//! `POST /api/session/password`

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    session::PasswordChange,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use secrecy::ExposeSecret;

use crate::{
    app::App,
    client::{self, Peer},
    console::{
        access::{Actor, session_token},
        audit::Change,
        error::Refusal,
        input::Input,
    },
};

/// Change one's own password. Ends one's other sessions.
///
/// A wrong current password counts like a failed sign-in.
#[utoipa::path(
    post,
    path = "/api/session/password",
    tag = "session",
    request_body = PasswordChange,
    responses((status = 204), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)),
)]
pub(in crate::console) async fn change_password(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Actor(user): Actor,
    Input(change): Input<PasswordChange>,
) -> Result<(Change, StatusCode), Refusal> {
    let address = client::address(peer, &headers, &app.settings().trusted_proxies);
    if let Some(seconds) = app.throttle.wait(&user.username, address) {
        return Err(Refusal::TooMany(seconds));
    }
    let users = app.store.users();
    let own = session_token(&headers).ok_or(Refusal::Unauthenticated)?;
    let known = users.find_hash(user.id).await?;
    let right = app.passwords.verify(change.current.into(), known.as_ref()).await.map_err(|_| Refusal::TooMany(2))?;
    if !right {
        app.throttle.failed(&user.username, address);
        return Err(Refusal::field("current", "This isn't your password."));
    }
    let hash = app.passwords.hash(change.new.into()).await.map_err(|_| Refusal::TooMany(2))?;
    users.change_password(user.id, hash, own.expose_secret()).await?;
    let change = Change::did(Action::SetPassword, SubjectKind::User, Some(user.id.to_string()), user.username);
    Ok((change, StatusCode::NO_CONTENT))
}
