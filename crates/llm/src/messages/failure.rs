//! How an Anthropic client is told that it failed.

use bytes::{Bytes, BytesMut};

use crate::{Failure, Kind, json::write::Object};

/// The HTTP status and body.
pub(crate) fn write_failure(failure: &Failure) -> (u16, Bytes) {
    let mut out = BytesMut::new();
    body(failure, &mut out);
    (shape(failure.kind).0, out.freeze())
}

/// The body, which streams have as an event.
pub(super) fn body(failure: &Failure, out: &mut BytesMut) {
    let mut body = Object::new(out);
    body.str("type", "error");
    let mut error = body.object("error");
    error.str("type", shape(failure.kind).1).str("message", &failure.message);
}

/// Status and type.
const fn shape(kind: Kind) -> (u16, &'static str) {
    const INVALID: &str = "invalid_request_error";
    match kind {
        Kind::InvalidRequest | Kind::ContextLength | Kind::ContentPolicy | Kind::UnsupportedMedia => (400, INVALID),
        Kind::Auth => (401, "authentication_error"),
        Kind::Spent => (402, "billing_error"),
        Kind::Permission | Kind::Unpriced => (403, "permission_error"),
        Kind::ModelNotFound | Kind::NotFound => (404, "not_found_error"),
        Kind::MethodNotAllowed => (405, INVALID),
        Kind::Conflict => (409, "conflict_error"),
        Kind::TooLarge => (413, "request_too_large"),
        Kind::Misdirected => (421, INVALID),
        Kind::TooManyRequests | Kind::TooManyTokens => (429, "rate_limit_error"),
        Kind::UpstreamAuth | Kind::BadGateway => (502, "api_error"),
        Kind::Internal => (500, "api_error"),
        Kind::Timeout => (504, "timeout_error"),
        Kind::Unavailable => (529, "overloaded_error"),
    }
}
