//! Reading requests that passed through. Writing them is the ledger's.
//!
//! Ids grow with time, so the primary key and every `(column, id)` index give their rows in the log's order. One condition leads, by its
//! index; where others are added, only so many of the leading one's rows are looked at, and the answer says how far that went.

use api::Time;
use api::bill::{BillLine, PriceClass};
use api::logs::{Log, LogBucket, LogPage, LogQuery, LogState, LogSummary};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use crate::error::Error;
use crate::keys::Scope;
use crate::sql::{Columns, Sql, contains};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Logs<'s> {
    pub(crate) store: &'s Store,
}

const SELECT: &str =
    "SELECT id, created_at, key_id, key_name, user_id, channel_id, channel_name, model, upstream_model,
    endpoint, stream, state, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
    cache_write_1h_tokens, input_audio_tokens, input_image_tokens, reasoning_tokens, output_audio_tokens, images,
    estimated, anomalous, multiplier_ppm, unpriced, bill, cost_nusd, ttft_ms, duration_ms, attempts, client_ip, user_agent, error,
    (SELECT username FROM users WHERE users.id = requests.user_id) AS username,
    CASE WHEN EXISTS (SELECT 1 FROM request_bodies WHERE request_bodies.request_id = requests.id) THEN 1 ELSE 0 END AS has_bodies
    FROM requests WHERE ";

/// [`LogState::is_failure`] in SQL.
pub(crate) const FAILED: &str = "state IN ('failed', 'interrupted') OR (state = 'rejected' AND status >= 500)";

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// Milliseconds between a request's id and its `created_at`, at most.
const SLACK: i64 = 60_000;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Bars of the summary's histogram.
const BUCKETS: i64 = 60;

impl Logs<'_> {
    /// Requests, newest first, from `before` on.
    pub async fn list(self, scope: Scope, query: &LogQuery) -> Result<LogPage, Error> {
        self.list_within(scope, query, LogQuery::MAX_SCAN).await
    }

    async fn list_within(self, scope: Scope, query: &LogQuery, scan: i64) -> Result<LogPage, Error> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let mut connection = self.store.read().await?;
        let rows = select(scope, query, limit, scan).build().fetch_all(&mut *connection).await?;
        let mut items = rows.iter().map(log).collect::<Result<Vec<_>, _>>()?;
        if i64::try_from(items.len()).is_ok_and(|n| n > limit) {
            items.pop();
            let next = items.last().map(|log| log.id.clone());
            return Ok(LogPage { items, next, scanned_to: None });
        }
        // Without others the walk met every row that matches.
        let (_, others) = conditions(scope, query);
        let end = if others.is_empty() { None } else { scan_end(&mut connection, scope, query, scan).await? };
        let (next, scanned_to) = end.unzip();
        Ok(LogPage { items, next, scanned_to })
    }

    /// What the requests that match come to; the range is the last day if none is given.
    pub async fn summary(self, scope: Scope, query: &LogQuery) -> Result<LogSummary, Error> {
        self.summary_within(scope, query, LogQuery::MAX_SCAN).await
    }

    async fn summary_within(self, scope: Scope, query: &LogQuery, scan: i64) -> Result<LogSummary, Error> {
        let to = query.to.unwrap_or_else(|| self.store.now()).as_millis();
        let from = query.from.map_or(to.saturating_sub(DAY), Time::as_millis).min(to.saturating_sub(1));
        let width = ((to - from + BUCKETS - 1) / BUCKETS).max(1);
        let query = LogQuery {
            before: None,
            from: Some(Time::from_millis(from)),
            to: Some(Time::from_millis(to)),
            ..query.clone()
        };
        let mut connection = self.store.read().await?;
        let rows = summary(scope, &query, (from, width), scan).build().fetch_all(&mut *connection).await?;
        let end = scan_end(&mut connection, scope, &query, scan).await?;
        let mut sum = LogSummary {
            from: Time::from_millis(from),
            to: Time::from_millis(to),
            requests: 0,
            failed: 0,
            input_tokens: 0,
            output_tokens: 0,
            cache_read_tokens: 0,
            cost_nusd: 0,
            buckets: (0..(to - from + width - 1) / width)
                .map(|index| LogBucket { at: Time::from_millis(from + index * width), requests: 0, failed: 0 })
                .collect(),
            scanned_to: end.map(|(_, at)| at),
        };
        for row in &rows {
            let row = columns(row);
            let bucket: i64 = row.get("bucket")?;
            let (requests, failed) = (row.get("requests")?, row.get("failed")?);
            sum.requests += requests;
            sum.failed += failed;
            sum.input_tokens += row.get::<i64>("input_tokens")?;
            sum.output_tokens += row.get::<i64>("output_tokens")?;
            sum.cache_read_tokens += row.get::<i64>("cache_read_tokens")?;
            sum.cost_nusd += row.get::<i64>("cost_nusd")?;
            if let Some(bucket) = usize::try_from(bucket).ok().and_then(|index| sum.buckets.get_mut(index)) {
                (bucket.requests, bucket.failed) = (requests, failed);
            }
        }
        Ok(sum)
    }

    /// Those of these requests that are in scope, newest first.
    pub async fn some(self, scope: Scope, ids: &[Uuid]) -> Result<Vec<Log>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(SELECT);
        sql.push("id IN (").bind_list(ids.iter().map(Uuid::to_string)).push(")");
        scope.restrict(&mut sql, "user_id");
        sql.push(" ORDER BY id DESC");
        let rows = sql.build().fetch_all(&mut *self.store.read().await?).await?;
        rows.iter().map(log).collect()
    }

    pub async fn get(self, scope: Scope, id: &str) -> Result<Option<Log>, Error> {
        let mut sql = Sql::new(SELECT);
        sql.push_bind("id = ", id);
        scope.restrict(&mut sql, "user_id");
        let row = sql.build().fetch_optional(&mut *self.store.read().await?).await?;
        row.as_ref().map(log).transpose()
    }
}

