//! Counts everything again: bills, budgets and the sums by the hour, from the requests that they are of.
//!
//! Reads one state of the database, also while the gateway writes.

use std::collections::BTreeMap;
use std::path::Path;

use api::Time;
use api::bill::Usage;
use api::verify::{Difference, Verification};
use sqlx::{AnyConnection, Connection, Row};

use crate::engine;
use crate::error::Error;
use crate::ledger::batch::places;
use crate::open::{self, OpenError};
use crate::settings;
use crate::sql::{Columns, Sql};
use crate::store::Store;
use crate::usage::{COLUMNS, Counts, Key, Origin, Outcome, Tally};

/// Differences that are named; the rest are only counted.
const NAMED: usize = 100;

/// Rows that are read at once.
const STRETCH: i64 = 2_000;

/// The setting that holds the first millisecond of which all requests are still there.
pub(crate) const KEPT_SINCE: &str = "requests_kept_since";

#[derive(Debug, Default)]
struct Differences {
    named: Vec<Difference>,
    count: i64,
}

impl Differences {
    fn compare(&mut self, kept: i64, counted: i64, what: impl FnOnce() -> String) {
        if kept == counted {
            return;
        }
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(Difference { what: what(), kept, counted });
        }
    }
}

/// Used and held, by budget and window.
type Windows = BTreeMap<(i64, i64), (i64, i64)>;

impl Store {
    /// Counts everything again.
    pub async fn verify(&self) -> Result<Verification, Error> {
        verify(&mut *self.read().await?, self.now()).await
    }
}

/// Counts everything in a data directory again, whether a gateway uses it or not. Changes nothing there.
pub async fn verify_directory(data_dir: &Path, now: Time) -> Result<Verification, OpenError> {
    let file = open::current_database(data_dir).await?;
    let mut connection = engine::connect_reader(&file).await?;
    Ok(verify(&mut connection, now).await?)
}

async fn verify(connection: &mut AnyConnection, now: Time) -> Result<Verification, Error> {
    let mut tx = connection.begin().await?;
    let verification = count(&mut tx, now).await?;
    tx.rollback().await?;
    Ok(verification)
}

async fn count(connection: &mut AnyConnection, now: Time) -> Result<Verification, Error> {
    let mut differences = Differences::default();
    let mut windows = Windows::new();
    let mut tally = Tally::default();
    let mut requests = 0;
    let mut after = String::new();
    loop {
        let mut sql = Sql::new(
            "SELECT id, created_at, user_id, key_id, model, state, status, channel_id, attempts, input_tokens,
                 output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nusd, unpriced, bill,
                 ttft_ms, duration_ms, budgets, reserved_nusd
             FROM requests WHERE id > ",
        );
        sql.bind(after.as_str()).push_bind(" ORDER BY id LIMIT ", STRETCH);
        let rows = sql.build().fetch_all(&mut *connection).await?;
        let Some(last) = rows.last() else { break };
        after = last.try_get("id")?;
        for row in &rows {
            requests += 1;
            request(&Columns { table: "requests", row }, &mut differences, &mut windows, &mut tally)?;
        }
    }
    compare_windows(connection, windows, &mut differences).await?;
    compare_hours(connection, tally, &mut differences).await?;
    Ok(Verification { at: now, requests, differing: differences.count, differences: differences.named })
}

