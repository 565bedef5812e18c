//! What requests came to, day by day and thing by thing: what is paid for, and by whom.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    dashboard::{Bucket, Dimension, Totals},
    words::words,
};

words!(
    /// How long a column is.
    #[derive(Default)]
    Every {
        /// A day of the gateway's time zone. An hour that two days share belongs to the one in which it begins.
        #[default]
        Day = "day",
        Hour = "hour",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// The first moment; the day or hour that it lies in counts whole.
    pub from: Time,
    /// The first moment after; the day or hour that it cuts counts whole. At most 400 days after `from`, 31 where every hour is told.
    pub to: Time,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub every: Every,
    #[serde(default)]
    pub by: Dimension,
}

const DAY: i64 = 24 * 60 * 60 * 1000;

impl UsageQuery {
    pub const MAX_DAYS: i64 = 400;
    /// Where every hour is told.
    pub const MAX_HOURLY_DAYS: i64 = 31;
}

impl Validate for UsageQuery {
    fn check(&self, fields: &mut Fields) {
        let (field, fault) = if self.to <= self.from {
            ("to", "Choose an end after the start.")
        } else {
            let days = self.to.as_millis().saturating_sub(self.from.as_millis()) / DAY;
            match self.every {
                Every::Day if days > Self::MAX_DAYS => ("from", "Choose a range of at most 400 days."),
                Every::Hour if days > Self::MAX_HOURLY_DAYS => {
                    ("every", "Choose days: only 31 days are told by the hour.")
                }
                Every::Day | Every::Hour => return,
            }
        };
        fields.insert(field.to_owned(), fault.to_owned());
    }
}

/// Finished requests, counted by the hour in which they began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// The start of the first column.
    pub from: Time,
    /// The end of the last one.
    pub to: Time,
    /// Whose days these are, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// The zone's distance from UTC at the end of the range, in seconds.
    pub utc_offset: i32,
    pub totals: Totals,
    /// Oldest first; empty ones too. The slices are those of the first five items, then of all others together if there are any.
    pub buckets: Vec<Bucket>,
    /// What cost most first (then: what has most requests).
    pub items: Vec<UsageItem>,
    /// How many more there are, which only the totals and the export hold.
    pub more: i64,
}

impl Usage {
    /// Items that the columns tell apart.
    pub const SERIES: usize = 5;
    /// Items that an answer names.
    pub const MAX_ITEMS: i64 = 500;
}

/// One model, key, channel, user or group, and what its requests came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageItem {
    /// `null` for a model or a group, which go by their names; 0 where no channel was asked.
    pub id: Option<i64>,
    /// `null` if it was deleted; for a group, if the key was.
    pub name: Option<String>,
    /// Whose key it is.
    pub username: Option<String>,
    pub totals: Totals,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(days: i64, every: Every) -> Vec<String> {
        let query =
            UsageQuery { from: Time::from_millis(0), to: Time::from_millis(days * DAY), every, by: Dimension::Model };
        query.validate().map_or_else(|fields| fields.into_keys().collect(), |()| Vec::new())
    }

    #[test]
    fn ranges_that_are_too_long_or_end_before_they_start_are_refused() {
        assert_eq!(faults(400, Every::Day), Vec::<String>::new());
        assert_eq!(faults(31, Every::Hour), Vec::<String>::new());
        assert_eq!(faults(402, Every::Day), ["from"]);
        assert_eq!(faults(33, Every::Hour), ["every"]);
        assert_eq!(faults(0, Every::Day), ["to"]);
    }
}
