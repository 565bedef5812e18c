//! Why the gateway says no, and how each dialect says it.

mod read;

use bytes::Bytes;

pub use read::read_failure;

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
    /// More tokens than the model can look at.
    ContextLength,
    /// The provider won't talk about this.
    ContentPolicy,
    /// Something else happened to the same thing at the same time.
    Conflict,
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
    /// Seconds after which another try makes sense.
    pub retry_after: Option<u32>,
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), param: None, retry_after: None }
    }

    /// Names the member at fault.
    #[must_use]
    pub fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// The HTTP status and body that an OpenAI client understands.
    pub fn chat(&self) -> (u16, Bytes) {
        crate::Dialect::Chat.write_failure(self)
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
