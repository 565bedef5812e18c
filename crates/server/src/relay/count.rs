//! How many tokens a request would have. Nothing is charged, and nothing is logged.
//!
//! A provider that can count is asked. Where none can, or where it fails, the gateway counts by the bytes: clients that get
//! nothing here don't know when to compact their conversations.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use llm::{Endpoint, Failure, Kind, through::Request};
use serde_json::json;
use store::AccessKey;
use tokio::time::timeout;

use super::{
    ask::Ask,
    body, credential,
    handle::Called,
    plan::{Candidate, plan},
    refuse,
};
use crate::{
    app::App,
    client::{self, Peer},
};

const PATIENCE: Duration = Duration::from_secs(10);
const MOST_ANSWER_BYTES: usize = 64 << 10;

pub(super) async fn count(app: &App, key: &AccessKey, called: Called, parts: Parts, body: Body) -> Response {
    let dialect = called.endpoint.dialect();
    match counted(app, key, called, &parts, body).await {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(failure) => refuse(dialect, &failure),
    }
}

async fn counted(app: &App, key: &AccessKey, called: Called, parts: &Parts, body: Body) -> Result<Bytes, Failure> {
    let peer: &Peer = parts.extensions.get().ok_or_else(credential::no_peer)?;
    credential::admit(key, client::address(*peer, &parts.headers, &app.settings().trusted_proxies))?;
    let received = body::read(app, &parts.headers, body).await?;
    let bytes = received.bytes.clone();
    let request = body::work(bytes.len(), move || called.read(bytes)).await?;
    let plan = |endpoint: Endpoint| {
        let snapshot = app.snapshot();
        plan(&snapshot, key, endpoint, &request.model, app.clock.now(), rand::random)
    };
    if let Some(candidate) = plan(request.endpoint).ok().as_ref().and_then(|candidates| candidates.first())
        && let Ok(Ok(answer)) = timeout(PATIENCE, ask(app, candidate, &request, &parts.headers)).await
    {
        return Ok(answer);
    }
    // A model that nobody serves is refused like everywhere else.
    plan(Endpoint::ChatCompletions)?;
    let tokens = request.estimate.input;
    let counted = match request.endpoint {
        Endpoint::CountContent => json!({ "totalTokens": tokens }),
        _ => json!({ "input_tokens": tokens }),
    };
    Ok(counted.to_string().into())
}

async fn ask(app: &App, candidate: &Candidate, request: &Request, headers: &HeaderMap) -> Result<Bytes, Failure> {
    let failed = |why: String| Failure::new(Kind::BadGateway, why);
    let ask = Ask::new(candidate, request, String::new(), 0).await?;
    let reply = app.upstream.send(candidate, &ask, Some(headers)).await.map_err(|error| failed(error.to_string()))?;
    if !reply.status.is_success() {
        return Err(failed(format!("status {}", reply.status.as_u16())));
    }
    reply.body.collect(MOST_ANSWER_BYTES).await.map_err(failed)
}
