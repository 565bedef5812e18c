//! Reading what requests came to: from `usage_hourly`, or where buckets are shorter than an hour from the requests themselves, counted
//! alike; there, so many of the newest that an answer doesn't take long. All numbers of one answer are of one moment.

use std::collections::{BTreeMap, HashMap};

use api::Time;
use api::dashboard::{Bucket, ChannelHealth, Dashboard, DashboardQuery, Dimension, HealthHour, Rank, Slice, Totals};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection, Row};

use crate::error::Error;
use crate::keys::Scope;
use crate::logs::{FAILED, push_moments};
use crate::sql::{Columns, Sql, chunks};
use crate::store::Store;
use crate::usage::{COLUMNS, Counts, HISTOGRAM, HOUR, TTFT_BOUNDS, percentile};

#[derive(Debug, Clone, Copy)]
pub struct Dashboards<'s> {
    pub(crate) store: &'s Store,
}

/// Series of a chart; the rest are shown as one.
const SERIES: usize = 5;

/// Rows of a ranking.
const RANKED: usize = 10;

const HEALTH_HOURS: i64 = 24;

/// Milliseconds.
const MINUTE: i64 = 60 * 1000;

impl Dashboards<'_> {
    /// Names that were asked for in the last day without a price.
    pub async fn unpriced_models(self) -> Result<Vec<String>, Error> {
        let mut sql = Sql::new("SELECT DISTINCT model FROM usage_hourly WHERE unpriced > 0 AND hour >= ");
        sql.bind(self.store.now().as_millis() - HEALTH_HOURS * HOUR);
        let rows = sql.build().fetch_all(&mut *self.store.read().await?).await?;
        rows.iter().map(|row| Ok(row.try_get("model")?)).collect()
    }

    /// What the requests of a range came to. The query must be valid.
    pub async fn read(self, scope: Scope, query: &DashboardQuery) -> Result<Dashboard, Error> {
        let (from, to) = query.bounds();
        let whole = Range { scope, from, counted: from, to, fine: query.is_fine() };
        let step = query.step_minutes.saturating_mul(MINUTE);
        let mut connection = self.store.read().await?;
        let mut tx = connection.begin().await?;
        let cut = beyond(&mut tx, whole).await?;
        // Whole buckets only, as half of one would look like a quiet time; the last one in any case.
        let last = (to - from - 1) / step;
        let counted_from = cut.map(|cut| from + ((cut - from) / step + 1).min(last) * step);
        let range = Range { counted: counted_from.unwrap_or(from), ..whole };

        let mut totals = [0; COLUMNS.len()];
        let mut buckets = BTreeMap::new();
        for (bucket, counts) in by_bucket(&mut tx, range, step).await? {
            add(&mut totals, &counts);
            buckets.insert(bucket, counts);
        }
        let before = if counted_from.is_none() { before(&mut tx, range).await? } else { [0; COLUMNS.len()] };

        let models = ranking(&mut tx, range, Dimension::Model).await?;
        let keys = ranking(&mut tx, range, Dimension::Key).await?;
        let channels = ranking(&mut tx, range, Dimension::Channel).await?;
        let Ranking { mut series, others } = match query.by {
            Dimension::Model => models.head(),
            Dimension::Key => keys.head(),
            Dimension::Channel => channels.head(),
            by @ (Dimension::User | Dimension::Group) => ranking(&mut tx, range, by).await?.head(),
        };
        let slices = by_series(&mut tx, range, step, query.by, &series).await?;
        let buckets = (0..(to - from + step - 1) / step)
            .map(|index| {
                let at = from + index * step;
                let counts = buckets.get(&index).copied().unwrap_or([0; COLUMNS.len()]);
                bucket(at, &counts, &series, others, |subject| slices.get(&(index, subject.to_owned())).copied())
            })
            .collect();
        let mut rankings = [models.series, keys.series, channels.series];
        for (ranks, by) in rankings
            .iter_mut()
            .zip([Dimension::Model, Dimension::Key, Dimension::Channel])
            .chain([(&mut series, query.by)])
        {
            name(&mut tx, by, ranks).await?;
        }
        let [models, keys, channels] = rankings.map(ranks);

        let health = match scope {
            Scope::All => health(&mut tx, self.store.now().as_millis()).await?,
            Scope::User(_) => Vec::new(),
        };
        let running = running(&mut tx, scope).await?;
        tx.commit().await?;
        Ok(Dashboard {
            from: Time::from_millis(from),
            to: Time::from_millis(to),
            step_minutes: query.step_minutes,
            counted_from: counted_from.map(Time::from_millis),
            totals: summed(&totals),
            before: summed(&before),
            buckets,
            series: ranks(series),
            others,
            models,
            keys,
            channels,
            health,
            running,
        })
    }
}