/// A condition on a column.
#[derive(Clone, Copy)]
enum Condition<'q> {
    Number(&'static str, i64),
    Text(&'static str, &'q str),
    /// A state other than `done`, in the words of its index.
    Rare(&'q str),
    /// Anywhere in the row's words, or at the start of its id.
    Words(&'q str),
}

impl Condition<'_> {
    fn push(self, sql: &mut Sql) {
        match self {
            Self::Number(column, value) => sql.push(" AND ").push(column).push_bind(" = ", value),
            Self::Text(column, value) => sql.push(" AND ").push(column).push_bind(" = ", value),
            Self::Rare(state) => sql.push_bind(" AND state <> 'done' AND state = ", state),
            Self::Words(text) => {
                let anywhere = contains(Some(text));
                sql.push_bind(r" AND (lower(id) LIKE ", anywhere.trim_start_matches('%')).push(r" ESCAPE '\'");
                for column in ["model", "key_name", "error", "client_ip"] {
                    sql.push(" OR lower(").push(column).push_bind(") LIKE ", anywhere.clone()).push(r" ESCAPE '\'");
                }
                sql.push(")")
            }
        };
    }
}

/// The condition whose index leads, if any, and the others.
///
/// A member's own rows lead whatever else they ask for, so that how far an answer got tells nothing of other people's. Then what tends to
/// leave fewest rows; almost every request is `done`, which leads nothing.
fn conditions(scope: Scope, query: &LogQuery) -> (Option<Condition<'_>>, Vec<Condition<'_>>) {
    let state = query.state.map(LogState::as_str);
    let rare = state.filter(|_| query.state != Some(LogState::Done));
    let common = state.filter(|_| query.state == Some(LogState::Done));
    let number = |column, value: Option<i64>| value.map(|value| Condition::Number(column, value));
    let own = match scope {
        Scope::All => None,
        Scope::User(id) => Some(id),
    };
    let mut all = [
        number("user_id", own),
        rare.map(Condition::Rare),
        number("key_id", query.key_id),
        number("user_id", query.user_id),
        number("channel_id", query.channel_id),
        query.model.as_deref().map(|model| Condition::Text("model", model)),
    ]
    .into_iter()
    .flatten();
    let leading = all.next();
    let words = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(Condition::Words);
    let endpoint = query.endpoint.as_deref().map(|endpoint| Condition::Text("endpoint", endpoint));
    let common = common.map(|state| Condition::Text("state", state));
    (leading, all.chain(common).chain(endpoint).chain(words).collect())
}

/// The leading condition and the bounds of the walk along its index.
fn push_walk(sql: &mut Sql, leading: Option<Condition<'_>>, query: &LogQuery) {
    // Sorts after every id; a condition in any case keeps the rest alike.
    let mut below = query.before.clone().unwrap_or_else(|| "~".to_owned());
    if let Some(to) = query.to {
        below = below.min(first_id_at(to.as_millis().saturating_add(SLACK)));
    }
    sql.push_bind("id < ", below);
    if let Some(from) = query.from {
        sql.push_bind(" AND id >= ", first_id_at(from.as_millis().saturating_sub(SLACK)));
    }
    if let Some(leading) = leading {
        leading.push(sql);
    }
    if let Some(from) = query.from {
        sql.push_bind(" AND created_at >= ", from.as_millis());
    }
    if let Some(to) = query.to {
        sql.push_bind(" AND created_at < ", to.as_millis());
    }
}

/// The ids of requests from `from` to before `to`, in milliseconds: exact enough for an index, the column `created_at` tells the rest.
pub(crate) fn push_moments(sql: &mut Sql, from: i64, to: i64) {
    sql.push_bind("id >= ", first_id_at(from.saturating_sub(SLACK)));
    sql.push_bind(" AND id < ", first_id_at(to.saturating_add(SLACK)));
}

/// Where the ids of a moment begin.
fn first_id_at(millis: i64) -> String {
    let millis = u64::try_from(millis).unwrap_or(0).min((1 << 48) - 1);
    Uuid::from_u128(u128::from(millis) << 80).to_string()
}

/// The leading condition's newest rows with the others' columns, as many as are looked at.
fn push_scan(sql: &mut Sql, columns: &'static str, leading: Option<Condition<'_>>, query: &LogQuery, scan: i64) {
    sql.push("(SELECT id, user_id, key_id, channel_id, model, endpoint, state, key_name, error, client_ip")
        .push(columns)
        .push(" FROM requests WHERE ");
    push_walk(sql, leading, query);
    sql.push_bind(" ORDER BY id DESC LIMIT ", scan).push(") AS looked_at WHERE 1 = 1");
}

fn select(scope: Scope, query: &LogQuery, limit: i64, scan: i64) -> Sql {
    let (leading, others) = conditions(scope, query);
    let mut sql = Sql::new(SELECT);
    if others.is_empty() {
        push_walk(&mut sql, leading, query);
    } else {
        sql.push("id IN (SELECT id FROM ");
        push_scan(&mut sql, "", leading, query, scan);
        for other in others {
            other.push(&mut sql);
        }
        sql.push_bind(" ORDER BY id DESC LIMIT ", limit + 1).push(")");
    }
    // One more tells whether there are more.
    sql.push_bind(" ORDER BY id DESC LIMIT ", limit + 1);
    sql
}

fn summary(scope: Scope, query: &LogQuery, (from, width): (i64, i64), scan: i64) -> Sql {
    let (leading, others) = conditions(scope, query);
    let mut sql = Sql::new("SELECT (created_at - ");
    sql.bind(from).push_bind(") / ", width).push(" AS bucket, COUNT(*) AS requests, SUM(CASE WHEN ").push(FAILED).push(
        " THEN 1 ELSE 0 END) AS failed, CAST(SUM(input_tokens) AS BIGINT) AS input_tokens,
             CAST(SUM(output_tokens) AS BIGINT) AS output_tokens,
             CAST(SUM(cache_read_tokens) AS BIGINT) AS cache_read_tokens,
             CAST(SUM(cost_nusd) AS BIGINT) AS cost_nusd FROM ",
    );
    let summed = ", created_at, status, input_tokens, output_tokens, cache_read_tokens, cost_nusd";
    push_scan(&mut sql, summed, leading, query, scan);
    for other in others {
        other.push(&mut sql);
    }
    sql.push(" GROUP BY 1");
    sql
}

/// The last row that was looked at, if there are more behind it.
async fn scan_end(
    connection: &mut AnyConnection,
    scope: Scope,
    query: &LogQuery,
    scan: i64,
) -> Result<Option<(String, Time)>, Error> {
    let (leading, _) = conditions(scope, query);
    let mut sql = Sql::new("SELECT id, created_at FROM requests WHERE ");
    push_walk(&mut sql, leading, query);
    sql.push_bind(" ORDER BY id DESC LIMIT 2 OFFSET ", scan - 1);
    let rows = sql.build().fetch_all(connection).await?;
    match rows.as_slice() {
        [last, _behind] => Ok(Some((last.try_get("id")?, columns(last).time("created_at")?))),
        _ => Ok(None),
    }
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "requests", row }
}

