//! What the page asks, and how its rows are ordered.

use ::api::{
    Time,
    dashboard::{Dashboard, Dimension, Rank, Totals},
    list::Sort,
    usage::{Every, Usage, UsageItem, UsageQuery},
};
use serde::{Deserialize, Serialize};

use crate::range::{Range, Span};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// The page's address after `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
    #[serde(default)]
    pub(crate) by: Dimension,
}

impl Address {
    pub(crate) fn new(range: Range, by: Dimension) -> Self {
        let (name, from, to) = range.words();
        // What is usual elsewhere isn't here.
        let name = name.or_else(|| from.is_none().then(|| Span::default().word().to_owned()));
        Self { range: name, from, to, by }
    }

    pub(crate) fn range(&self) -> Range {
        let name = self.range.as_deref().unwrap_or(Span::Month.word());
        Range::read(Some(name), self.from, self.to)
    }
}

/// A range in days, or in hours if it is short. The server makes days whole, those of the gateway's time zone.
pub(crate) fn query(range: Range, by: Dimension, now: i64) -> UsageQuery {
    let (from, to) = range.bounds(now);
    let every = if to - from <= 3 * DAY { Every::Hour } else { Every::Day };
    // The day or hour that runs is one of so many.
    let from = match (range, every) {
        (Range::Between(..), _) => from,
        (Range::Last(_), Every::Hour) => (from + HOUR).min(to - HOUR),
        (Range::Last(_), Every::Day) => from + DAY,
    };
    UsageQuery { from: Time::from_millis(from), to: Time::from_millis(to), every, by }
}

/// The part of it that the dashboard's chart shows.
pub(crate) fn chart(usage: &Usage, every: Every) -> Dashboard {
    let series: Vec<Rank> = usage.items.iter().take(Usage::SERIES).map(rank).collect();
    let count = |length: usize| i64::try_from(length).unwrap_or(0);
    Dashboard {
        from: usage.from,
        to: usage.to,
        step_minutes: if every == Every::Day { 24 * 60 } else { 60 },
        counted_from: None,
        totals: usage.totals,
        before: Totals::default(),
        buckets: usage.buckets.clone(),
        others: count(usage.items.len()) + usage.more - count(series.len()),
        series,
        models: Vec::new(),
        keys: Vec::new(),
        channels: Vec::new(),
        health: Vec::new(),
        running: 0,
    }
}

pub(crate) fn rank(item: &UsageItem) -> Rank {
    let UsageItem { id, name, username, totals } = item.clone();
    Rank {
        id,
        name,
        username,
        requests: totals.requests,
        failed: totals.failed,
        tokens: totals.tokens(),
        cost_nusd: totals.cost_nusd,
        ttft_ms: None,
    }
}

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Requests,
    Failed,
    Input,
    Cached,
    Output,
    Cost,
}

impl Column {
    pub(crate) const fn of(self, totals: &Totals) -> i64 {
        match self {
            Self::Requests => totals.requests,
            Self::Failed => totals.failed,
            Self::Input => totals.input_tokens,
            Self::Cached => totals.cache_read_tokens,
            Self::Output => totals.output_tokens,
            Self::Cost => totals.cost_nusd,
        }
    }
}

/// Items that are alike stay in the server's order.
pub(crate) fn sorted(items: &[UsageItem], sort: Sort<Column>) -> Vec<&UsageItem> {
    let mut rows: Vec<&UsageItem> = items.iter().collect();
    rows.sort_by(|a, b| sort.order(&sort.by.of(&a.totals), &sort.by.of(&b.totals)));
    rows
}

/// What the items that aren't named come to.
pub(crate) fn rest(usage: &Usage) -> Totals {
    let sum = |of: fn(&Totals) -> i64| of(&usage.totals) - usage.items.iter().map(|item| of(&item.totals)).sum::<i64>();
    Totals {
        requests: sum(|totals| totals.requests),
        failed: sum(|totals| totals.failed),
        input_tokens: sum(|totals| totals.input_tokens),
        cache_read_tokens: sum(|totals| totals.cache_read_tokens),
        output_tokens: sum(|totals| totals.output_tokens),
        cost_nusd: sum(|totals| totals.cost_nusd),
        unpriced: sum(|totals| totals.unpriced),
        ..Totals::default()
    }
}

#[cfg(test)]
mod tests {
    use ::api::Validate;

    use super::*;

    /// 2026-11-23T08:30:00Z
    const NOW: i64 = 1_795_422_600_000;

    #[test]
    fn an_address_brings_back_what_was_asked_and_a_month_where_nothing_was() {
        assert_eq!(Address::default().range(), Range::Last(Span::Month));
        for range in Span::ALL.map(Range::Last).into_iter().chain([Range::Between(5, 9)]) {
            let address = Address::new(range, Dimension::Key);
            assert_eq!((address.range(), address.by), (range, Dimension::Key));
        }
    }

    #[test]
    fn every_range_is_one_that_the_server_takes() {
        for range in Span::ALL.map(Range::Last).into_iter().chain([Range::Between(NOW - 399 * DAY, NOW)]) {
            let query = query(range, Dimension::Model, NOW);
            assert!(query.validate().is_ok(), "{query:?}");
        }
        assert_eq!(query(Range::Last(Span::Day), Dimension::Model, NOW).every, Every::Hour);
        let week = query(Range::Last(Span::Week), Dimension::Model, NOW);
        assert_eq!((week.every, week.from.to_string().as_str()), (Every::Day, "2026-11-17T08:30:00.000Z"));
    }

    #[test]
    fn rows_and_the_rest_add_up_to_the_total() {
        let item = |name: &str, cost_nusd| UsageItem {
            id: None,
            name: Some(name.to_owned()),
            username: None,
            totals: Totals { cost_nusd, requests: 1, ..Totals::default() },
        };
        let at = Time::from_millis(NOW);
        let usage = Usage {
            from: at,
            to: at,
            time_zone: "UTC".to_owned(),
            utc_offset: 0,
            totals: Totals { cost_nusd: 100, requests: 9, ..Totals::default() },
            buckets: Vec::new(),
            items: vec![item("a", 60), item("b", 30)],
            more: 2,
        };
        let rest = rest(&usage);
        assert_eq!((rest.cost_nusd, rest.requests), (10, 7));
        assert_eq!(chart(&usage, Every::Day).others, 2);
        let names = |sort| sorted(&usage.items, sort).iter().map(|item| item.name.clone().unwrap()).collect::<String>();
        assert_eq!([names(Sort::down(Column::Cost)), names(Sort::up(Column::Cost))], ["ab", "ba"]);
        assert_eq!(names(Sort::down(Column::Requests)), "ab");
    }
}