/// Milliseconds of what someone may see: whole hours, or whole minutes if `fine`.
#[derive(Debug, Clone, Copy)]
struct Range {
    scope: Scope,
    /// Where buckets are counted from.
    from: i64,
    /// Where what counts begins.
    counted: i64,
    to: i64,
    fine: bool,
}

impl Range {
    fn push(self, sql: &mut Sql) {
        sql.push(" FROM ");
        if self.fine {
            push_finished(sql, self.counted, self.to);
        } else {
            sql.push("usage_hourly");
        }
        sql.push_bind(" WHERE hour >= ", self.counted).push_bind(" AND hour < ", self.to);
        self.scope.restrict(sql, "user_id");
    }
}

/// Finished requests in the shape of `usage_hourly`, each with its own moment for an hour.
fn push_finished(sql: &mut Sql, from: i64, to: i64) {
    sql.push("(SELECT created_at AS hour, user_id, key_id, model, COALESCE(channel_id, 0) AS channel_id");
    for (index, column) in COLUMNS.into_iter().enumerate() {
        sql.push(", ");
        match column {
            "requests" => sql.push("1"),
            "failed" => sql.push("CASE WHEN ").push(FAILED).push(" THEN 1 ELSE 0 END"),
            "cancelled" => sql.push("CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END"),
            "rejected" => sql.push("CASE WHEN state = 'rejected' THEN 1 ELSE 0 END"),
            // Two attempts or more; inside an error's text the quotes would be escaped.
            "retried" => sql.push(r#"CASE WHEN attempts LIKE '%"channel_id":%"channel_id":%' THEN 1 ELSE 0 END"#),
            "ttft_ms" => sql.push("COALESCE(ttft_ms, 0)"),
            "ttft_count" => sql.push("CASE WHEN ttft_ms IS NULL THEN 0 ELSE 1 END"),
            "duration_ms" => sql.push("CASE WHEN state = 'done' THEN COALESCE(duration_ms, 0) ELSE 0 END"),
            "duration_count" => sql.push("CASE WHEN state = 'done' AND duration_ms IS NOT NULL THEN 1 ELSE 0 END"),
            _ if HISTOGRAM.contains(&index) => {
                let slot = index - HISTOGRAM.start;
                let above = slot.checked_sub(1).map_or(-1, |below| TTFT_BOUNDS[below]);
                sql.push_bind("CASE WHEN ttft_ms > ", above);
                if let Some(bound) = TTFT_BOUNDS.get(slot) {
                    sql.push_bind(" AND ttft_ms <= ", *bound);
                }
                sql.push(" THEN 1 ELSE 0 END")
            }
            summed => sql.push(summed),
        };
        sql.push(" AS ").push(column);
    }
    sql.push(" FROM requests WHERE ");
    push_moments(sql, from, to);
    sql.push(" AND state <> 'open') AS finished");
}

/// The moment of the first request, from the newest back, that is one too many to be looked at.
async fn beyond(tx: &mut AnyConnection, range: Range) -> Result<Option<i64>, Error> {
    if !range.fine {
        return Ok(None);
    }
    let mut sql = Sql::new("SELECT created_at FROM requests WHERE ");
    push_moments(&mut sql, range.counted, range.to);
    range.scope.restrict(&mut sql, "user_id");
    sql.push_bind(" ORDER BY id DESC LIMIT 1 OFFSET ", DashboardQuery::MAX_SCAN);
    let row = sql.build().fetch_optional(tx).await?;
    let moment: Option<i64> = row.map(|row| row.try_get("created_at")).transpose()?;
    Ok(moment.filter(|moment| range.counted <= *moment))
}

pub(crate) const fn column(by: Dimension) -> &'static str {
    match by {
        Dimension::Group => "COALESCE((SELECT group_name FROM keys WHERE keys.id = key_id), '')",
        Dimension::Model => "model",
        Dimension::Key => "key_id",
        Dimension::Channel => "channel_id",
        Dimension::User => "user_id",
    }
}

