//! Writes the row of a request that changed something.

use api::audit::{Action, SubjectKind};
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use store::NewAuditEntry;

use super::{Change, NoChange};
use crate::{
    app::App,
    client::{self, Peer},
    console::{access::Actor, error::Refusal},
};

/// Runs a request that may change something to its end, also when the client leaves, and writes its row.
///
/// What was refused leaves none, unless its handler says [`Change`] nevertheless, as a failed sign-in does.
pub(in crate::console) async fn record(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let Some(app) = request.extensions().get::<App>().cloned() else { return Refusal::Internal.into_response() };
    let tasks = app.tasks.clone();
    let finished = tasks.spawn(async move {
        let mut entry = entry(&app, &request);
        let mut response = next.run(request).await;
        let change = response.extensions_mut().remove::<Change>();
        if change.is_none() && (!response.status().is_success() || response.extensions().get::<NoChange>().is_some()) {
            return response;
        }
        if let Some(change) = change {
            fill(&mut entry, change);
        }
        // The change is made; to answer that it failed would be wrong.
        if let Err(error) = app.store.audit().record(entry).await {
            tracing::error!(%error, "a change was made, but its row in the audit couldn't be written");
        }
        response
    });
    match finished.await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Refusal::Internal.into_response(),
    }
}

/// What the request alone tells.
fn entry(app: &App, request: &Request) -> NewAuditEntry {
    let extensions = request.extensions();
    let path = extensions.get::<MatchedPath>().map_or_else(|| request.uri().path(), MatchedPath::as_str);
    let address =
        extensions.get::<Peer>().map(|peer| client::address(*peer, request.headers(), &app.config.trusted_proxies));
    NewAuditEntry {
        user: extensions.get::<Actor>().map(|Actor(user)| (user.id, user.username.clone())),
        action: Action::Call,
        subject: SubjectKind::Route,
        subject_id: None,
        subject_name: format!("{} {path}", request.method()),
        before: None,
        after: None,
        client_ip: address.map(|address| address.to_string()),
    }
}

fn fill(entry: &mut NewAuditEntry, change: Change) {
    let Change { action, subject, id, name, before, after, by } = change;
    if let Some(by) = by {
        entry.user = Some((by.id, by.username));
    }
    (entry.action, entry.subject, entry.subject_id, entry.subject_name) = (action, subject, id, name);
    (entry.before, entry.after) = (before, after);
}
