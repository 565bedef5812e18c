//! Points in time as the API shows them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A point in time with millisecond precision. In JSON: RFC 3339 in UTC, `2026-11-23T08:30:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
pub struct Time(i64);

impl Time {
    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Not in jiff's words: the code that writes those is large, and the console would carry it.
        let beyond = |_| serde::ser::Error::custom("a time beyond the year 9999");
        let time = Timestamp::from_millisecond(self.0).map_err(beyond)?;
        serializer.collect_str(&format_args!("{time:.3}"))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: Timestamp =
            text.parse().map_err(|_| D::Error::custom("expected a time such as 2026-11-23T08:30:00Z"))?;
        Ok(Self(time.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn is_written_in_utc_with_milliseconds() {
        let json = serde_json::to_string(&Time::from_millis(1_795_422_600_000)).unwrap();
        assert_eq!(json, r#""2026-11-23T08:30:00.000Z""#);
    }

    #[test]
    fn is_read_in_any_offset() {
        let time: Time = serde_json::from_str(r#""2026-11-23T09:30:00+01:00""#).unwrap();
        assert_eq!(time, Time::from_millis(1_795_422_600_000));
    }

    #[test]
    fn a_time_without_offset_is_refused() {
        assert!(serde_json::from_str::<Time>(r#""2026-11-23T09:30:00""#).is_err());
    }
}
