//! Points in time as the API shows them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

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

    /// As a clock shows it so many seconds from UTC; `None` where calendars end.
    pub fn civil(self, offset: i32) -> Option<OffsetDateTime> {
        let nanos = self.0.rem_euclid(1_000) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).ok()?;
        let time = time.replace_nanosecond(nanos.try_into().ok()?).ok()?;
        time.checked_to_offset(UtcOffset::from_whole_seconds(offset).ok()?)
    }

    /// From RFC 3339; `None` if it isn't a moment.
    pub fn parse(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Self(time.unix_timestamp() * 1_000 + i64::from(time.millisecond())))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.civil(0).filter(|time| (0..10_000).contains(&time.year())).ok_or(fmt::Error)?;
        let (date, millis) = (time.date(), time.millisecond());
        write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())?;
        write!(f, "T{:02}:{:02}:{:02}.{millis:03}Z", time.hour(), time.minute(), time.second())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.civil(0).is_none_or(|time| !(0..10_000).contains(&time.year())) {
            return Err(ser::Error::custom("a time beyond the year 9999"));
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a time such as 2026-11-23T08:30:00Z"))
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
