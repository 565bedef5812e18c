//! Why the gateway says no, and how each dialect says it.

use bytes::Bytes;
use serde::Serialize;

/// What kind of failure it is. The dialect turns it into a status and a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request can't be understood.
    InvalidRequest,
    /// The access key is missing or wrong.
    Auth,
    /// The access key may not do this.
    Permission,
    /// A budget has no room for the request. Not a matter of waiting a second: clients don't try again.
    Spent,
    /// More requests in a minute, or at once, than the key may send. Clients wait and try again.
    TooManyRequests,
    /// More tokens in a minute.
    TooManyTokens,
    /// What the model costs isn't known, and somebody's budget depends on it.
    Unpriced,
    /// Nothing of that name for this key.
    ModelNotFound,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    UnsupportedMedia,
    /// Sent to a name that isn't this gateway's.
    Misdirected,
    /// The upstream refused the gateway's own key: the operator's to mend, not the client's.
    UpstreamAuth,
    /// The upstream answered something unreadable, or broke off.
    BadGateway,
    /// Nothing can serve this now.
    Unavailable,
    Timeout,
    /// The gateway itself failed.
    Internal,
}

/// A failure, before any dialect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub kind: Kind,
    /// What happened and what to do, for a person.
    pub message: String,
    /// The member at fault.
    pub param: Option<String>,
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), param: None }
    }

    /// Names the member at fault.
    #[must_use]
    pub fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// The HTTP status and body that an OpenAI client understands.
    pub fn chat(&self) -> (u16, Bytes) {
        #[derive(Serialize)]
        struct Body<'a> {
            error: Error<'a>,
        }
        #[derive(Serialize)]
        struct Error<'a> {
            message: &'a str,
            r#type: &'static str,
            param: Option<&'a str>,
            code: Option<&'static str>,
        }
        const INVALID: &str = "invalid_request_error";
        const SERVER: &str = "server_error";
        let (status, r#type, code) = match self.kind {
            Kind::InvalidRequest => (400, INVALID, None),
            Kind::Auth => (401, INVALID, Some("invalid_api_key")),
            Kind::Permission => (403, INVALID, Some("permission_denied")),
            Kind::Spent => (402, "insufficient_quota", Some("insufficient_quota")),
            Kind::TooManyRequests => (429, "requests", Some("rate_limit_exceeded")),
            Kind::TooManyTokens => (429, "tokens", Some("rate_limit_exceeded")),
            Kind::Unpriced => (403, INVALID, Some("model_not_priced")),
            Kind::ModelNotFound => (404, INVALID, Some("model_not_found")),
            Kind::NotFound => (404, INVALID, Some("not_found")),
            Kind::MethodNotAllowed => (405, INVALID, Some("method_not_allowed")),
            Kind::TooLarge => (413, INVALID, Some("request_too_large")),
            Kind::UnsupportedMedia => (415, INVALID, Some("unsupported_media_type")),
            Kind::Misdirected => (421, INVALID, Some("misdirected_request")),
            Kind::UpstreamAuth => (502, SERVER, Some("upstream_auth")),
            Kind::BadGateway => (502, SERVER, Some("upstream_error")),
            Kind::Unavailable => (503, SERVER, Some("overloaded")),
            Kind::Timeout => (504, SERVER, Some("timeout")),
            Kind::Internal => (500, SERVER, Some("internal_error")),
        };
        let body = Body { error: Error { message: &self.message, r#type, param: self.param.as_deref(), code } };
        (status, serde_json::to_vec(&body).expect("texts are JSON").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openai_clients_get_their_own_shape() {
        let (status, body) = Failure::new(Kind::ModelNotFound, "No \"x\".").at("model").chat();
        assert_eq!(status, 404);
        assert_eq!(
            body,
            r#"{"error":{"message":"No \"x\".","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#,
        );
        let (status, body) = Failure::new(Kind::Spent, "Gone.").chat();
        assert_eq!(status, 402);
        assert_eq!(
            body,
            r#"{"error":{"message":"Gone.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        );
    }
}
