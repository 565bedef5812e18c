//! What requests came to, by the hour: the write side of `usage_hourly`. The ledger counts a request in the transaction that
//! settles it; reading is the dashboard's and the report's.

mod periods;
mod report;

use std::collections::BTreeMap;

use api::Time;
use api::bill::Usage;
use api::logs::LogState;
use sqlx::AnyConnection;

use crate::error::Error;
use crate::ledger::{Open, Settle};
use crate::sql::{Sql, chunks};

pub use self::report::UsageReports;

/// Milliseconds.
pub(crate) const HOUR: i64 = 60 * 60 * 1000;

/// Upper bounds of the histogram of times to the first token, in milliseconds; the last column takes the rest.
pub(crate) const TTFT_BOUNDS: [i64; 12] = [100, 200, 300, 450, 700, 1_000, 1_500, 2_200, 3_500, 6_000, 12_000, 30_000];

const SUMS: usize = 16;
const COUNTS: usize = SUMS + TTFT_BOUNDS.len() + 1;

/// The columns that are added up, in the order of [`Counts`].
pub(crate) const COLUMNS: [&str; COUNTS] = [
    "requests",
    "failed",
    "cancelled",
    "rejected",
    "retried",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost_nusd",
    "ttft_ms",
    "ttft_count",
    "duration_ms",
    "duration_count",
    "unpriced",
    "ttft_100",
    "ttft_200",
    "ttft_300",
    "ttft_450",
    "ttft_700",
    "ttft_1000",
    "ttft_1500",
    "ttft_2200",
    "ttft_3500",
    "ttft_6000",
    "ttft_12000",
    "ttft_30000",
    "ttft_more",
];

pub(crate) type Counts = [i64; COUNTS];

/// Where each histogram column stands in [`Counts`].
pub(crate) const HISTOGRAM: std::ops::Range<usize> = SUMS..COUNTS;

/// Who asked for what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) created_at: Time,
    pub(crate) user_id: i64,
    pub(crate) key_id: i64,
    pub(crate) model: String,
}

impl From<&Open> for Origin {
    fn from(open: &Open) -> Self {
        Self { created_at: open.created_at, user_id: open.user_id, key_id: open.key_id, model: open.model.clone() }
    }
}

/// A finished request as it is counted.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) state: LogState,
    pub(crate) status: Option<u16>,
    pub(crate) channel_id: Option<i64>,
    pub(crate) attempts: usize,
    pub(crate) usage: Usage,
    pub(crate) cost_nusd: i64,
    pub(crate) unpriced: bool,
    pub(crate) ttft_ms: Option<i64>,
    pub(crate) duration_ms: Option<i64>,
}

impl From<&Settle> for Outcome {
    fn from(settle: &Settle) -> Self {
        Self {
            state: settle.state,
            status: settle.status,
            channel_id: settle.channel_id,
            attempts: settle.attempts.len(),
            usage: settle.usage,
            cost_nusd: settle.charge.bill.total(),
            unpriced: settle.charge.unpriced,
            ttft_ms: settle.ttft_ms,
            duration_ms: Some(settle.duration_ms),
        }
    }
}

impl Outcome {
    fn counts(&self) -> Counts {
        let is = |state| i64::from(self.state == state);
        let duration = self.duration_ms.filter(|_| self.state == LogState::Done);
        let sums: [i64; SUMS] = [
            1,
            i64::from(self.state.is_failure(self.status)),
            is(LogState::Cancelled),
            is(LogState::Rejected),
            i64::from(self.attempts > 1),
            self.usage.input,
            self.usage.output,
            self.usage.cache_read,
            self.usage.cache_write,
            self.usage.reasoning,
            self.cost_nusd,
            self.ttft_ms.unwrap_or(0),
            i64::from(self.ttft_ms.is_some()),
            duration.unwrap_or(0),
            i64::from(duration.is_some()),
            i64::from(self.unpriced),
        ];
        let mut counts = [0; COUNTS];
        counts[..SUMS].copy_from_slice(&sums);
        if let Some(ttft) = self.ttft_ms {
            counts[SUMS + TTFT_BOUNDS.partition_point(|bound| *bound < ttft)] = 1;
        }
        counts
    }
}

