//! The life of a request, from top to bottom.

use std::net::IpAddr;

use api::logs::LogState;
use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{header, request::Parts};
use llm::{Dialect, Endpoint, Failure, Kind, Summary, through};
use store::AccessKey;
use tokio::time::Instant;

use super::{
    admit::admit,
    answer::{name_channel, respond, respond_refusal},
    attempt::Refusal,
    body, count, credential, drain,
    limits::{Pass, TooFast},
    plan::plan,
    record::Record,
    refuse,
    settle::Arrival,
    snapshot::Snapshot,
};
use crate::{
    app::App,
    client::{self, Peer},
    router::RequestId,
};

/// The first channel, and one other if that fails before the first content.
const MOST_ATTEMPTS: usize = 2;

/// What a path says of a request: what is called, and what the body doesn't say.
#[derive(Debug, Clone)]
pub(super) struct Called {
    pub(super) endpoint: Endpoint,
    /// The model, whether a stream is asked for, and whether as one array.
    named: Option<(String, bool, bool)>,
}

impl Called {
    const fn of(endpoint: Endpoint) -> Self {
        Self { endpoint, named: None }
    }

    pub(super) fn read(self, body: Bytes) -> Result<through::Request, Failure> {
        match self.named {
            None => through::Request::read(self.endpoint, body),
            Some((model, stream, array)) => through::Request::named(self.endpoint, model, stream, array, body),
        }
    }
}

/// Answers a request to `endpoint`.
pub(super) async fn handle(State(app): State<App>, endpoint: Endpoint, request: Request) -> Response {
    relay(&app, Called::of(endpoint), request).await
}

/// Answers a request whose path ends in a model and what is asked of it, such as `gemini-pro:generateContent`.
pub(super) async fn handle_named(State(app): State<App>, Path(call): Path<String>, request: Request) -> Response {
    let found = call.rsplit_once(':').and_then(|(model, method)| Some((model, Endpoint::of_method(method)?)));
    let Some((model, (endpoint, stream))) = found else {
        let text = format!("There is nothing at POST {}.", request.uri().path());
        return refuse(Dialect::Gemini, &Failure::new(Kind::NotFound, text));
    };
    let query = request.uri().query().unwrap_or_default();
    let array = stream && !query.split('&').any(|pair| pair == "alt=sse");
    relay(&app, Called { endpoint, named: Some((model.to_owned(), stream, array)) }, request).await
}

async fn relay(app: &App, called: Called, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    match credential::check(app, &parts.headers, &parts.uri) {
        Ok(key) if called.endpoint.counts() => Box::pin(count::count(app, &key, called, parts, body)).await,
        Ok(key) => Box::pin(serve(app, &key, called, started, parts, body)).await,
        Err(failure) => refuse(called.endpoint.dialect(), &failure),
    }
}

/// Answers a chat request of someone whom the caller has identified otherwise.
pub(crate) async fn chat_as(app: &App, key: &AccessKey, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    Box::pin(serve(app, key, Called::of(Endpoint::ChatCompletions), started, parts, body)).await
}

