//! Where the times of budgets begin and end. Knows calendars, not budgets.

use std::sync::{PoisonError, RwLock};

use api::Time;
use api::budgets::Period;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Error, Timestamp, ToSpan, Zoned};

use super::zone::Zone;

/// One time: from its first millisecond to the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) starts_at: i64,
    /// `None`: never.
    pub(crate) ends_at: Option<i64>,
}

/// The times that run at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    daily: Window,
    weekly: Window,
    monthly: Window,
}

/// The time zone in which days begin, and so weeks and months.
#[derive(Debug)]
pub(crate) struct Calendar(RwLock<Zone>);

impl Calendar {
    pub(crate) fn new(zone: Zone) -> Self {
        Self(RwLock::new(zone))
    }

    pub(crate) fn zone(&self) -> Zone {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, zone: Zone) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }

    pub(crate) fn windows(&self, now: Time) -> Windows {
        self.zone().windows(now)
    }
}

const ENDLESS: Window = Window { starts_at: 0, ends_at: None };

impl Windows {
    /// In `zone`, whose days need not have 24 hours.
    pub(crate) fn at(now: Time, zone: &TimeZone) -> Self {
        Self::read(now, zone).unwrap_or_else(|error| {
            // A clock that far off has no calendar. Nothing begins again until it is set.
            tracing::error!(%error, "the clock can't be right");
            Self { daily: ENDLESS, weekly: ENDLESS, monthly: ENDLESS }
        })
    }

    fn read(now: Time, zone: &TimeZone) -> Result<Self, Error> {
        let today = Timestamp::from_millisecond(now.as_millis())?.to_zoned(zone.clone()).date();
        let window = |first: Date, next: Date| {
            let millis =
                |date: Date| date.to_zoned(zone.clone()).map(|start: Zoned| start.timestamp().as_millisecond());
            Ok::<_, Error>(Window { starts_at: millis(first)?, ends_at: Some(millis(next)?) })
        };
        let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())?;
        let first = today.first_of_month();
        Ok(Self {
            daily: window(today, today.tomorrow()?)?,
            weekly: window(monday, monday.checked_add(7.days())?)?,
            monthly: window(first, first.checked_add(1.month())?)?,
        })
    }

    pub(crate) const fn of(&self, period: Period) -> Window {
        match period {
            Period::Total => ENDLESS,
            Period::Daily => self.daily,
            Period::Weekly => self.weekly,
            Period::Monthly => self.monthly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(now: &str, zone: &str, period: Period) -> (String, String) {
        let now = Time::from_millis(now.parse::<Timestamp>().unwrap().as_millisecond());
        let window = Windows::at(now, &TimeZone::get(zone).unwrap()).of(period);
        let text = |millis| Timestamp::from_millisecond(millis).unwrap().to_string();
        (text(window.starts_at), window.ends_at.map_or_else(|| "never".to_owned(), text))
    }

    #[test]
    fn times_begin_at_midnight_on_monday_and_on_the_first() {
        for (zone, period, from, to) in [
            ("UTC", Period::Total, "1970-01-01T00:00:00Z", "never"),
            ("UTC", Period::Daily, "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("UTC", Period::Weekly, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
            ("UTC", Period::Monthly, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("Asia/Shanghai", Period::Daily, "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z"),
            ("Asia/Shanghai", Period::Weekly, "2026-11-22T16:00:00Z", "2026-11-29T16:00:00Z"),
            ("America/New_York", Period::Monthly, "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        ] {
            let found = window("2026-11-22T20:00:00Z", zone, period);
            assert_eq!(found, (from.to_owned(), to.to_owned()), "{zone} {period:?}");
        }
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_zone_gives_it() {
        let (from, to) = window("2026-03-29T10:00:00Z", "Europe/Berlin", Period::Daily);
        assert_eq!((from.as_str(), to.as_str()), ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        // Midnight doesn't exist there on that day.
        let (from, to) = window("2024-04-26T10:00:00Z", "Africa/Cairo", Period::Daily);
        assert_eq!((from.as_str(), to.as_str()), ("2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"));
    }

    #[test]
    fn a_clock_at_the_end_of_time_does_not_panic() {
        for millis in [i64::MIN, i64::MAX, 0, 253_402_207_200_000 - 1] {
            Windows::at(Time::from_millis(millis), &TimeZone::UTC);
        }
    }
}
