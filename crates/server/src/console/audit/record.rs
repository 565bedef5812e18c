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
/// Its first write and a row that names the request are one transaction; what exactly changed is said in it right after. What was refused leaves none, unless its handler says [`Change`] nevertheless, as a failed sign-in does.
pub(in crate::console) async fn record(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let Some(app) = request.extensions().get::<App>().cloned() else { return Refusal::Internal.into_response() };
    let tasks = app.tasks.clone();
    let finished = tasks.spawn(async move {
        let mut entry = entry(&app, &request);
        let audit = app.store.audit();
        let (mut response, row) = audit.follow(entry.clone(), next.run(request)).await;
        let change = response.extensions_mut().remove::<Change>();
        let nothing = response.extensions().get::<NoChange>().is_some();
        let told = change.is_some();
        if let Some(change) = change {
            fill(&mut entry, change);
        }
        let written = match row {
            Some(row) if nothing => audit.withdraw(row).await,
            // Without more to say, the row stays as it is: something was changed before the request was refused.
            Some(row) if told => audit.complete(row, entry).await,
            None if told || (response.status().is_success() && !nothing) => audit.record(entry).await,
            _ => Ok(()),
        };
        // The change is made; to answer that it failed would be wrong.
        if let Err(error) = written {
            tracing::error!(%error, "the audit's row of a request couldn't be completed");
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
        extensions.get::<Peer>().map(|peer| client::address(*peer, request.headers(), &app.settings().trusted_proxies));
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
