//! How fast a key, a user or a group may go.

use serde::{Deserialize, Serialize};

use crate::{Fields, validate};

/// What is `null` or absent isn't limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub requests_per_minute: Option<i64>,
    /// Input and output. A request counts as what it may use until it is known what it used.
    pub tokens_per_minute: Option<i64>,
    /// Requests that may run at the same time.
    pub concurrent_requests: Option<i64>,
}

impl Limits {
    pub const fn is_empty(&self) -> bool {
        self.requests_per_minute.is_none() && self.tokens_per_minute.is_none() && self.concurrent_requests.is_none()
    }

    pub(crate) fn check(&self, fields: &mut Fields) {
        for (field, limit, most) in [
            ("limits.requests_per_minute", self.requests_per_minute, 10_000_000),
            ("limits.tokens_per_minute", self.tokens_per_minute, 1_000_000_000_000),
            ("limits.concurrent_requests", self.concurrent_requests, 1_000_000),
        ] {
            if let Some(limit) = limit {
                validate::range(fields, field, limit, 1, most);
            }
        }
    }
}