/// Hour, user, key, model, channel (0: none).
pub(crate) type Key = (i64, i64, i64, String, i64);

/// What a batch of settlements adds. In the order of their keys, so that writers of several nodes never wait for each other in a circle.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<Key, Counts>);

impl Tally {
    pub(crate) fn count(&mut self, origin: Origin, outcome: &Outcome) {
        let created_at = origin.created_at.as_millis();
        let hour = created_at - created_at.rem_euclid(HOUR);
        let key = (hour, origin.user_id, origin.key_id, origin.model, outcome.channel_id.unwrap_or(0));
        let sums = self.0.entry(key).or_insert([0; COUNTS]);
        for (sum, more) in sums.iter_mut().zip(outcome.counts()) {
            *sum = sum.saturating_add(more);
        }
    }

    pub(crate) fn rows(self) -> Vec<(Key, Counts)> {
        self.0.into_iter().collect()
    }

    pub(crate) async fn write(self, tx: &mut AnyConnection) -> Result<(), Error> {
        for rows in chunks(&self.rows()) {
            let mut sql = Sql::default();
            upsert(&mut sql, rows);
            sql.build().execute(&mut *tx).await?;
        }
        Ok(())
    }
}

/// Adds rows to those that are there.
pub(crate) fn upsert(sql: &mut Sql, rows: &[(Key, Counts)]) {
    sql.push("INSERT INTO usage_hourly (hour, user_id, key_id, model, channel_id");
    for column in COLUMNS {
        sql.push(", ").push(column);
    }
    sql.push(") VALUES ")
        .tuples(rows, |tuple, ((hour, user_id, key_id, model, channel_id), counts)| {
            tuple.bind(*hour).bind(*user_id).bind(*key_id).bind(model.as_str()).bind(*channel_id);
            for count in counts {
                tuple.bind(*count);
            }
        })
        .push(" ON CONFLICT (hour, user_id, key_id, model, channel_id) DO UPDATE SET ");
    for (index, column) in COLUMNS.into_iter().enumerate() {
        sql.push(if index == 0 { "" } else { ", " }).push(column);
        sql.push(" = usage_hourly.").push(column).push(" + excluded.").push(column);
    }
}

/// The value below which `percent` of the histogram lie, in milliseconds, interpolated within its column. `None` if nothing was measured.
pub(crate) fn percentile(histogram: &[i64], percent: i64) -> Option<i64> {
    let total: i64 = histogram.iter().sum();
    let wanted = total.checked_mul(percent)?;
    let (mut below, mut lower) = (0, 0);
    for (index, &count) in histogram.iter().enumerate() {
        // What lies past the last bound has no upper one: say the bound.
        let Some(&upper) = TTFT_BOUNDS.get(index) else { break };
        if count > 0 && (below + count) * 100 >= wanted {
            return Some(lower + (upper - lower) * (wanted - below * 100) / (count * 100));
        }
        below += count;
        lower = upper;
    }
    (total > 0).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_interpolated_within_its_column() {
        let mut histogram = [0; 13];
        assert_eq!(percentile(&histogram, 50), None);
        // 100 requests between 200 and 300 ms.
        histogram[2] = 100;
        assert_eq!(percentile(&histogram, 50), Some(250));
        assert_eq!(percentile(&histogram, 95), Some(295));
        // As many above 30 s: nobody knows how far.
        histogram[12] = 100;
        assert_eq!(percentile(&histogram, 50), Some(300));
        assert_eq!(percentile(&histogram, 95), Some(30_000));
    }

    #[test]
    fn a_bound_belongs_to_the_column_that_it_names() {
        for (ttft, column) in
            [(0, "ttft_100"), (100, "ttft_100"), (101, "ttft_200"), (30_000, "ttft_30000"), (30_001, "ttft_more")]
        {
            let outcome = Outcome {
                state: LogState::Done,
                status: Some(200),
                channel_id: None,
                attempts: 1,
                usage: Usage::default(),
                cost_nusd: 0,
                unpriced: false,
                ttft_ms: Some(ttft),
                duration_ms: None,
            };
            let counts = outcome.counts();
            let counted: Vec<_> = HISTOGRAM.filter(|index| counts[*index] == 1).map(|index| COLUMNS[index]).collect();
            assert_eq!(counted, [column]);
        }
    }
}
