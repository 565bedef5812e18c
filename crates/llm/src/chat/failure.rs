//! How an OpenAI client is told that it failed.

use bytes::{Bytes, BytesMut};

use crate::{Failure, Kind, json::write::Object};

/// The HTTP status and body. Responses clients understand the same.
pub(crate) fn write_failure(failure: &Failure) -> (u16, Bytes) {
    let (status, r#type, code) = shape(failure.kind);
    let mut out = BytesMut::new();
    {
        let mut body = Object::new(&mut out);
        let mut error = body.object("error");
        error.str("message", &failure.message).str("type", r#type);
        match &failure.param {
            Some(param) => error.str("param", param),
            None => error.null("param"),
        };
        match code {
            Some(code) => error.str("code", code),
            None => error.null("code"),
        };
    }
    (status, out.freeze())
}

/// Status, type and code.
pub(crate) const fn shape(kind: Kind) -> (u16, &'static str, Option<&'static str>) {
    const INVALID: &str = "invalid_request_error";
    const SERVER: &str = "server_error";
    match kind {
        Kind::InvalidRequest => (400, INVALID, None),
        Kind::ContextLength => (400, INVALID, Some("context_length_exceeded")),
        Kind::ContentPolicy => (400, INVALID, Some("content_policy_violation")),
        Kind::Auth => (401, INVALID, Some("invalid_api_key")),
        Kind::Permission => (403, INVALID, Some("permission_denied")),
        Kind::Spent => (402, "insufficient_quota", Some("insufficient_quota")),
        Kind::TooManyRequests => (429, "requests", Some("rate_limit_exceeded")),
        Kind::TooManyTokens => (429, "tokens", Some("rate_limit_exceeded")),
        Kind::Unpriced => (403, INVALID, Some("model_not_priced")),
        Kind::ModelNotFound => (404, INVALID, Some("model_not_found")),
        Kind::NotFound => (404, INVALID, Some("not_found")),
        Kind::MethodNotAllowed => (405, INVALID, Some("method_not_allowed")),
        Kind::Conflict => (409, "conflict", None),
        Kind::TooLarge => (413, INVALID, Some("request_too_large")),
        Kind::UnsupportedMedia => (415, INVALID, Some("unsupported_media_type")),
        Kind::Misdirected => (421, INVALID, Some("misdirected_request")),
        Kind::UpstreamAuth => (502, SERVER, Some("upstream_auth")),
        Kind::BadGateway => (502, SERVER, Some("upstream_error")),
        Kind::Unavailable => (503, SERVER, Some("overloaded")),
        Kind::Timeout => (504, SERVER, Some("timeout")),
        Kind::Internal => (500, SERVER, Some("internal_error")),
    }
}
