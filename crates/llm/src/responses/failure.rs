//! How a Responses client is told that it failed: before the answer as a Chat client is, in a stream by an answer that failed.

use crate::{Failure, Kind, json::write::Object};

pub(crate) use crate::chat::write_failure;

/// The member `error` of an answer that failed. Clients decide by the code whether another try makes sense.
pub(super) fn write_error(failure: &Failure, body: &mut Object<'_>) {
    let code = match failure.kind {
        Kind::ContextLength => "context_length_exceeded",
        Kind::ContentPolicy => "content_policy_violation",
        Kind::Spent => "insufficient_quota",
        Kind::TooManyRequests | Kind::TooManyTokens => "rate_limit_exceeded",
        Kind::InvalidRequest | Kind::ModelNotFound | Kind::NotFound | Kind::TooLarge | Kind::UnsupportedMedia => {
            "invalid_prompt"
        }
        _ => "server_error",
    };
    body.object("error").str("code", code).str("message", &failure.message);
}