fn request(
    row: &Columns<'_>,
    differences: &mut Differences,
    windows: &mut Windows,
    tally: &mut Tally,
) -> Result<(), Error> {
    let cost: i64 = row.get("cost_nusd")?;
    let state = row.word("state")?;
    let is_open = state == api::logs::LogState::Open;
    for place in places(row)? {
        let sums = windows.entry(place).or_default();
        if is_open {
            sums.1 += row.get::<i64>("reserved_nusd")?;
        } else {
            sums.0 += cost;
        }
    }
    if is_open {
        return Ok(());
    }
    let lines: Vec<(String, i64, i64, i64)> = match row.get::<Option<String>>("bill")? {
        None => Vec::new(),
        Some(text) => serde_json::from_str(&text).map_err(|error| row.corrupt("bill", &error))?,
    };
    let id: String = row.get("id")?;
    differences.compare(cost, lines.iter().map(|line| line.3).sum(), || format!("request {id}: cost_nusd"));
    let attempts: Vec<serde::de::IgnoredAny> = row.json("attempts")?;
    let outcome = Outcome {
        state,
        status: row.get::<Option<i64>>("status")?.and_then(|status| u16::try_from(status).ok()),
        channel_id: row.get("channel_id")?,
        attempts: attempts.len(),
        usage: Usage {
            input: row.get("input_tokens")?,
            output: row.get("output_tokens")?,
            cache_read: row.get("cache_read_tokens")?,
            cache_write: row.get("cache_write_tokens")?,
            reasoning: row.get("reasoning_tokens")?,
            ..Usage::default()
        },
        cost_nusd: cost,
        unpriced: row.flag("unpriced")?,
        ttft_ms: row.get("ttft_ms")?,
        duration_ms: row.get("duration_ms")?,
    };
    let origin = Origin {
        created_at: row.time("created_at")?,
        user_id: row.get("user_id")?,
        key_id: row.get("key_id")?,
        model: row.get("model")?,
    };
    tally.count(origin, &outcome);
    Ok(())
}

async fn compare_windows(
    connection: &mut AnyConnection,
    mut counted: Windows,
    differences: &mut Differences,
) -> Result<(), Error> {
    let rows = sqlx::query(
        "SELECT budget_id, starts_at, used_nusd - pruned_nusd AS used_nusd, reserved_nusd FROM budget_windows
         ORDER BY budget_id, starts_at",
    )
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let row = Columns { table: "budget_windows", row };
        let (budget, starts_at): (i64, i64) = (row.get("budget_id")?, row.get("starts_at")?);
        let (used, reserved) = counted.remove(&(budget, starts_at)).unwrap_or_default();
        let what = |column| format!("budget {budget} since {}: {column}", Time::from_millis(starts_at));
        differences.compare(row.get("used_nusd")?, used, || what("used_nusd"));
        differences.compare(row.get("reserved_nusd")?, reserved, || what("reserved_nusd"));
    }
    // What is left was charged to budgets that are gone.
    Ok(())
}

/// Hours from which requests were removed have nothing left to compare with.
async fn compare_hours(
    connection: &mut AnyConnection,
    tally: Tally,
    differences: &mut Differences,
) -> Result<(), Error> {
    let kept_since: i64 =
        settings::get(&mut *connection, KEPT_SINCE).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut counted: BTreeMap<Key, Counts> = tally.rows().into_iter().collect();
    let mut sql = Sql::new("SELECT hour, user_id, key_id, model, channel_id");
    for column in COLUMNS {
        sql.push(", ").push(column);
    }
    sql.push_bind(" FROM usage_hourly WHERE hour >= ", kept_since);
    for row in &sql.build().fetch_all(connection).await? {
        let row = Columns { table: "usage_hourly", row };
        let key: Key =
            (row.get("hour")?, row.get("user_id")?, row.get("key_id")?, row.get("model")?, row.get("channel_id")?);
        let counts = counted.remove(&key).unwrap_or([0; COLUMNS.len()]);
        for (column, count) in COLUMNS.into_iter().zip(counts) {
            differences.compare(row.get(column)?, count, || what(&key, column));
        }
    }
    for (key, counts) in counted.iter().filter(|(key, _)| key.0 >= kept_since) {
        differences.compare(0, counts[0], || what(key, COLUMNS[0]));
    }
    Ok(())
}

fn what((hour, user, key, model, channel): &Key, column: &str) -> String {
    format!(
        "usage in the hour of {}, user {user}, key {key}, model {model}, channel {channel}: {column}",
        Time::from_millis(*hour)
    )
}
