//! `GET /api/logs/{id}/bodies`

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    logs::LogBodies,
};
use axum::{Extension, Json, extract::State};
use http::HeaderMap;
use store::NewAuditEntry;

use crate::{
    app::App,
    client::{self, Peer},
    console::{access::Actor, error::Refusal, input::Id},
};

/// What was asked and answered, where the key says that it is kept. Members read their own; an admin who reads another's leaves a row in the
/// audit.
#[utoipa::path(
    get,
    path = "/api/logs/{id}/bodies",
    tag = "logs",
    params(("id" = String, Path)),
    responses((status = 200, body = LogBodies), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn bodies(
    State(app): State<App>,
    actor: Actor,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Id(id): Id<String>,
) -> Result<Json<LogBodies>, Refusal> {
    let (owner, bodies) = app.store.bodies().get(actor.scope(), &id).await?.ok_or(Refusal::NotFound)?;
    let Actor(user) = actor;
    if user.id != owner {
        // Before the answer: who can't be written down doesn't read.
        let entry = NewAuditEntry {
            user: Some((user.id, user.username)),
            action: Action::Read,
            subject: SubjectKind::Request,
            subject_id: Some(id.clone()),
            subject_name: id,
            before: None,
            after: None,
            client_ip: Some(client::address(peer, &headers, &app.settings().trusted_proxies).to_string()),
        };
        app.store.audit().record(entry).await?;
    }
    Ok(Json(bodies))
}
