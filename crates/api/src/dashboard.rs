//! What requests came to over time.

use serde::{Deserialize, Serialize};

use crate::{Fields, Time, Validate, channels::ChannelStatus, validate};

/// By what requests are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    #[default]
    Model,
    Key,
    Channel,
    User,
    /// That the key belongs to by now.
    Group,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DashboardQuery {
    /// The first moment; the hour that it lies in counts whole, or the minute where steps are shorter than an hour.
    pub from: Time,
    /// The first moment after; the hour or minute that it cuts counts whole. At most 400 days after `from`.
    pub to: Time,
    /// Minutes in a bucket: whole hours, or less than one for a range of at most 24 hours. The range has at most 750 buckets.
    #[serde(default = "hour")]
    pub step_minutes: i64,
    #[serde(default)]
    pub by: Dimension,
}

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

impl DashboardQuery {
    pub const MAX_DAYS: i64 = 400;
    pub const MAX_BUCKETS: i64 = 750;
    /// Hours that may be told apart by less than an hour.
    pub const MAX_FINE_HOURS: i64 = 24;
    /// Requests that are looked at where buckets are shorter than an hour.
    pub const MAX_SCAN: i64 = 50_000;

    /// Whether buckets are shorter than what is summed up beforehand.
    pub const fn is_fine(&self) -> bool {
        self.step_minutes < 60
    }

    /// The range in whole hours (minutes where buckets are shorter): the first moment, and the first after it, in milliseconds.
    pub fn bounds(&self) -> (i64, i64) {
        let unit = if self.is_fine() { MINUTE } else { HOUR };
        let (from, to) = (self.from.as_millis(), self.to.as_millis());
        let up = to.saturating_add(unit - 1);
        (from - from.rem_euclid(unit), up - up.rem_euclid(unit))
    }
}

impl Validate for DashboardQuery {
    fn check(&self, fields: &mut Fields) {
        validate::range(fields, "step_minutes", self.step_minutes, 1, Self::MAX_DAYS * 24 * 60);
        let mut fault = |field: &str, fault: &str| {
            fields.entry(field.to_owned()).or_insert_with(|| fault.to_owned());
        };
        if !self.is_fine() && self.step_minutes % 60 != 0 {
            fault("step_minutes", "Use whole hours, or less than one.");
        }
        if self.to <= self.from {
            return fault("to", "Choose an end after the start.");
        }
        let (from, to) = self.bounds();
        let minutes = to.saturating_sub(from) / MINUTE;
        if minutes > Self::MAX_DAYS * 24 * 60 {
            fault("from", "Choose a range of at most 400 days.");
        } else if self.is_fine() && minutes > Self::MAX_FINE_HOURS * 60 {
            fault("step_minutes", "Use whole hours: only a range of at most 24 hours has shorter steps.");
        } else if minutes > self.step_minutes.saturating_mul(Self::MAX_BUCKETS) {
            fault("step_minutes", "Use longer steps: a range has at most 750.");
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// The start of the first bucket.
    pub from: Time,
    /// The end of the range, which may cut the last bucket short.
    pub to: Time,
    pub step_minutes: i64,
    /// Where buckets are shorter than an hour and the range has more than 50,000 requests, only the newest ones count: those of the
    /// buckets from here on. The ones before are empty, and so is the range before.
    pub counted_from: Option<Time>,
    pub totals: Totals,
    /// Of the range before, which is as long.
    pub before: Totals,
    /// Oldest first; empty ones too.
    pub buckets: Vec<Bucket>,
    /// The five that cost most (then: that have most requests), by the dimension that was asked for.
    pub series: Vec<Rank>,
    /// How many others there are; each bucket's last slice is theirs.
    pub others: i64,
    pub models: Vec<Rank>,
    pub keys: Vec<Rank>,
    pub channels: Vec<Rank>,
    /// Every channel's last 24 hours; for admins.
    pub health: Vec<ChannelHealth>,
    /// Requests that are on their way now.
    pub running: i64,
}

/// Finished requests, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Totals {
    pub requests: i64,
    /// The provider failed, the gateway was killed, or it refused by a fault of its own.
    pub failed: i64,
    /// The client left.
    pub cancelled: i64,
    /// Refused before any provider was asked.
    pub rejected: i64,
    /// More than one channel was tried.
    pub retried: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Part of `input_tokens`.
    pub cache_read_tokens: i64,
    /// Part of `input_tokens`.
    pub cache_write_tokens: i64,
    /// Part of `output_tokens`.
    pub reasoning_tokens: i64,
    /// 1 USD = 1,000,000,000.
    pub cost_nusd: i64,
    /// Used something that nobody said the price of.
    pub unpriced: i64,
    /// Median time to the first token, interpolated from a histogram; `null` if none came.
    pub ttft_p50_ms: Option<i64>,
    pub ttft_p95_ms: Option<i64>,
    /// Mean duration of the requests that were answered to their end.
    pub duration_ms: Option<i64>,
}

impl Totals {
    pub const fn tokens(&self) -> i64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bucket {
    pub at: Time,
    pub totals: Totals,
    /// In the order of the dashboard's `series`, then the others' if there are any.
    pub slices: Vec<Slice>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slice {
    pub requests: i64,
    pub tokens: i64,
    pub cost_nusd: i64,
}

/// One model, key, channel or user, and what its requests came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rank {
    /// `null` for a model or a group, which go by their names; 0 where no channel was asked.
    pub id: Option<i64>,
    /// `null` if it was deleted; for a group, if the key was.
    pub name: Option<String>,
    /// Whose key it is.
    pub username: Option<String>,
    pub requests: i64,
    pub failed: i64,
    pub tokens: i64,
    pub cost_nusd: i64,
    /// Mean time to the first token.
    pub ttft_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    pub id: i64,
    pub name: String,
    pub provider: String,
    pub status: ChannelStatus,
    /// The last 24 hours, oldest first; the last one is the running hour.
    pub hours: Vec<HealthHour>,
    /// Mean time to the first token over these hours.
    pub ttft_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthHour {
    pub requests: i64,
    pub failed: i64,
}

const fn hour() -> i64 {
    60
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_422_600_000;
    const DAY: i64 = 24 * HOUR;

    fn faults(from: i64, to: i64, step_minutes: i64) -> Vec<String> {
        let query = DashboardQuery {
            from: Time::from_millis(from),
            to: Time::from_millis(to),
            step_minutes,
            by: Dimension::Model,
        };
        query.validate().map_or_else(|fields| fields.into_keys().collect(), |()| Vec::new())
    }

    #[test]
    fn ranges_that_no_chart_could_show_are_refused() {
        assert_eq!(faults(NOW - DAY, NOW, 60), Vec::<String>::new());
        assert_eq!(faults(NOW - 399 * DAY, NOW, 24 * 60), Vec::<String>::new());
        assert_eq!(faults(NOW - HOUR, NOW, 1), Vec::<String>::new());
        assert_eq!(faults(NOW, NOW, 60), ["to"]);
        assert_eq!(faults(NOW - 401 * DAY, NOW, 24 * 60), ["from"]);
        assert_eq!(faults(NOW - 40 * DAY, NOW, 60), ["step_minutes"]);
        assert_eq!(faults(NOW - DAY, NOW, 0), ["step_minutes"]);
        assert_eq!(faults(NOW - DAY, NOW, 90), ["step_minutes"]);
        assert_eq!(faults(NOW - 2 * DAY, NOW, 30), ["step_minutes"]);
        assert_eq!(faults(i64::MIN / 4, i64::MAX / 4, 60), ["from"]);
    }
}