async fn serve(app: &App, key: &AccessKey, called: Called, started: Instant, parts: Parts, body: Body) -> Response {
    let endpoint = called.endpoint;
    let dialect = endpoint.dialect();
    let Some(&peer) = parts.extensions.get::<Peer>() else { return refuse(dialect, &credential::no_peer()) };
    let ip = client::address(peer, &parts.headers, &app.settings().trusted_proxies);
    let Some(arrival) = arrival(app, &parts, key, endpoint, ip, started) else {
        return refuse(dialect, &credential::no_peer());
    };
    let refused = |request: Option<&through::Request>, failure: &Failure| {
        arrival.reject(app, request, failure);
        refuse(dialect, failure)
    };
    if let Err(failure) = credential::admit(key, ip) {
        return refused(None, &failure);
    }
    let received = match body::read(app, &parts.headers, body).await {
        Ok(received) => received,
        Err(failure) => return refused(None, &failure),
    };
    let bytes = received.bytes.clone();
    let recorded = key.bodies.then(|| Record::new(app, &arrival, bytes.clone()));
    let mut request = match body::work(bytes.len(), move || called.read(bytes)).await {
        Ok(request) => request,
        Err(failure) => return refused(None, &failure),
    };
    request.bounded = key.strict;
    let snapshot = app.snapshot();
    let candidates = match plan(&snapshot, key, endpoint, &request.model, arrival.at, random) {
        Ok(candidates) => candidates,
        Err(failure) => return refused(Some(&request), &failure),
    };

    let mut pass = match pace(app, &snapshot, key, &request) {
        Ok(pass) => pass,
        Err(too_fast) => {
            let mut response = refused(Some(&request), &too_fast.failure());
            too_fast.write(response.headers_mut());
            return response;
        }
    };
    let levels = pass.as_ref().map(|pass| pass.levels).unwrap_or_default();

    let candidates = &candidates[..candidates.len().min(MOST_ATTEMPTS)];
    let mut settler = match admit(app, &snapshot, key, &arrival, &request, candidates).await {
        Ok(settler) => settler,
        Err(failure) => {
            if let Some(pass) = &mut pass {
                pass.used(0);
            }
            return refused(Some(&request), &failure);
        }
    };
    settler.keep(pass);
    settler.records(recorded);
    drop(snapshot);
    let mut candidates = candidates.iter().peekable();
    while let Some(candidate) = candidates.next() {
        settler.asks(candidate);
        let asked = Instant::now();
        let attempted = drain::attempt(app, candidate, &request, &parts.headers, settler).await;
        let Some((result, own)) = attempted else { break };
        settler = own;
        match result {
            Ok(answer) => {
                settler.tried(candidate, asked.elapsed(), Some(answer.status.as_u16()), None);
                let attempts = settler.attempts();
                let mut response = respond(answer, settler, candidate, dialect).await;
                name_channel(response.headers_mut(), candidate, attempts);
                levels.write(response.headers_mut());
                return response;
            }
            Err(failed) => {
                settler.tried(candidate, asked.elapsed(), failed.status, Some(failed.detail.clone()));
                if failed.elsewhere && candidates.peek().is_some() {
                    continue;
                }
                if let Refusal::Theirs { body, .. } = &failed.refusal {
                    settler.sends(body);
                }
                let mut response = respond_refusal(dialect, failed.refusal);
                name_channel(response.headers_mut(), candidate, settler.attempts());
                levels.write(response.headers_mut());
                let summary = Summary { error: Some(failed.detail), ..Summary::default() };
                settler.finish(LogState::Failed, Some(response.status().as_u16()), &summary).await;
                return response;
            }
        }
    }
    refuse(dialect, &Failure::new(Kind::Unavailable, "No channel can serve this now."))
}

/// Keeps the request to the pace of its key, its user and its group.
fn pace(app: &App, snapshot: &Snapshot, key: &AccessKey, request: &through::Request) -> Result<Option<Pass>, TooFast> {
    let limits = snapshot.limits(key);
    if limits.is_empty() {
        return Ok(None);
    }
    let tokens = request.estimate.input.saturating_add(request.estimate.output);
    app.paces.enter(limits, tokens).map(Some)
}

fn arrival(
    app: &App,
    parts: &Parts,
    key: &AccessKey,
    endpoint: Endpoint,
    ip: IpAddr,
    started: Instant,
) -> Option<Arrival> {
    let RequestId(id) = *parts.extensions.get()?;
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Some(Arrival {
        id,
        at: app.clock.now(),
        started,
        user_id: key.user_id,
        key_id: key.id,
        key_name: key.name.clone(),
        endpoint,
        client_ip: ip.to_string(),
        user_agent: user_agent.map(|value| value.chars().take(256).collect()),
    })
}

/// Chance for choosing among channels.
fn random() -> u64 {
    rand::random()
}
