//! The relay: from a client's request to a provider's answer.
//!
//! `credential → body → plan → attempt* → answer → settle`, a module each. [`handle`] is the life of a request from
//! top to bottom; no module calls another one's neighbour behind its back.

mod admit;
mod answer;
mod ask;
mod attempt;
mod body;
mod budgets;
mod count;
mod credential;
mod dial;
mod drain;
pub(crate) mod egress;
mod gcra;
mod handle;
mod limits;
mod mask;
mod models;
mod plan;
mod record;
pub(crate) mod running;
mod settle;
mod snapshot;
mod upstream;

use axum::{
    Router,
    body::Body,
    response::Response,
    routing::{MethodRouter, get, post},
};
use http::{HeaderValue, StatusCode, header};
use llm::{Dialect, Endpoint, Failure, Kind};

pub(crate) use self::{
    ask::Ask, handle::chat_as, limits::Paces, plan::Candidate, running::Running, snapshot::Snapshot, upstream::Upstream,
};
use crate::app::App;

/// Where clients expect the API: at its place, below `/api`, and where a base URL without `/v1` leads.
const PREFIXES: [&str; 3] = ["/v1", "/api/v1", ""];

/// Every route of the relay.
pub(crate) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for endpoint in Endpoint::NAMED_IN_BODY {
            router = router.route(&format!("{prefix}{}", endpoint.path("", false)), relay(endpoint));
        }
        router = router
            .route(&format!("{prefix}/models"), get(models::list))
            .route(&format!("{prefix}/models/{{*id}}"), get(models::read).post(handle::handle_named));
    }
    router
        .route("/v1beta/models", get(models::list))
        .route("/v1beta/models/{*id}", get(models::read).post(handle::handle_named))
}

fn relay(endpoint: Endpoint) -> MethodRouter<App> {
    post(move |state, request| handle::handle(state, endpoint, request))
}

/// Whose shapes the client of a path reads.
pub(crate) fn dialect_at(path: &str) -> Dialect {
    if path.starts_with("/v1beta/") || path.rsplit_once(':').is_some_and(|(_, it)| Endpoint::of_method(it).is_some()) {
        return Dialect::Gemini;
    }
    let found = Endpoint::NAMED_IN_BODY.into_iter().find(|endpoint| path.ends_with(&*endpoint.path("", false)));
    found.map_or(Dialect::Chat, Endpoint::dialect)
}

/// Whether a path is the relay's, so that errors have a client's shape.
pub(crate) fn owns(path: &str) -> bool {
    ["/v1", "/api/v1", "/v1beta"]
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// A failure as a client of `dialect` reads it.
pub(crate) fn refuse(dialect: Dialect, failure: &Failure) -> Response {
    let (status, body) = dialect.write_failure(failure);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if matches!(failure.kind, Kind::UpstreamAuth) {
        // Trying again can't help: the key is the operator's to change.
        headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    if let Some(seconds) = failure.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Whole milliseconds.
pub(crate) fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
