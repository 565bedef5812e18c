//! Numbers and times as people read them. Knows neither a clock nor a time zone: both are passed in.

use std::fmt::Write as _;

use ::api::Time;
use time::OffsetDateTime;

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

    /// How long ago or ahead, up to a day; then the date. `offset` is the reader's distance from UTC in seconds.
    pub(crate) fn ago(self, now: i64, then: i64, offset: i32) -> String {
        let seconds = (now - then) / 1_000;
        match -seconds {
            ahead @ HOUR..DAY => return self.time_in_hours(ahead / HOUR),
            ahead @ 10..HOUR => return self.time_in_minutes((ahead / MINUTE).max(1)),
            ahead if ahead >= DAY => return self.date(now, then, offset),
            _ => {}
        }
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
        let (year, month, day) = (then.year(), u8::from(then.month()), then.day());
        let this_year = year == this.year();
        match self.0 {
            Lang::En => {
                let name = MONTHS.get(usize::from(month - 1)).unwrap_or(&"");
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
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }

    /// Nano-USD as people read money: `$44.18`, below ten cents in four decimals (`$0.0139`), a crumb in six.
    pub(crate) fn money(self, nusd: i64) -> String {
        let decimals = match nusd.unsigned_abs() {
            0 => return "$0".to_owned(),
            // What would be shown as ten cents or more.
            99_950_000.. => 2,
            100_000.. => 4,
            _ => 6,
        };
        self.dollars(nusd, decimals)
    }

    /// Nano-USD to the last of them, in six decimals at least: lines that are added up.
    pub(crate) fn money_exact(self, nusd: i64) -> String {
        let text = self.dollars(nusd, 9);
        let zeros = text.len() - text.trim_end_matches('0').len();
        text[..text.len() - zeros.min(3)].to_owned()
    }

    /// A price of nano-USD, exactly, in two decimals at least: `$3.00`, `$0.125`.
    pub(crate) fn price(self, nusd: i64) -> String {
        let text = self.dollars(nusd, 9);
        let zeros = text.len() - text.trim_end_matches('0').len();
        text[..text.len() - zeros.min(7)].to_owned()
    }

    fn dollars(self, nusd: i64, decimals: u32) -> String {
        let unit = 10_i64.pow(9 - decimals);
        // Half a unit away from zero, as bills are rounded.
        let units = (nusd.saturating_abs().saturating_add(unit / 2)) / unit;
        let whole = 10_i64.pow(decimals);
        let sign = if nusd < 0 { "−" } else { "" };
        let width = usize::try_from(decimals).unwrap_or_default();
        format!("{sign}${}.{:0width$}", self.number(units / whole), units % whole)
    }

    /// What a price is multiplied with: `×0.8` of 800,000 parts per million.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn times(self, ppm: i64) -> String {
        format!("×{}", decimal(ppm))
    }

    /// Tokens: exact below 10,000, then `61.2k`, `61.4M`; Chinese counts in 万 and 亿.
    pub(crate) fn tokens(self, tokens: i64) -> String {
        let scaled = |unit: i64, name: &str| {
            let tenths = tokens / (unit / 10);
            if tenths >= 1_000 || tenths % 10 == 0 {
                format!("{}{name}", self.number(tenths / 10))
            } else {
                format!("{}.{}{name}", self.number(tenths / 10), tenths % 10)
            }
        };
        match (self.0, tokens) {
            (_, ..10_000) => self.number(tokens),
            (Lang::En, ..1_000_000) => scaled(1_000, "k"),
            (Lang::En, ..1_000_000_000) => scaled(1_000_000, "M"),
            (Lang::En, _) => scaled(1_000_000_000, "B"),
            (Lang::ZhCn, ..100_000_000) => scaled(10_000, " 万"),
            (Lang::ZhCn, _) => scaled(100_000_000, " 亿"),
        }
    }

    /// `part` of `whole` in per cent: `82.7 %`, below one `0.63 %`; `—` of nothing.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn percent(self, part: i64, whole: i64) -> String {
        if whole <= 0 {
            return "—".to_owned();
        }
        let hundredths = i128::from(part) * 10_000 / i128::from(whole);
        match hundredths {
            0 if part > 0 => "< 0.01 %".to_owned(),
            0 => "0 %".to_owned(),
            1..100 => format!("0.{hundredths:02} %"),
            _ if hundredths % 100 < 10 => format!("{} %", hundredths / 100),
            _ => format!("{}.{} %", hundredths / 100, hundredths % 100 / 10),
        }
    }

    /// A share among others in a column, in whole per cent: `40 %`.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn share(self, part: i64, whole: i64) -> String {
        match (i128::from(part) * 1_000 / i128::from(whole.max(1)) + 5) / 10 {
            0 if part > 0 => "< 1 %".to_owned(),
            percent => format!("{percent} %"),
        }
    }

    /// `86 tok/s`, of tokens that took `millis`; nothing if that can't be said.
    pub(crate) fn speed(self, tokens: i64, millis: i64) -> Option<String> {
        (tokens > 0 && millis > 0).then(|| format!("{} tok/s", self.number(tokens.saturating_mul(1_000) / millis)))
    }

    /// `14:31`, the reader's own clock.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn hour_minute(self, time: i64, offset: i32) -> String {
        let time = civil(time, offset);
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// `14:31:30.218`, the reader's own clock; the same in every language.
    #[expect(clippy::unused_self, reason = "called like its neighbours")]
    pub(crate) fn clock(self, time: i64, offset: i32) -> String {
        let time = civil(time, offset);
        let millis = time.millisecond();
        format!("{:02}:{:02}:{:02}.{millis:03}", time.hour(), time.minute(), time.second())
    }
}

