//! Numbers and times as people read them. Knows neither a clock nor a time zone: both are passed in.

use std::fmt::Write as _;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::i18n::{Lang, Text};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Text {
    /// `12345` → `12,345`; Chinese groups the same way in technical text.
    #[expect(clippy::unused_self, reason = "a language may group digits differently")]
    pub(crate) fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut out = String::from(if number < 0 { "−" } else { "" });
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// `412 ms`, from a second on `1.24 s`, from ten on `12.4 s`.
    pub(crate) fn millis(self, millis: i64) -> String {
        let tenths = |value: i64| format!("{}.{} s", self.number(value / 10), value % 10);
        match millis.max(0) {
            small @ 0..1_000 => format!("{small} ms"),
            seconds @ 1_000..10_000 => format!("{}.{:02} s", seconds / 1_000, seconds % 1_000 / 10),
            long => tenths(long / 100),
        }
    }

    /// How long ago, up to a day; then the date. `offset` is the reader's distance from UTC in seconds.
    pub(crate) fn ago(self, now: i64, then: i64, offset: i32) -> String {
        let seconds = (now - then) / 1_000;
        match seconds {
            ..10 => self.time_just_now().to_owned(),
            10..MINUTE => self.time_seconds_ago(seconds),
            MINUTE..HOUR => self.time_minutes_ago(seconds / MINUTE),
            HOUR..DAY => self.time_hours_ago(seconds / HOUR),
            _ => self.date(now, then, offset),
        }
    }

    /// `19 Nov`, with the year if it isn't this one.
    pub(crate) fn date(self, now: i64, then: i64, offset: i32) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (this, then) = (civil(now, offset), civil(then, offset));
        let (year, month, day) = (then.year(), then.month(), then.day());
        let this_year = year == this.year();
        match self.0 {
            Lang::En => {
                let name = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
                let mut out = format!("{day} {name}");
                if !this_year {
                    let _infallible = write!(out, " {year}");
                }
                out
            }
            Lang::ZhCn if this_year => format!("{month} 月 {day} 日"),
            Lang::ZhCn => format!("{year} 年 {month} 月 {day} 日"),
        }
    }

    /// `2026-11-23 09:18:04`, in the reader's time zone; the same in every language.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn exact(self, time: i64, offset: i32) -> String {
        let time = civil(time, offset);
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

fn civil(millis: i64, offset: i32) -> DateTime {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    let offset = Offset::from_seconds(offset).unwrap_or(Offset::UTC);
    TimeZone::fixed(offset).to_datetime(time)
}

/// Midnight UTC, as milliseconds, of the day that a date field holds (`2026-12-31`), in the reader's time zone.
pub(crate) fn end_of_day(date: &str, offset: i32) -> Option<i64> {
    let date: jiff::civil::Date = date.parse().ok()?;
    let next = date.tomorrow().ok()?.at(0, 0, 0, 0);
    let offset = Offset::from_seconds(offset).ok()?;
    Some(offset.to_timestamp(next).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Text = Text(Lang::En);
    const ZH: Text = Text(Lang::ZhCn);
    /// 2026-11-23T08:30:00Z
    const NOW: i64 = 1_795_422_600_000;

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "−1,234,567")] {
            assert_eq!(EN.number(number), text);
        }
    }

    #[test]
    fn latencies_have_three_digits_at_most_before_a_unit() {
        for (millis, text) in [(0, "0 ms"), (999, "999 ms"), (1_240, "1.24 s"), (9_999, "9.99 s"), (12_440, "12.4 s")] {
            assert_eq!(EN.millis(millis), text);
        }
    }

    #[test]
    fn times_are_relative_up_to_a_day() {
        for (seconds, en, zh) in [
            (-5, "just now", "刚刚"),
            (3, "just now", "刚刚"),
            (42, "42 s ago", "42 秒前"),
            (60, "1 min ago", "1 分钟前"),
            (3_600, "1 h ago", "1 小时前"),
            (86_399, "23 h ago", "23 小时前"),
            (86_400, "22 Nov", "11 月 22 日"),
            (400 * 86_400, "19 Oct 2025", "2025 年 10 月 19 日"),
        ] {
            assert_eq!(EN.ago(NOW, NOW - seconds * 1_000, 0), en);
            assert_eq!(ZH.ago(NOW, NOW - seconds * 1_000, 0), zh);
        }
    }

    #[test]
    fn exact_times_are_the_readers_own() {
        assert_eq!(EN.exact(NOW, 0), "2026-11-23 08:30:00");
        assert_eq!(EN.exact(NOW, 8 * 3_600), "2026-11-23 16:30:00");
        assert_eq!(EN.exact(NOW, -9 * 3_600), "2026-11-22 23:30:00");
    }

    #[test]
    fn a_key_that_expires_on_a_day_works_on_that_day() {
        assert_eq!(end_of_day("2026-11-23", 0), Some(NOW + (15 * 60 + 30) * 60_000));
        assert_eq!(end_of_day("2026-11-23", 3_600), Some(NOW + (14 * 60 + 30) * 60_000));
        assert_eq!(end_of_day("soon", 0), None);
    }
}
