//! Requests that passed through, newest first.

use serde::{Deserialize, Serialize};

use crate::{Fields, Time, Validate, bill::BillLine};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Log {
    /// A UUIDv7, also the answer's `x-request-id`.
    pub id: String,
    pub created_at: Time,
    pub key_id: i64,
    pub key_name: String,
    pub user_id: i64,
    /// `null` if the user was deleted.
    pub username: Option<String>,
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
    /// Part of `input_tokens` that the provider was paid to cache.
    pub cache_write_tokens: i64,
    /// Part of `cache_write_tokens` that is kept for an hour.
    pub cache_write_1h_tokens: i64,
    /// Part of `input_tokens`.
    pub input_audio_tokens: i64,
    /// Part of `input_tokens`.
    pub input_image_tokens: i64,
    /// Part of `output_tokens` spent on thinking.
    pub reasoning_tokens: i64,
    /// Part of `output_tokens`.
    pub output_audio_tokens: i64,
    /// Pictures that were made.
    pub images: i64,
    /// The provider sent no usage, so the gateway counted.
    pub estimated: bool,
    /// The provider sent numbers that can't be true.
    pub anomalous: bool,
    /// 1 USD = 1,000,000,000. The sum of the lines.
    pub cost_nusd: i64,
    /// What it is made of.
    pub lines: Vec<BillLine>,
    /// What each line's price was multiplied by, in parts per million.
    pub multiplier_ppm: i64,
    /// It used something, and nobody said what the model costs.
    pub unpriced: bool,
    /// Until the first content reached the gateway.
    pub ttft_ms: Option<i64>,
    pub duration_ms: Option<i64>,
    pub attempts: Vec<Attempt>,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    pub error: Option<String>,
    /// What was asked or answered is kept: `GET /api/logs/{id}/bodies`.
    pub has_bodies: bool,
}

/// What was asked and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBodies {
    pub request: Option<LogBody>,
    /// As the client got it.
    pub answer: Option<LogBody>,
}

/// A body, with known kinds of credentials masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBody {
    pub text: String,
    /// How long it was.
    pub bytes: i64,
    /// Only its beginning is kept.
    pub cut: bool,
}

/// One try at one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    pub channel_id: i64,
    /// The channel's name at that time.
    #[serde(default)]
    pub channel_name: String,
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

    /// Whether a request counts as failed: the provider failed, the gateway was killed, or it refused by a fault of its own. What a client
    /// did wrong, or gave up, doesn't count. The same rule stands in SQL where many rows are counted.
    pub const fn is_failure(self, status: Option<u16>) -> bool {
        match self {
            Self::Failed | Self::Interrupted => true,
            Self::Rejected => matches!(status, Some(500..)),
            Self::Open | Self::Done | Self::Cancelled => false,
        }
    }

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// Such as `/v1/chat/completions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The first moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// The first moment after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
    /// Keeps what contains this text, ignoring case, in its model, key's name, error or client address, or whose id begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl LogQuery {
    /// Rows that one answer looks at, at most, where no index answers the question.
    pub const MAX_SCAN: i64 = 50_000;
}

impl Validate for LogQuery {
    fn check(&self, fields: &mut Fields) {
        let late = self.from.zip(self.to).is_some_and(|(from, to)| from >= to);
        if late {
            fields.insert("to".to_owned(), "Choose an end after the start.".to_owned());
        }
        if self.text.as_ref().is_some_and(|text| text.chars().count() > 200) {
            fields.insert("text".to_owned(), "Search for at most 200 characters.".to_owned());
        }
    }
}

/// A stretch of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogPage {
    pub items: Vec<Log>,
    /// Send as `before` to read on; `null` at the end.
    pub next: Option<String>,
    /// Where this answer stopped looking, because it had looked at as many rows as one answer may: older ones may match too, `next` goes on
    /// with them. `null` if it looked as far as its items reach.
    pub scanned_to: Option<Time>,
}

/// What the requests of a range come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogSummary {
    pub from: Time,
    pub to: Time,
    pub requests: i64,
    pub failed: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Part of `input_tokens`.
    pub cache_read_tokens: i64,
    /// 1 USD = 1,000,000,000.
    pub cost_nusd: i64,
    /// Equally long parts of the range, oldest first; empty ones too.
    pub buckets: Vec<LogBucket>,
    /// All numbers are of the requests from this moment on: there were more than one answer looks at.
    pub scanned_to: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBucket {
    pub at: Time,
    pub requests: i64,
    pub failed: i64,
}

/// An event of the live log: the data of `changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogChanges {
    /// Requests that were opened or settled, as they are now; newest first.
    pub items: Vec<Log>,
    /// Some are missing, because more changed than one event carries: read the list again.
    pub missed: bool,
}