/// `0.125` of 125,000,000 nano-USD: as a form holds it.
pub(crate) fn dollars(nusd: i64) -> String {
    let text = format!("{}.{:09}", nusd / 1_000_000_000, nusd % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Nano-USD of what a person typed as dollars, exactly; `None` if it isn't an amount.
pub(crate) fn nano(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '$')).collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0 && fraction.len() <= 9;
    fits.then(|| format!("{whole}{fraction:0<9}").parse().ok())?
}

/// `0.8` of 800,000 parts per million; as many decimals as it takes.
pub(crate) fn decimal(ppm: i64) -> String {
    let (whole, rest) = (ppm / 1_000_000, ppm % 1_000_000);
    let fraction = format!("{rest:06}");
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// `$1.50` → `$1.5`, `2.00 s` → `2 s`: without the zeros that say nothing.
pub(crate) fn shortest(number: &str) -> String {
    let Some((whole, rest)) = number.split_once('.') else { return number.to_owned() };
    let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest[..rest.len() - unit.len()].trim_end_matches('0') {
        "" => format!("{whole}{unit}"),
        fraction => format!("{whole}.{fraction}{unit}"),
    }
}

/// As the reader's clock shows it.
pub(crate) fn civil(millis: i64, offset: i32) -> OffsetDateTime {
    Time::from_millis(millis).civil(offset).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Midnight UTC, as milliseconds, of the day that a date field holds (`2026-12-31`), in the reader's time zone.
pub(crate) fn end_of_day(date: &str, offset: i32) -> Option<i64> {
    let midnight = Time::parse(&format!("{date}T00:00:00Z"))?.as_millis();
    Some(midnight + (DAY - i64::from(offset)) * 1_000)
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
            (-25 * 3_600, "24 Nov", "11 月 24 日"),
            (-86_399, "in 23 h", "23 小时后"),
            (-3_599, "in 59 min", "59 分钟后"),
            (-11, "in 1 min", "1 分钟后"),
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
    fn money_shows_what_matters_at_its_size() {
        for (nusd, text) in [
            (0, "$0"),
            (44_180_000_000, "$44.18"),
            (1_234_567_890_000, "$1,234.57"),
            (13_900_000, "$0.0139"),
            (999_999_999, "$1.00"),
            (416_300_000, "$0.42"),
            (99_940_000, "$0.0999"),
            (99_950_000, "$0.10"),
            (12_345, "$0.000012"),
            (-4_600_000_000, "−$4.60"),
        ] {
            assert_eq!(EN.money(nusd), text);
        }
        assert_eq!(EN.money(i64::MIN), "−$9,223,372,036.85");
    }

    #[test]
    fn tokens_are_exact_while_that_is_short() {
        for (tokens, en, zh) in [
            (9_999, "9,999", "9,999"),
            (61_240, "61.2k", "6.1 万"),
            (128_000, "128k", "12.8 万"),
            (61_400_000, "61.4M", "6,140 万"),
            (310_000_000, "310M", "3.1 亿"),
        ] {
            assert_eq!(EN.tokens(tokens), en);
            assert_eq!(ZH.tokens(tokens), zh);
        }
    }

    #[test]
    fn shares_keep_two_figures_when_small() {
        for (part, whole, text) in [
            (20, 3_184, "0.62 %"),
            (827, 1_000, "82.7 %"),
            (1, 1, "100 %"),
            (0, 5, "0 %"),
            (1, 100_000, "< 0.01 %"),
            (1, 0, "—"),
        ] {
            assert_eq!(EN.percent(part, whole), text);
        }
    }

    #[test]
    fn shares_in_a_column_stand_below_each_other() {
        for (part, whole, text) in
            [(547, 1_000, "55 %"), (14, 100, "14 %"), (1, 1_000, "< 1 %"), (0, 5, "0 %"), (0, 0, "0 %")]
        {
            assert_eq!(EN.share(part, whole), text);
        }
    }

    #[test]
    fn speed_needs_tokens_and_time() {
        assert_eq!(EN.speed(941, 11_300).as_deref(), Some("83 tok/s"));
        assert_eq!(EN.speed(0, 10), None);
        assert_eq!(EN.speed(10, 0), None);
    }

    #[test]
    fn log_times_are_the_readers_clock_to_the_millisecond() {
        assert_eq!(EN.clock(NOW + 7_412, 3_600), "09:30:07.412");
    }

    #[test]
    fn a_round_number_is_said_without_its_zeros() {
        for (long, short) in
            [("$2.00", "$2"), ("$0.0500", "$0.05"), ("1.50 s", "1.5 s"), ("100 ms", "100 ms"), ("2 万", "2 万")]
        {
            assert_eq!(shortest(long), short);
        }
    }

    #[test]
    fn a_key_that_expires_on_a_day_works_on_that_day() {
        assert_eq!(end_of_day("2026-11-23", 0), Some(NOW + (15 * 60 + 30) * 60_000));
        assert_eq!(end_of_day("2026-11-23", 3_600), Some(NOW + (14 * 60 + 30) * 60_000));
        assert_eq!(end_of_day("soon", 0), None);
    }

    #[test]
    fn prices_and_priced_lines_are_exact() {
        let en = Text(Lang::En);
        for (nusd, price, line) in [
            (3_000_000_000, "$3.00", "$3.000000"),
            (125_000_000, "$0.125", "$0.125000"),
            (83_333_333, "$0.083333333", "$0.083333333"),
            (0, "$0.00", "$0.000000"),
            (1, "$0.000000001", "$0.000000001"),
            (1_234_567_890_000, "$1,234.56789", "$1,234.567890"),
        ] {
            assert_eq!((en.price(nusd).as_str(), en.money_exact(nusd).as_str()), (price, line));
        }
    }

    #[test]
    fn dollars_that_a_person_types_are_read_exactly() {
        for (text, nusd) in
            [("3", 3_000_000_000), ("$0.125", 125_000_000), ("1,000", 1_000_000_000_000), (".5", 500_000_000)]
        {
            assert_eq!(nano(text), Some(nusd), "{text}");
        }
        for bad in ["", "-1", "three", "1.2.3", "0.0000000001", "99999999999999", "1e3", "."] {
            assert_eq!(nano(bad), None, "{bad}");
        }
        for nusd in [0, 1, 125_000_000, 1_000_000_000_000] {
            assert_eq!(nano(&dollars(nusd)), Some(nusd));
        }
    }
}
