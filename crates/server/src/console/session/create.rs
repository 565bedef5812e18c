//! `POST /api/session`

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    session::{Login, PASSWORD_BYTES, Session},
};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    client::{self, Peer},
    console::{
        access::{session_cookie, signed_in_from},
        audit::Change,
        error::Refusal,
        input::Body,
    },
};

/// Sign in.
///
/// An unknown user, a wrong password and a disabled user get the same answer after the same time.
#[utoipa::path(
    post,
    path = "/api/session",
    tag = "session",
    request_body = Login,
    responses((status = 200, body = Session), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<Response, Refusal> {
    let address = client::address(peer, &headers, &app.settings().trusted_proxies);
    if let Some(seconds) = app.throttle.wait(&login.username, address) {
        return Err(Refusal::TooMany(seconds));
    }
    if login.password.len() > *PASSWORD_BYTES.end() || login.username.len() > 512 {
        return Err(Refusal::WrongCredentials);
    }
    let found = app.store.users().find_for_login(login.username.trim()).await?;
    let hash = found.as_ref().filter(|found| found.enabled).map(|found| &found.hash);
    let right = app.passwords.verify(login.password.into(), hash).await.map_err(|_| Refusal::TooMany(2))?;
    let known = found.as_ref().map(|found| found.user.clone());
    let Some(found) = found.filter(|found| right && found.enabled) else {
        app.throttle.failed(&login.username, address);
        // A name that nobody has isn't kept: people type passwords into the wrong field.
        let name = known.map(|user| user.username).unwrap_or_default();
        let change = Change::did(Action::SignInFailed, SubjectKind::Session, None, name);
        return Ok((change, Refusal::WrongCredentials).into_response());
    };
    let token = app.store.sessions().create(found.user.id, signed_in_from(address, &headers)).await?;
    let cookie = session_cookie(&app, &headers, Some(&token)).ok_or(Refusal::Internal)?;
    let user = found.user;
    let change = Change::did(Action::SignIn, SubjectKind::Session, None, &user.username).by(user.clone());
    Ok((change, [(header::SET_COOKIE, cookie)], Json(Session { user })).into_response())
}