fn lines(row: &Columns<'_>) -> Result<Vec<BillLine>, Error> {
    if row.get::<Option<String>>("bill")?.is_none() {
        return Ok(Vec::new());
    }
    let lines: Vec<(PriceClass, i64, i64, i64)> = row.json("bill")?;
    let line = |(class, quantity, rate_nusd, cost_nusd)| BillLine { class, quantity, rate_nusd, cost_nusd };
    Ok(lines.into_iter().map(line).collect())
}

fn log(row: &AnyRow) -> Result<Log, Error> {
    let row = columns(row);
    Ok(Log {
        id: row.get("id")?,
        created_at: row.time("created_at")?,
        key_id: row.get("key_id")?,
        key_name: row.get("key_name")?,
        user_id: row.get("user_id")?,
        username: row.get("username")?,
        channel_id: row.get("channel_id")?,
        channel_name: row.get("channel_name")?,
        model: row.get("model")?,
        upstream_model: row.get("upstream_model")?,
        endpoint: row.get("endpoint")?,
        stream: row.flag("stream")?,
        state: row.word("state")?,
        status: row
            .get::<Option<i64>>("status")?
            .map(u16::try_from)
            .transpose()
            .map_err(|error| row.corrupt("status", &error))?,
        input_tokens: row.get("input_tokens")?,
        output_tokens: row.get("output_tokens")?,
        cache_read_tokens: row.get("cache_read_tokens")?,
        cache_write_tokens: row.get("cache_write_tokens")?,
        cache_write_1h_tokens: row.get("cache_write_1h_tokens")?,
        input_audio_tokens: row.get("input_audio_tokens")?,
        input_image_tokens: row.get("input_image_tokens")?,
        reasoning_tokens: row.get("reasoning_tokens")?,
        output_audio_tokens: row.get("output_audio_tokens")?,
        images: row.get("images")?,
        estimated: row.flag("estimated")?,
        anomalous: row.flag("anomalous")?,
        cost_nusd: row.get("cost_nusd")?,
        lines: lines(&row)?,
        multiplier_ppm: row.get("multiplier_ppm")?,
        unpriced: row.flag("unpriced")?,
        ttft_ms: row.get("ttft_ms")?,
        duration_ms: row.get("duration_ms")?,
        attempts: row.json("attempts")?,
        client_ip: row.get("client_ip")?,
        user_agent: row.get("user_agent")?,
        error: row.get("error")?,
        has_bodies: row.flag("has_bodies")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::migrated;

    #[tokio::test]
    async fn no_filter_sorts_or_reads_the_whole_table() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let any = LogQuery::default;
        let model = || Some("m".to_owned());
        for (scope, query, index) in [
            (Scope::All, any(), "PRIMARY KEY"),
            (Scope::User(1), any(), "requests_by_user"),
            (Scope::All, LogQuery { user_id: Some(1), ..any() }, "requests_by_user"),
            (Scope::All, LogQuery { model: model(), ..any() }, "requests_by_model"),
            (Scope::All, LogQuery { key_id: Some(1), ..any() }, "requests_by_key"),
            (Scope::All, LogQuery { channel_id: Some(1), ..any() }, "requests_by_channel"),
            (Scope::All, LogQuery { state: Some(LogState::Open), ..any() }, "requests_by_state"),
        ] {
            let time = |query: LogQuery| LogQuery {
                from: Some(Time::from_millis(1)),
                to: Some(Time::from_millis(2)),
                ..query
            };
            for query in [query.clone(), time(query)] {
                let plan = select(scope, &query, 50, 100).plan(&mut connection).await;
                let plan: Vec<_> = plan.iter().filter(|step| step.contains(" requests ")).collect();
                assert_eq!(plan.len(), 1, "{query:?}: {plan:?}");
                assert!(plan[0].starts_with("SEARCH requests USING "), "{plan:?}");
                assert!(plan[0].contains(index), "{query:?}: {plan:?}");
            }
        }
    }

    #[tokio::test]
    async fn further_filters_walk_along_the_leading_index() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let any = LogQuery::default;
        for (scope, query, index) in [
            (Scope::All, LogQuery { text: Some("x".to_owned()), ..any() }, "PRIMARY KEY (id<?)"),
            (Scope::All, LogQuery { state: Some(LogState::Done), ..any() }, "PRIMARY KEY (id<?)"),
            (
                Scope::All,
                LogQuery { model: Some("m".to_owned()), state: Some(LogState::Failed), ..any() },
                "requests_by_state (state=? AND id<?)",
            ),
            (
                Scope::All,
                LogQuery { model: Some("m".to_owned()), state: Some(LogState::Done), ..any() },
                "requests_by_model (model=? AND id<?)",
            ),
            (Scope::User(1), LogQuery { key_id: Some(1), ..any() }, "requests_by_user (user_id=? AND id<?)"),
        ] {
            let plan = select(scope, &query, 50, 100).plan(&mut connection).await;
            let walk = |step: &String| step.starts_with("SEARCH requests USING ") && step.ends_with(index);
            assert!(plan.iter().any(walk), "{query:?}: {plan:#?}");
            let sorts = plan.iter().filter(|step| step.contains("TEMP B-TREE")).count();
            // The few ids that were found, never what was looked at.
            assert!(sorts <= 1, "{query:?}: {plan:#?}");
        }
    }
}
