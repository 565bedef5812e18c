//! How a Google client is told that it failed.

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
    let (code, status) = shape(failure.kind);
    let mut body = Object::new(out);
    let mut error = body.object("error");
    error.int("code", code.into()).str("message", &failure.message).str("status", status);
    if let Some(seconds) = failure.retry_after {
        let mut details = error.array("details");
        let mut retry = details.object();
        retry.str("@type", "type.googleapis.com/google.rpc.RetryInfo").str("retryDelay", &format!("{seconds}s"));
    }
}

/// Status, as a number and as a word.
const fn shape(kind: Kind) -> (u16, &'static str) {
    const INVALID: &str = "INVALID_ARGUMENT";
    match kind {
        Kind::InvalidRequest | Kind::ContextLength | Kind::ContentPolicy => (400, INVALID),
        Kind::Auth => (401, "UNAUTHENTICATED"),
        Kind::Spent => (402, "RESOURCE_EXHAUSTED"),
        Kind::Permission | Kind::Unpriced => (403, "PERMISSION_DENIED"),
        Kind::ModelNotFound | Kind::NotFound => (404, "NOT_FOUND"),
        Kind::MethodNotAllowed => (405, "UNIMPLEMENTED"),
        Kind::Conflict => (409, "ABORTED"),
        Kind::TooLarge => (413, INVALID),
        Kind::UnsupportedMedia => (415, INVALID),
        Kind::Misdirected => (421, "FAILED_PRECONDITION"),
        Kind::TooManyRequests | Kind::TooManyTokens => (429, "RESOURCE_EXHAUSTED"),
        Kind::Internal => (500, "INTERNAL"),
        Kind::UpstreamAuth | Kind::BadGateway => (502, "INTERNAL"),
        Kind::Unavailable => (503, "UNAVAILABLE"),
        Kind::Timeout => (504, "DEADLINE_EXCEEDED"),
    }
}
