//! `GET /api/sessions`, `DELETE /api/sessions/{id}`: where one is signed in.

use api::{
    ErrorBody, Page,
    audit::{Action, SubjectKind},
    session::OpenSession,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use secrecy::ExposeSecret;

use super::{
    access::{Actor, session_token},
    audit::Change,
    error::Refusal,
    input::Id,
};
use crate::app::App;

/// One's own sessions, the last used first.
#[utoipa::path(get, path = "/api/sessions", tag = "session", responses((status = 200, body = Page<OpenSession>)))]
pub(super) async fn list(
    State(app): State<App>,
    Actor(user): Actor,
    headers: HeaderMap,
) -> Result<Json<Page<OpenSession>>, Refusal> {
    let own = session_token(&headers);
    let items = app.store.sessions().list(user.id, own.as_ref().map(ExposeSecret::expose_secret)).await?;
    Ok(Json(Page::whole(items)))
}

/// End one of one's own sessions.
#[utoipa::path(
    delete,
    path = "/api/sessions/{id}",
    tag = "session",
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)),
)]
pub(super) async fn end(
    State(app): State<App>,
    Actor(user): Actor,
    Id(id): Id<String>,
) -> Result<(Change, StatusCode), Refusal> {
    if !app.store.sessions().end(user.id, &id).await? {
        return Err(Refusal::NotFound);
    }
    let change = Change::did(Action::Delete, SubjectKind::Session, Some(id), user.username);
    Ok((change, StatusCode::NO_CONTENT))
}
