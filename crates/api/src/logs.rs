//! Requests that passed through, newest first.

use serde::{Deserialize, Serialize};

use crate::Time;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Log {
    /// A UUIDv7, also the answer's `x-request-id`.
    pub id: String,
    pub created_at: Time,
    pub key_id: i64,
    pub key_name: String,
    pub user_id: i64,
    /// The channel that answered, or the last one tried.
    pub channel_id: Option<i64>,
    pub channel_name: Option<String>,
    /// What the client asked for.
    pub model: String,
    /// What the provider was asked for.
    pub upstream_model: Option<String>,
    /// Such as `/v1/chat/completions`.
    pub endpoint: String,
    pub stream: bool,
    pub state: LogState,
    /// The HTTP status that the client got.
    pub status: Option<u16>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Part of `input_tokens` that the provider had cached.
    pub cache_read_tokens: i64,
    /// Part of `output_tokens` spent on thinking.
    pub reasoning_tokens: i64,
    /// The provider sent no usage, so the gateway counted.
    pub estimated: bool,
    /// 1 USD = 1,000,000,000.
    pub cost_nusd: i64,
    /// Until the first content reached the gateway.
    pub ttft_ms: Option<i64>,
    pub duration_ms: Option<i64>,
    pub attempts: Vec<Attempt>,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    pub error: Option<String>,
}

/// One try at one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    pub channel_id: i64,
    pub channel_key_id: Option<i64>,
    /// The provider's HTTP status; `null` if it didn't answer.
    pub status: Option<u16>,
    pub duration_ms: i64,
    pub error: Option<String>,
}

/// How far a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogState {
    /// Still running.
    Open,
    /// Answered to its end.
    Done,
    /// The provider failed, before or during the answer.
    Failed,
    /// The client left before the end.
    Cancelled,
    /// The gateway was killed while it ran.
    Interrupted,
    /// Refused before any provider was asked.
    Rejected,
}

impl LogState {
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Done, Self::Failed, Self::Cancelled, Self::Interrupted, Self::Rejected];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// 1 to 200; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// `next` of the answer before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<LogState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<i64>,
}
