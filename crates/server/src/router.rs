//! Which request goes where.

use std::panic::AssertUnwindSafe;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt;
use hyper::body::Incoming;
use llm::{Failure, Kind};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{app::App, assets, console, guard, linger::Lingering, relay};

/// The request's number: the answer's `x-request-id` and the log's id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Uuid);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that the gateway answers.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .merge(relay::routes())
        .merge(console::routes(app.clone()))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .fallback(fallback)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app)
}

/// Answers one request: guards it, numbers it, routes it.
pub(crate) async fn answer(app: App, router: Router, request: http::Request<Incoming>) -> Response<Body> {
    let id = Uuid::now_v7();
    let (parts, body) = request.into_parts();
    let dialect = relay::dialect_at(parts.uri.path());
    let body = Body::new(Lingering::new(body, &parts.headers, &app.tasks));
    let mut request = Request::from_parts(parts, body);
    let mut response = if guard::names_this_gateway(&request, &app.settings().public_urls) {
        request.extensions_mut().insert(RequestId(id));
        // A fault in one request must not end its connection without a word.
        match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => relay::refuse(dialect, &Failure::new(Kind::Internal, "The gateway failed. Its log says more.")),
        }
    } else {
        let text = "This gateway doesn't answer to that name. Use its IP address or localhost, or add the name to public_urls.";
        relay::refuse(dialect, &Failure::new(Kind::Misdirected, text))
    };
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let text = id.hyphenated().encode_lower(&mut text);
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Ready when the database can be written.
async fn readyz(State(app): State<App>) -> Response {
    let ready = match app.store.ping().await {
        // The ledger has said why.
        Ok(()) => !app.store.ledger().is_failing(),
        Err(error) => {
            tracing::error!(%error, "the database can't be written");
            false
        }
    };
    if ready {
        "ready".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database can't be written").into_response()
    }
}

/// The console's pages, and a clear no for the rest, in the shape that the caller reads.
async fn fallback(request: Request) -> Response {
    let path = request.uri().path();
    if console::owns(path) {
        return console::not_found();
    }
    if relay::owns(path) || !matches!(*request.method(), Method::GET | Method::HEAD) {
        let failure = Failure::new(Kind::NotFound, format!("There is nothing at {} {path}.", request.method()));
        return relay::refuse(relay::dialect_at(path), &failure);
    }
    assets::page(path, request.headers())
}

async fn method_not_allowed(request: Request) -> Response {
    if console::owns(request.uri().path()) {
        return console::method_not_allowed();
    }
    if request.method() == Method::GET && prefers_html(&request) {
        return assets::page(request.uri().path(), request.headers());
    }
    let (method, path) = (request.method(), request.uri().path());
    let failure = Failure::new(Kind::MethodNotAllowed, format!("{path} doesn't take {method}."));
    relay::refuse(relay::dialect_at(path), &failure)
}

/// A browser that opens an address, not a program that reads it.
pub(crate) fn prefers_html<B>(request: &http::Request<B>) -> bool {
    request.headers().get(header::ACCEPT).is_some_and(|accept| accept.to_str().is_ok_and(|a| a.contains("text/html")))
}
