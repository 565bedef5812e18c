//! What the dashboard says: ranges, changes against the range before, shares.

use api::{
    Time,
    dashboard::{Bucket, Dashboard, DashboardQuery, Dimension, HealthHour, Rank, Slice, Totals},
};

use serde::{Deserialize, Serialize};

use crate::{
    i18n::Text,
    pages::logs::query::{Chip, Field},
    range::{Range, Span},
};

const MINUTE: i64 = 60 * 1_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the page's address says after `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

impl Address {
    pub(crate) fn new(range: Range) -> Self {
        let (range, from, to) = range.words();
        Self { range, from, to }
    }

    pub(crate) fn range(&self) -> Range {
        Range::read(self.range.as_deref(), self.from, self.to)
    }
}

/// A range as the server counts it, in columns that are neither few nor many. One that ends now ends with the running hour (minute), and
/// begins, if it is more than a day, at midnight of the reader, whose distance from UTC is `offset` seconds.
pub(crate) fn query(range: Range, by: Dimension, now: i64, offset: i32) -> DashboardQuery {
    let offset = i64::from(offset) * 1_000;
    let midnight = now - (now + offset).rem_euclid(DAY);
    let hour = now - now.rem_euclid(HOUR) + HOUR;
    let minute = now - now.rem_euclid(MINUTE) + MINUTE;
    let (from, to) = match range {
        Range::Last(span @ (Span::QuarterHour | Span::Hour)) => (minute - span.millis(), minute),
        Range::Last(Span::Day) => (hour - DAY, hour),
        Range::Last(span) => (midnight - span.millis() + DAY, hour),
        Range::Between(from, to) => (from, to),
    };
    let length = to - from;
    let step_minutes = match length {
        _ if length <= 2 * HOUR => 1,
        _ if length <= 12 * HOUR => 10,
        _ if length <= 3 * DAY => 60,
        _ if length <= 14 * DAY => 6 * 60,
        _ => 24 * 60,
    };
    DashboardQuery { from: Time::from_millis(from), to: Time::from_millis(to), step_minutes, by }
}

/// How often the numbers follow new requests at most, in milliseconds: long ranges cost the gateway more, and change less.
pub(crate) const fn calm(range: Range) -> i64 {
    let (from, to) = range.bounds(0);
    let length = to - from;
    if length <= DAY {
        3_000
    } else if length <= 7 * DAY {
        10_000
    } else {
        30_000
    }
}

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Cost,
    Tokens,
    Requests,
}

impl Measure {
    pub(crate) const ALL: [Self; 3] = [Self::Cost, Self::Tokens, Self::Requests];

    pub(crate) fn name(self, t: Text) -> &'static str {
        match self {
            Self::Cost => t.dashboard_cost(),
            Self::Tokens => t.dashboard_tokens(),
            Self::Requests => t.dashboard_requests(),
        }
    }

    pub(crate) const fn of(self, slice: &Slice) -> i64 {
        match self {
            Self::Cost => slice.cost_nusd,
            Self::Tokens => slice.tokens,
            Self::Requests => slice.requests,
        }
    }

    pub(crate) const fn of_totals(self, totals: &Totals) -> i64 {
        match self {
            Self::Cost => totals.cost_nusd,
            Self::Tokens => totals.tokens(),
            Self::Requests => totals.requests,
        }
    }

    pub(crate) fn show(self, t: Text, value: i64) -> String {
        match self {
            Self::Cost => t.money(value),
            Self::Tokens => t.tokens(value),
            Self::Requests => t.number(value),
        }
    }
}

/// The colours of series in their order; others are grey.
pub(crate) const COLORS: [&str; 5] = ["--s1", "--s2", "--s3", "--s4", "--s5"];
pub(crate) const OTHERS: &str = "--s0";

