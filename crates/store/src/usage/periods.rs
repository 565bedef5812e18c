//! The columns of a usage report: days of a time zone, or hours. Knows calendars, not what is counted.

use api::Time;
use api::usage::{Every, UsageQuery};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, civil};

use super::HOUR;
use crate::sql::Sql;

const DAY: i64 = 24 * HOUR;

/// Where each begins, and at the end where the last one ends; in milliseconds.
#[derive(Debug)]
pub(crate) struct Periods {
    every: Every,
    starts: Vec<i64>,
    /// The zone's distance from UTC in milliseconds, before a moment.
    offsets: Vec<(i64, i64)>,
    /// The same after the last of them.
    last_offset: i64,
}

impl Periods {
    /// Those that a valid query's range touches.
    pub(crate) fn of(query: &UsageQuery, zone: &TimeZone) -> Self {
        let (from, last) = (query.from.as_millis(), query.to.as_millis() - 1);
        let starts: Vec<i64> = match query.every {
            Every::Hour => (from.div_euclid(HOUR)..=last.div_euclid(HOUR) + 1).map(|hour| hour * HOUR).collect(),
            Every::Day => (day(from, zone)..=day(last, zone) + 1).map(|number| midnight(number, zone)).collect(),
        };
        let (mut offsets, mut last_offset) = (Vec::new(), offset(starts[0], zone));
        if let Ok(first) = Timestamp::from_millisecond(starts[0]) {
            let end = starts[starts.len() - 1];
            let changes =
                zone.following(first).map(|change| (change.timestamp().as_millisecond(), millis(change.offset())));
            for (at, next) in changes.take_while(|(at, _)| *at < end) {
                offsets.push((at, last_offset));
                last_offset = next;
            }
        }
        Self { every: query.every, starts, offsets, last_offset }
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The first millisecond of all, and the one after the last.
    pub(crate) fn bounds(&self) -> (i64, i64) {
        (self.starts[0], self.starts[self.count()])
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (Time, Time)> {
        self.starts.windows(2).map(|pair| (Time::from_millis(pair[0]), Time::from_millis(pair[1])))
    }

    /// Seconds from UTC at the end.
    pub(crate) fn utc_offset(&self) -> i32 {
        i32::try_from(self.last_offset / 1_000).unwrap_or(0)
    }

    /// Adds the number of the period that a row's `hour` begins in.
    pub(crate) fn push_index(&self, sql: &mut Sql) {
        match self.every {
            Every::Hour => sql.push_bind("(hour - ", self.starts[0]).push_bind(") / ", HOUR),
            Every::Day => {
                sql.push("(hour + CASE");
                for (before, offset) in &self.offsets {
                    sql.push_bind(" WHEN hour < ", *before).push_bind(" THEN ", *offset);
                }
                // A CASE has one case at least.
                sql.push_bind(" WHEN 1 = 1 THEN ", self.last_offset).push_bind(" END) / ", DAY);
                let first_offset = self.offsets.first().map_or(self.last_offset, |(_, offset)| *offset);
                sql.push_bind(" - ", (self.starts[0] + first_offset).div_euclid(DAY))
            }
        };
    }
}

fn millis(offset: jiff::tz::Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000
}

/// Of a moment that has no place in calendars: none.
fn offset(at: i64, zone: &TimeZone) -> i64 {
    Timestamp::from_millisecond(at).map_or(0, |at| millis(zone.to_offset(at)))
}

/// The number of the zone's day that a moment lies in, from 1970-01-01 on.
fn day(at: i64, zone: &TimeZone) -> i64 {
    (at + offset(at, zone)).div_euclid(DAY)
}

/// A day's first millisecond.
fn midnight(number: i64, zone: &TimeZone) -> i64 {
    let date = civil::date(1970, 1, 1).checked_add(number.days());
    let start = date.and_then(|date| date.to_zoned(zone.clone()));
    start.map_or(number * DAY, |start| start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use api::dashboard::Dimension;

    use super::*;

    fn periods(from: &str, to: &str, zone: &str, every: Every) -> Periods {
        let time = |text| Time::parse(text).unwrap();
        let query = UsageQuery { from: time(from), to: time(to), every, by: Dimension::Model };
        Periods::of(&query, &TimeZone::get(zone).unwrap())
    }

    fn starts(periods: &Periods) -> Vec<String> {
        periods.starts.iter().map(|at| Time::from_millis(*at).to_string()).collect()
    }

    #[test]
    fn days_begin_at_the_zones_midnight_also_where_clocks_change() {
        let berlin = periods("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", "Europe/Berlin", Every::Day);
        let expected = ["2026-03-27T23:00:00", "2026-03-28T23:00:00", "2026-03-29T22:00:00", "2026-03-30T22:00:00"];
        assert_eq!(starts(&berlin), expected.map(|start| format!("{start}.000Z")));
        assert_eq!((berlin.count(), berlin.utc_offset()), (3, 7_200));
        let india = periods("2026-11-23T00:00:00Z", "2026-11-23T00:00:01Z", "Asia/Kolkata", Every::Day);
        assert_eq!(starts(&india), ["2026-11-22T18:30:00.000Z", "2026-11-23T18:30:00.000Z"]);
    }

    #[test]
    fn hours_are_whole() {
        let hours = periods("2026-11-23T08:30:00Z", "2026-11-23T10:00:00Z", "Asia/Kolkata", Every::Hour);
        assert_eq!(starts(&hours)[0], "2026-11-23T08:00:00.000Z");
        assert_eq!(hours.count(), 2);
    }

    #[test]
    fn the_end_of_time_has_columns_too() {
        assert_eq!(periods("9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z", "Asia/Shanghai", Every::Day).count(), 1);
    }
}
