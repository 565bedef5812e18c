//! The relay: from a client's request to a provider's answer.
//!
//! `credential → body → plan → attempt* → answer → settle`, a module each. [`handle`] is the life of a request from
//! top to bottom; no module calls another one's neighbour behind its back.

mod admit;
mod answer;
mod attempt;
mod body;
mod budgets;
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
use llm::{Failure, Kind, chat::Endpoint};

pub(crate) use self::{
    handle::chat_as, limits::Paces, plan::Candidate, running::Running, snapshot::Snapshot, upstream::Upstream,
};
use crate::app::App;

/// Where clients expect the API: at its place, below `/api`, and where a base URL without `/v1` leads.
const PREFIXES: [&str; 3] = ["/v1", "/api/v1", ""];

/// Every route of the relay.
pub(crate) fn routes() -> Router<App> {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for endpoint in [Endpoint::ChatCompletions, Endpoint::Completions, Endpoint::Embeddings] {
            router = router.route(&format!("{prefix}{}", endpoint.path()), relay(endpoint));
        }
        router = router
            .route(&format!("{prefix}/models"), get(models::list))
            .route(&format!("{prefix}/models/{{*id}}"), get(models::read));
    }
    router
}

fn relay(endpoint: Endpoint) -> MethodRouter<App> {
    post(move |state, request| handle::handle(state, endpoint, request))
}

/// Whether a path is the relay's, so that errors have a client's shape.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/v1/") || path == "/v1" || path.starts_with("/api/v1/") || path == "/api/v1"
}

/// A failure as an OpenAI client reads it.
pub(crate) fn refuse(failure: &Failure) -> Response {
    let (status, body) = failure.chat();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if matches!(failure.kind, Kind::UpstreamAuth) {
        // Trying again can't help: the key is the operator's to change.
        headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    response
}

/// Whole milliseconds.
pub(crate) fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