/// A name for what may have been deleted.
pub(crate) fn rank_name(t: Text, by: Dimension, rank: &Rank) -> String {
    let number = rank.id.unwrap_or(0).to_string();
    match (&rank.name, by) {
        (Some(name), _) if name.is_empty() => t.logs_no_model().to_owned(),
        (Some(name), _) => name.clone(),
        (None, Dimension::Channel) if rank.id == Some(0) => t.dashboard_no_channel().to_owned(),
        (None, Dimension::Channel) => t.dashboard_gone_channel(&number),
        (None, Dimension::Key) => t.dashboard_gone_key(&number),
        (None, Dimension::User) => t.dashboard_gone_user(&number),
        (None, Dimension::Model) => t.logs_no_model().to_owned(),
        (None, Dimension::Group) => t.dashboard_gone_group().to_owned(),
    }
}

/// What the log is asked for to see a rank's requests; it knows no groups.
pub(crate) fn chip(by: Dimension, rank: &Rank) -> Option<Chip> {
    let name = rank.name.clone().filter(|name| !name.is_empty());
    let value = name.or_else(|| rank.id.map(|id| format!("#{id}")))?;
    let field = match by {
        Dimension::Key => Field::Key,
        Dimension::Model => Field::Model,
        Dimension::Channel => Field::Channel,
        Dimension::User => Field::User,
        Dimension::Group => return None,
    };
    Some(Chip::new(field, value))
}

/// What a series comes to over the range; the others' at the end.
pub(crate) fn sums(dashboard: &Dashboard, measure: Measure) -> Vec<i64> {
    let count = dashboard.series.len() + usize::from(dashboard.others > 0);
    (0..count)
        .map(|index| {
            dashboard.buckets.iter().filter_map(|bucket| bucket.slices.get(index)).map(|s| measure.of(s)).sum()
        })
        .collect()
}

/// `+6 %` against the range before, `×66` where that is more than ten times as much; nothing to compare with is nothing.
pub(crate) fn change(now: i64, before: i64) -> Option<String> {
    if before == 0 {
        return None;
    }
    let percent = ((i128::from(now) - i128::from(before)) * 100 + i128::from(before.signum()) * 50)
        .div_euclid(i128::from(before));
    // Per cent stop to mean something.
    if percent > 1_000 {
        return Some(format!("×{}", (percent + 150) / 100));
    }
    Some(signed(i64::try_from(percent).unwrap_or(i64::MAX), |n| format!("{n} %")))
}

/// The change of a share, in tenths of a percentage point.
pub(crate) fn points(t: Text, now: (i64, i64), before: (i64, i64)) -> Option<String> {
    let share = |(part, whole): (i64, i64)| (whole > 0).then(|| part.saturating_mul(1_000) / whole);
    let tenths = share(now)? - share(before)?;
    Some(signed(tenths, |n| t.dashboard_points(&format!("{}.{}", n / 10, n % 10))))
}

/// `+x`, `−x` or `±0`.
pub(crate) fn signed(change: i64, show: impl Fn(i64) -> String) -> String {
    match change {
        0 => "±0".to_owned(),
        more @ 1.. => format!("+{}", show(more)),
        less => format!("−{}", show(less.saturating_neg())),
    }
}

/// The points of a line in a box of 72 × 18, highest at the top. `None` if there is nothing to draw a line of.
pub(crate) fn sparkline(values: &[i64]) -> Option<String> {
    let most = *values.iter().max()?;
    if values.len() < 2 || most <= 0 {
        return None;
    }
    let last = i64::try_from(values.len()).ok()? - 1;
    let points = values.iter().zip(0_i64..).map(|(value, index)| {
        let x = 10 + 680 * index / last;
        let y = 158 - (130 * i128::from(*value) / i128::from(most));
        format!("{}.{},{}.{}", x / 10, x % 10, y / 10, y % 10)
    });
    Some(points.collect::<Vec<_>>().join(" "))
}

/// How an hour of a channel went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    Idle,
    Good,
    /// Some failed.
    Shaky,
    /// Half or more failed.
    Down,
}

impl Beat {
    pub(crate) const fn of(hour: &HealthHour) -> Self {
        match (hour.requests, hour.failed) {
            (0, _) => Self::Idle,
            // One in fifty may fail without a mark.
            (requests, failed) if failed * 50 <= requests => Self::Good,
            (requests, failed) if failed * 2 < requests => Self::Shaky,
            _ => Self::Down,
        }
    }
}