/// Sums keep the columns' type where an engine would widen it.
pub(crate) fn push_sum(sql: &mut Sql, expression: &'static str, name: &'static str) {
    sql.push(", CAST(SUM(").push(expression).push(") AS BIGINT) AS ").push(name);
}

/// Every column's sum, which [`read_sums`] reads.
pub(crate) fn push_sums(sql: &mut Sql) {
    for column in COLUMNS {
        push_sum(sql, column, column);
    }
}

pub(crate) fn read_sums(row: &Columns<'_>) -> Result<Counts, Error> {
    let mut counts = [0; COLUMNS.len()];
    for (count, column) in counts.iter_mut().zip(COLUMNS) {
        *count = row.get(column)?;
    }
    Ok(counts)
}

async fn by_bucket(tx: &mut AnyConnection, range: Range, step: i64) -> Result<Vec<(i64, Counts)>, Error> {
    let mut sql = Sql::new("SELECT (hour - ");
    sql.bind(range.from).push_bind(") / ", step).push(" AS bucket");
    push_sums(&mut sql);
    range.push(&mut sql);
    sql.push(" GROUP BY 1 ORDER BY 1");
    let rows = sql.build().fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            let row = columns(row);
            Ok((row.get("bucket")?, read_sums(&row)?))
        })
        .collect()
}

/// What the range before came to, which is as long; nothing if it has too many requests to look at.
async fn before(tx: &mut AnyConnection, range: Range) -> Result<Counts, Error> {
    let length = range.to - range.from;
    let from = range.from - length;
    let range = Range { from, counted: from, to: range.from, ..range };
    if beyond(tx, range).await?.is_some() {
        return Ok([0; COLUMNS.len()]);
    }
    let counts = by_bucket(tx, range, length).await?.into_iter().next();
    Ok(counts.map_or([0; COLUMNS.len()], |(_, counts)| counts))
}

/// A subject as the database writes it, and what its requests came to.
struct Ranked {
    subject: String,
    rank: Rank,
}

struct Ranking {
    series: Vec<Ranked>,
    others: i64,
}

impl Ranking {
    /// Those that a chart tells apart.
    fn head(&self) -> Self {
        let series: Vec<Ranked> = self
            .series
            .iter()
            .take(SERIES)
            .map(|ranked| Ranked { subject: ranked.subject.clone(), rank: ranked.rank.clone() })
            .collect();
        let more = i64::try_from(self.series.len() - series.len()).unwrap_or(0);
        Self { series, others: self.others + more }
    }
}

fn ranks(ranked: Vec<Ranked>) -> Vec<Rank> {
    ranked.into_iter().map(|ranked| ranked.rank).collect()
}

/// The first of a dimension, and how many more there are.
async fn ranking(tx: &mut AnyConnection, range: Range, by: Dimension) -> Result<Ranking, Error> {
    let mut sql = Sql::new("SELECT CAST(");
    sql.push(column(by)).push(" AS TEXT) AS subject, COUNT(*) OVER () AS subjects");
    push_sum(&mut sql, "requests", "requests");
    push_sum(&mut sql, "failed", "failed");
    push_sum(&mut sql, "input_tokens + output_tokens", "tokens");
    push_sum(&mut sql, "cost_nusd", "cost_nusd");
    push_sum(&mut sql, "ttft_ms", "ttft_ms");
    push_sum(&mut sql, "ttft_count", "ttft_count");
    range.push(&mut sql);
    sql.push(" GROUP BY ").push(column(by));
    sql.push(" ORDER BY SUM(cost_nusd) DESC, SUM(requests) DESC, ").push(column(by));
    sql.push_bind(" LIMIT ", i64::try_from(RANKED).unwrap_or(i64::MAX));
    let rows = sql.build().fetch_all(tx).await?;
    let mut subjects = 0;
    let mut series = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = columns(row);
        subjects = row.get("subjects")?;
        let subject: String = row.get("subject")?;
        let (id, name) = match by {
            Dimension::Model => (None, Some(subject.clone())),
            Dimension::Group => (None, Some(subject.clone()).filter(|name| !name.is_empty())),
            Dimension::Key | Dimension::Channel | Dimension::User => {
                (Some(subject.parse().map_err(|error| row.corrupt(column(by), &error))?), None)
            }
        };
        let rank = Rank {
            id,
            name,
            username: None,
            requests: row.get("requests")?,
            failed: row.get("failed")?,
            tokens: row.get("tokens")?,
            cost_nusd: row.get("cost_nusd")?,
            ttft_ms: mean(row.get("ttft_ms")?, row.get("ttft_count")?),
        };
        series.push(Ranked { subject, rank });
    }
    let others = subjects - i64::try_from(series.len()).unwrap_or(subjects);
    Ok(Ranking { series, others })
}

