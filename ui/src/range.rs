//! Stretches of time: those that end now, and those between two moments. As text they are part of a page's address.

use ::api::Time;

use crate::{format::civil, i18n::Text};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A stretch of time that ends now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Span {
    QuarterHour,
    Hour,
    #[default]
    Day,
    Week,
    Month,
    Quarter,
}

impl Span {
    pub(crate) const ALL: [Self; 6] =
        [Self::QuarterHour, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub(crate) const fn millis(self) -> i64 {
        match self {
            Self::QuarterHour => 15 * MINUTE,
            Self::Hour => 60 * MINUTE,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Quarter => 90 * DAY,
        }
    }

    /// In addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::QuarterHour => "15m",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// `24 h`
    pub(crate) fn short(self, t: Text) -> &'static str {
        match self {
            Self::QuarterHour => t.range_quarter_hour(),
            Self::Hour => t.range_hour(),
            Self::Day => t.range_day(),
            Self::Week => t.range_week(),
            Self::Month => t.range_month(),
            Self::Quarter => t.range_quarter(),
        }
    }

    /// `last 24 hours`, as part of a sentence.
    pub(crate) fn phrase(self, t: Text) -> &'static str {
        match self {
            Self::QuarterHour => t.range_last_quarter_hour(),
            Self::Hour => t.range_last_hour(),
            Self::Day => t.range_last_day(),
            Self::Week => t.range_last_week(),
            Self::Month => t.range_last_month(),
            Self::Quarter => t.range_last_quarter(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    Last(Span),
    /// Milliseconds; the end isn't part of it.
    Between(i64, i64),
}

impl Default for Range {
    fn default() -> Self {
        Self::Last(Span::default())
    }
}

impl Range {
    /// What an address says of a range: its name, or its bounds. The usual one is nothing.
    pub(crate) fn words(self) -> (Option<String>, Option<i64>, Option<i64>) {
        match self {
            Self::Last(span) if span == Span::default() => (None, None, None),
            Self::Last(span) => (Some(span.word().to_owned()), None, None),
            Self::Between(from, to) => (None, Some(from), Some(to)),
        }
    }

    /// The range that an address says; the usual one where it makes no sense.
    pub(crate) fn read(name: Option<&str>, from: Option<i64>, to: Option<i64>) -> Self {
        match (from, to) {
            (Some(from), Some(to)) if from < to => Self::Between(from, to),
            _ => Self::Last(Span::ALL.into_iter().find(|span| Some(span.word()) == name).unwrap_or_default()),
        }
    }

    /// The first moment, and the first after it, in milliseconds.
    pub(crate) const fn bounds(self, now: i64) -> (i64, i64) {
        match self {
            Self::Last(span) => (now - span.millis(), now),
            Self::Between(from, to) => (from, to),
        }
    }
}

/// What a field for a date and a time holds, such as `2026-11-23T09:30`, of a moment in the reader's time zone.
pub(crate) fn local(millis: i64, offset: i32) -> String {
    let time = civil(millis, offset);
    let month = u8::from(time.month());
    format!("{:04}-{month:02}-{:02}T{:02}:{:02}", time.year(), time.day(), time.hour(), time.minute())
}

/// The moment that such a field holds. `offset` tells how far from UTC, in seconds, the reader is at a moment.
pub(crate) fn moment(field: &str, offset: impl Fn(i64) -> i32) -> Option<i64> {
    // Browsers leave out seconds that are none.
    let seconds = if field.len() == "2026-11-23T09:30".len() { ":00" } else { "" };
    let utc = Time::parse(&format!("{field}{seconds}Z"))?.as_millis();
    // The offset is that of the moment itself, which only an offset tells: close enough to it, it is.
    let near = utc - i64::from(offset(utc)) * 1_000;
    Some(utc - i64::from(offset(near)) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T08:30:00Z
    const NOW: i64 = 1_795_422_600_000;

    #[test]
    fn an_address_brings_a_range_back() {
        for range in Span::ALL.map(Range::Last).into_iter().chain([Range::Between(5, 9)]) {
            let (name, from, to) = range.words();
            assert_eq!(Range::read(name.as_deref(), from, to), range);
        }
        assert_eq!(Range::read(Some("1y"), None, None), Range::default());
        assert_eq!(Range::read(None, Some(9), Some(5)), Range::default());
    }

    #[test]
    fn a_field_holds_the_readers_own_clock() {
        assert_eq!(local(NOW, 8 * 3_600), "2026-11-23T16:30");
        assert_eq!(moment("2026-11-23T16:30", |_| 8 * 3_600), Some(NOW));
        assert_eq!(moment("2026-11-23T08:30:00", |_| 0), Some(NOW));
        assert_eq!(moment("", |_| 0), None);
        // Summer time ends between the two guesses.
        let offset = |at: i64| if at < NOW { 7_200 } else { 3_600 };
        assert_eq!(moment("2026-11-23T09:31", offset), Some(NOW + MINUTE));
    }
}