/// Whether the range goes on until now: its last bucket is still filling.
pub(crate) fn ends_now(dashboard: &Dashboard, now: i64) -> bool {
    dashboard.to.as_millis() > now
}

/// The buckets that are full, unless there is none: half an hour beside whole ones would look like a fall.
pub(crate) fn full(dashboard: &Dashboard, now: i64) -> &[Bucket] {
    match dashboard.buckets.as_slice() {
        [full @ .., _filling] if full.len() > 1 && ends_now(dashboard, now) => full,
        all => all,
    }
}

/// What a bucket covers: it ends where the next one begins, or with the range.
pub(crate) fn bucket_range(dashboard: &Dashboard, index: usize) -> (i64, i64) {
    let at = |bucket: &Bucket| bucket.at.as_millis();
    let from = dashboard.buckets.get(index).map_or(0, at);
    let to = dashboard.buckets.get(index + 1).map_or(dashboard.to.as_millis(), at);
    (from, to)
}

#[cfg(test)]
mod tests {
    use api::Validate;

    use super::*;
    use crate::i18n::Lang;

    /// 2026-11-23T08:30:00Z
    const NOW: i64 = 1_795_422_600_000;

    #[test]
    fn every_range_is_one_that_the_server_takes_and_holds_this_moment() {
        for span in Span::ALL {
            for offset in [0, 8 * 3_600, -9 * 3_600, 5 * 3_600 + 1_800] {
                let query = query(Range::Last(span), Dimension::Model, NOW, offset);
                assert!(query.validate().is_ok(), "{query:?}");
                assert!(query.from.as_millis() < NOW && NOW < query.to.as_millis());
            }
        }
        let week = query(Range::Last(Span::Week), Dimension::Key, NOW, 8 * 3_600);
        assert_eq!(week.from.to_string(), "2026-11-16T16:00:00.000Z");
        let hour = query(Range::Last(Span::Hour), Dimension::Key, NOW, 0);
        assert_eq!((hour.from.to_string().as_str(), hour.step_minutes), ("2026-11-23T07:31:00.000Z", 1));
    }

    #[test]
    fn any_two_moments_have_a_number_of_columns_that_a_chart_can_show() {
        for minutes in [1, 90, 121, 720, 721, 3 * 1_440, 14 * 1_440, 14 * 1_440 + 1, 399 * 1_440] {
            let query = query(Range::Between(NOW - minutes * MINUTE, NOW), Dimension::Model, NOW, 0);
            assert!(query.validate().is_ok(), "{query:?}");
            let (from, to) = query.bounds();
            assert!((to - from) / (query.step_minutes * MINUTE) <= 400, "{query:?}");
        }
        assert!(query(Range::Between(NOW - 401 * DAY, NOW), Dimension::Model, NOW, 0).validate().is_err());
    }

    #[test]
    fn changes_say_their_sign() {
        assert_eq!(change(106, 100).as_deref(), Some("+6 %"));
        assert_eq!(change(50, 100).as_deref(), Some("−50 %"));
        assert_eq!(change(100, 100).as_deref(), Some("±0"));
        assert_eq!(change(6_645, 100).as_deref(), Some("×66"));
        assert_eq!(change(1, 0), None);
        assert_eq!(points(Text(Lang::En), (2, 100), (0, 50)).as_deref(), Some("+2.0 points"));
        assert_eq!(points(Text(Lang::En), (2, 100), (0, 0)), None);
    }

    #[test]
    fn a_line_keeps_inside_its_box_and_needs_something_to_show() {
        assert_eq!(sparkline(&[0, 10, 5]).as_deref(), Some("1.0,15.8 35.0,2.8 69.0,9.3"));
        assert_eq!(sparkline(&[0, 0]), None);
        assert_eq!(sparkline(&[3]), None);
    }

    #[test]
    fn an_hour_without_requests_is_idle_and_one_failure_in_fifty_is_good() {
        let beat = |requests, failed| Beat::of(&HealthHour { requests, failed });
        assert_eq!(
            [beat(0, 0), beat(50, 1), beat(10, 1), beat(10, 5)],
            [Beat::Idle, Beat::Good, Beat::Shaky, Beat::Down]
        );
    }
}