async fn by_series(
    tx: &mut AnyConnection,
    range: Range,
    step: i64,
    by: Dimension,
    series: &[Ranked],
) -> Result<HashMap<(i64, String), Slice>, Error> {
    if series.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new("SELECT (hour - ");
    sql.bind(range.from).push_bind(") / ", step);
    sql.push(" AS bucket, CAST(").push(column(by)).push(" AS TEXT) AS subject");
    push_sum(&mut sql, "requests", "requests");
    push_sum(&mut sql, "input_tokens + output_tokens", "tokens");
    push_sum(&mut sql, "cost_nusd", "cost_nusd");
    range.push(&mut sql);
    sql.push(" AND ").push(column(by)).push(" IN (");
    match by {
        Dimension::Model | Dimension::Group => sql.bind_list(series.iter().map(|ranked| ranked.subject.as_str())),
        Dimension::Key | Dimension::Channel | Dimension::User => {
            sql.bind_list(series.iter().filter_map(|ranked| ranked.rank.id))
        }
    };
    sql.push(") GROUP BY 1, ").push(column(by));
    let rows = sql.build().fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            let row = columns(row);
            let slice =
                Slice { requests: row.get("requests")?, tokens: row.get("tokens")?, cost_nusd: row.get("cost_nusd")? };
            Ok(((row.get("bucket")?, row.get("subject")?), slice))
        })
        .collect()
}

fn bucket(at: i64, counts: &Counts, series: &[Ranked], others: i64, slice: impl Fn(&str) -> Option<Slice>) -> Bucket {
    let totals = summed(counts);
    let mut slices: Vec<Slice> = series.iter().map(|ranked| slice(&ranked.subject).unwrap_or_default()).collect();
    if others > 0 {
        slices.push(rest(&totals, &slices));
    }
    Bucket { at: Time::from_millis(at), totals, slices }
}

/// What the slices leave of the whole.
pub(crate) fn rest(totals: &Totals, slices: &[Slice]) -> Slice {
    let all = Slice { requests: totals.requests, tokens: totals.tokens(), cost_nusd: totals.cost_nusd };
    slices.iter().fold(all, |rest, slice| Slice {
        requests: rest.requests - slice.requests,
        tokens: rest.tokens - slice.tokens,
        cost_nusd: rest.cost_nusd - slice.cost_nusd,
    })
}

/// Names, and whose keys they are, by id.
type Names = HashMap<i64, (Option<String>, Option<String>)>;

/// Finds the names that the ids have today.
pub(crate) async fn names(tx: &mut AnyConnection, by: Dimension, ids: &[i64]) -> Result<Names, Error> {
    let (select, where_id) = match by {
        Dimension::Model | Dimension::Group => return Ok(Names::new()),
        Dimension::Key => (
            "SELECT keys.id AS id, keys.name AS name, users.username AS username
             FROM keys JOIN users ON users.id = keys.user_id",
            " WHERE keys.id IN (",
        ),
        Dimension::Channel => ("SELECT id, name, NULL AS username FROM channels", " WHERE id IN ("),
        Dimension::User => ("SELECT id, username AS name, NULL AS username FROM users", " WHERE id IN ("),
    };
    let mut names = Names::new();
    for ids in chunks(ids) {
        let mut sql = Sql::new(select);
        sql.push(where_id).bind_list(ids.iter().copied()).push(")");
        for row in sql.build().fetch_all(&mut *tx).await? {
            let username = if by == Dimension::Key { row.try_get("username")? } else { None };
            names.insert(row.try_get("id")?, (row.try_get("name")?, username));
        }
    }
    Ok(names)
}

