//! What clients call.

use std::borrow::Cow;

use crate::Dialect;

/// Which endpoint a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    ChatCompletions,
    Completions,
    Embeddings,
    Messages,
    /// How many tokens a request to [`Messages`](Self::Messages) has.
    CountTokens,
    Responses,
    /// Gemini's, streamed or not.
    GenerateContent,
    /// How many tokens a request to [`GenerateContent`](Self::GenerateContent) has.
    CountContent,
}

impl Endpoint {
    /// Those whose body names the model. The others have it in their path.
    pub const NAMED_IN_BODY: [Self; 6] = [
        Self::ChatCompletions,
        Self::Completions,
        Self::Embeddings,
        Self::Messages,
        Self::CountTokens,
        Self::Responses,
    ];

    /// What follows the model in a path such as `/v1beta/models/gemini-pro:generateContent`, and whether it asks for a stream.
    pub fn of_method(method: &str) -> Option<(Self, bool)> {
        match method {
            "generateContent" => Some((Self::GenerateContent, false)),
            "streamGenerateContent" => Some((Self::GenerateContent, true)),
            "countTokens" => Some((Self::CountContent, false)),
            _ => None,
        }
    }

    /// The path below a base URL that ends in the API's version.
    pub fn path(self, model: &str, stream: bool) -> Cow<'static, str> {
        match self {
            Self::ChatCompletions => "/chat/completions".into(),
            Self::Completions => "/completions".into(),
            Self::Embeddings => "/embeddings".into(),
            Self::Messages => "/messages".into(),
            Self::CountTokens => "/messages/count_tokens".into(),
            Self::Responses => "/responses".into(),
            Self::GenerateContent if stream => {
                format!("/models/{}:streamGenerateContent?alt=sse", Segment(model)).into()
            }
            Self::GenerateContent => format!("/models/{}:generateContent", Segment(model)).into(),
            Self::CountContent => format!("/models/{}:countTokens", Segment(model)).into(),
        }
    }

    /// The public path, as logs name it.
    pub const fn public_path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/v1/chat/completions",
            Self::Completions => "/v1/completions",
            Self::Embeddings => "/v1/embeddings",
            Self::Messages => "/v1/messages",
            Self::CountTokens => "/v1/messages/count_tokens",
            Self::Responses => "/v1/responses",
            Self::GenerateContent => "/v1beta/models:generateContent",
            Self::CountContent => "/v1beta/models:countTokens",
        }
    }

    /// Whose shapes it has.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::ChatCompletions | Self::Completions | Self::Embeddings => Dialect::Chat,
            Self::Messages | Self::CountTokens => Dialect::Messages,
            Self::Responses => Dialect::Responses,
            Self::GenerateContent | Self::CountContent => Dialect::Gemini,
        }
    }

    /// Counts tokens and answers nothing.
    pub const fn counts(self) -> bool {
        matches!(self, Self::CountTokens | Self::CountContent)
    }

    /// Where a provider of `dialect` is asked instead; `None` where only the same endpoint will do.
    pub const fn in_dialect(self, dialect: Dialect) -> Option<Self> {
        match self {
            Self::ChatCompletions | Self::Messages | Self::Responses | Self::GenerateContent => Some(match dialect {
                Dialect::Chat => Self::ChatCompletions,
                Dialect::Messages => Self::Messages,
                Dialect::Responses => Self::Responses,
                Dialect::Gemini => Self::GenerateContent,
            }),
            Self::Completions | Self::Embeddings | Self::CountTokens | Self::CountContent => None,
        }
    }
}

/// A name as one step of a path; what would end the step is escaped. Slashes stay: some providers' names have them.
struct Segment<'a>(&'a str);

impl std::fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/@:".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_in_a_path_can_not_leave_its_place() {
        assert_eq!(
            Endpoint::GenerateContent.path("tuned/a b?x#y", true),
            "/models/tuned/a%20b%3Fx%23y:streamGenerateContent?alt=sse"
        );
        assert_eq!(Endpoint::CountContent.path("m", false), "/models/m:countTokens");
    }
}
