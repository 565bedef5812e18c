//! `DELETE /api/session`

use api::audit::{Action, SubjectKind};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;

use crate::{
    app::App,
    console::{
        access::{Actor, session_cookie, session_token},
        audit::{Change, NoChange},
        error::Refusal,
    },
};

/// Sign out. Fine to call when nobody is signed in.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    actor: Option<Extension<Actor>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = session_token(&headers);
    if let Some(token) = &token {
        app.store.sessions().delete(token.expose_secret()).await?;
    }
    let cookie = session_cookie(&app, &headers, None).ok_or(Refusal::Internal)?;
    let answer = (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]);
    // A personal token signs nobody out.
    Ok(match actor.filter(|_| token.is_some()) {
        Some(Extension(Actor(user))) => {
            (Change::did(Action::SignOut, SubjectKind::Session, None, user.username), answer).into_response()
        }
        None => (NoChange, answer).into_response(),
    })
}