async fn name(tx: &mut AnyConnection, by: Dimension, ranked: &mut [Ranked]) -> Result<(), Error> {
    let ids: Vec<i64> = ranked.iter().filter_map(|ranked| ranked.rank.id).collect();
    let mut names = names(tx, by, &ids).await?;
    for Ranked { rank, .. } in ranked {
        if let Some(known) = rank.id.and_then(|id| names.remove(&id)) {
            (rank.name, rank.username) = known;
        }
    }
    Ok(())
}

async fn health(tx: &mut AnyConnection, now: i64) -> Result<Vec<ChannelHealth>, Error> {
    let first = now - now.rem_euclid(HOUR) - (HEALTH_HOURS - 1) * HOUR;
    let mut channels: Vec<ChannelHealth> = Vec::new();
    for row in sqlx::query("SELECT id, name, provider, status FROM channels ORDER BY name").fetch_all(&mut *tx).await? {
        let row = Columns { table: "channels", row: &row };
        channels.push(ChannelHealth {
            id: row.get("id")?,
            name: row.get("name")?,
            provider: row.get("provider")?,
            status: row.word("status")?,
            hours: vec![HealthHour::default(); usize::try_from(HEALTH_HOURS).unwrap_or(0)],
            ttft_ms: None,
        });
    }
    let mut sql = Sql::new("SELECT channel_id, hour");
    push_sum(&mut sql, "requests", "requests");
    push_sum(&mut sql, "failed", "failed");
    push_sum(&mut sql, "ttft_ms", "ttft_ms");
    push_sum(&mut sql, "ttft_count", "ttft_count");
    sql.push_bind(" FROM usage_hourly WHERE hour >= ", first).push(" GROUP BY channel_id, hour");
    let mut first_tokens: HashMap<i64, (i64, i64)> = HashMap::new();
    for row in sql.build().fetch_all(tx).await? {
        let row = columns(&row);
        let (id, hour): (i64, i64) = (row.get("channel_id")?, row.get("hour")?);
        let Some(channel) = channels.iter_mut().find(|channel| channel.id == id) else { continue };
        let index = usize::try_from((hour - first) / HOUR).ok();
        if let Some(slot) = index.and_then(|index| channel.hours.get_mut(index)) {
            *slot = HealthHour { requests: row.get("requests")?, failed: row.get("failed")? };
        }
        let (sum, count) = first_tokens.entry(id).or_default();
        *sum += row.get::<i64>("ttft_ms")?;
        *count += row.get::<i64>("ttft_count")?;
    }
    for channel in &mut channels {
        channel.ttft_ms = first_tokens.get(&channel.id).and_then(|(sum, count)| mean(*sum, *count));
    }
    Ok(channels)
}

async fn running(tx: &mut AnyConnection, scope: Scope) -> Result<i64, Error> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n FROM requests WHERE state <> 'done' AND state = 'open'");
    scope.restrict(&mut sql, "user_id");
    Ok(sql.build().fetch_one(tx).await?.try_get("n")?)
}

pub(crate) fn add(sums: &mut Counts, counts: &Counts) {
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum = sum.saturating_add(*count);
    }
}

fn mean(sum: i64, count: i64) -> Option<i64> {
    (count > 0).then(|| sum / count)
}

pub(crate) fn summed(counts: &Counts) -> Totals {
    let [
        requests,
        failed,
        cancelled,
        rejected,
        retried,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        cost_nusd,
        _,
        _,
        duration_ms,
        duration_count,
        unpriced,
        ..,
    ] = *counts;
    Totals {
        requests,
        failed,
        cancelled,
        rejected,
        retried,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        cost_nusd,
        unpriced,
        ttft_p50_ms: percentile(&counts[HISTOGRAM], 50),
        ttft_p95_ms: percentile(&counts[HISTOGRAM], 95),
        duration_ms: mean(duration_ms, duration_count),
    }
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "usage_hourly", row }
}
