//! `DELETE /api/session`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;

use crate::{
    app::App,
    console::{
        access::{session_cookie, session_token},
        error::Refusal,
    },
};

/// Sign out. Fine to call when nobody is signed in.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
pub(in crate::console) async fn delete(State(app): State<App>, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(token) = session_token(&headers) {
        app.store.sessions().delete(token.expose_secret()).await?;
    }
    let cookie = session_cookie(&app, &headers, None).ok_or(Refusal::Internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
