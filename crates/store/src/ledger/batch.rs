//! What a batch writes, in as few statements as it takes.

use std::collections::{BTreeSet, HashMap, HashSet};

use api::Time;
use api::bill::{Bill, PriceClass};
use api::logs::LogState;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::hold::{Changes, Place, Room, Spent, Warning};
use super::{Entry, Open, Settle};
use crate::budgets::window::Windows;
use crate::engine;
use crate::error::Error;
use crate::sql::{Columns, Sql, Tuple, chunks, json};
use crate::usage::{Origin, Outcome, Tally, upsert};

/// A row to insert, finished if its settlement came in the same batch.
#[derive(Debug)]
struct New<'e> {
    open: &'e Open,
    settle: Option<&'e Settle>,
    /// Where it is charged, if budgets concern it.
    places: Vec<Place>,
}

impl New<'_> {
    /// What it holds of its budgets from now on.
    fn held(&self) -> i64 {
        self.open.hold.as_ref().filter(|_| self.settle.is_none()).map_or(0, |hold| hold.amount_nusd)
    }
}

/// Requests that weren't written because they don't fit into a budget.
pub(super) type Refusals = HashMap<Uuid, Box<Spent>>;

/// What became of those that have to fit into a budget.
#[derive(Debug, Default)]
pub(super) struct Decided {
    pub(super) refused: Refusals,
    pub(super) warnings: Vec<Warning>,
}

/// Rows to insert, and settlements of rows that are there.
#[derive(Debug, Default)]
pub(super) struct Batch<'e> {
    inserts: Vec<New<'e>>,
    settles: Vec<&'e Settle>,
    keys: BTreeSet<i64>,
}

impl<'e> Batch<'e> {
    pub(super) fn of(entries: &'e [Entry]) -> Self {
        let mut batch = Self::default();
        let mut inserted: HashMap<Uuid, usize> = HashMap::new();
        let mut settled = HashSet::new();
        for entry in entries {
            if let Some(open) = &entry.open {
                batch.keys.insert(open.key_id);
                inserted.entry(open.id).or_insert_with(|| {
                    batch.inserts.push(New { open, settle: None, places: Vec::new() });
                    batch.inserts.len() - 1
                });
            }
            if let Some(settle) = &entry.settle
                && settled.insert(settle.id)
            {
                batch.keys.insert(settle.key_id);
                match inserted.get(&settle.id) {
                    Some(&at) => batch.inserts[at].settle = Some(settle),
                    None => batch.settles.push(settle),
                }
            }
        }
        batch
    }

    /// The keys that the batch's requests used.
    pub(super) fn keys(&self) -> impl Iterator<Item = i64> {
        self.keys.iter().copied()
    }

    /// The requests that the batch opens or settles.
    pub(super) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.inserts.iter().map(|new| new.open.id).chain(self.settles.iter().map(|settle| settle.id))
    }

    /// All of it for one trip to the database, if every request is new and no budget concerns any; `used` are the keys whose
    /// last use is to be written.
    ///
    /// Fails as a whole where a row is there already: then [`write`](Self::write) finds out which.
    pub(super) fn transaction(&self, used: &[i64], now: Time) -> Option<Sql> {
        if !self.settles.is_empty() || self.inserts.iter().any(|new| new.open.hold.is_some()) {
            return None;
        }
        let mut tally = Tally::default();
        for new in &self.inserts {
            if let Some(settle) = new.settle {
                tally.count(Origin::from(new.open), &Outcome::from(settle));
            }
        }
        let mut sql = Sql::new(engine::BEGIN_WRITE);
        for rows in self.inserts.chunks(64) {
            insert(sql.push("; "), rows);
        }
        for rows in chunks(&tally.rows()) {
            upsert(sql.push("; "), rows);
        }
        if !used.is_empty() {
            touch(sql.push("; "), used, now);
        }
        sql.push("; COMMIT");
        Some(sql)
    }

    /// Runs the statements one by one; `used` are the keys whose last use is to be written. Says who was refused, and which budgets
    /// are to be warned of once it is committed.
    ///
    /// What took effect is counted, and only that: a settlement that comes again finds its row settled and changes nothing.
    pub(super) async fn write(
        mut self,
        tx: &mut AnyConnection,
        used: &[i64],
        now: Time,
        windows: &Windows,
    ) -> Result<Decided, Error> {
        let mut tally = Tally::default();
        // Settlements first: what they let go of is free for those that come with them.
        self.settle(tx, &mut tally).await?;
        let decided = self.decide(tx, windows).await?;
        self.inserts.retain(|new| !decided.refused.contains_key(&new.open.id));
        self.insert(tx, &mut tally).await?;
        for (budget_id, starts_at) in decided.warnings.iter().map(|warning| warning.place) {
            sqlx::query("UPDATE budget_windows SET warned_at = $1 WHERE budget_id = $2 AND starts_at = $3")
                .bind(now.as_millis())
                .bind(budget_id)
                .bind(starts_at)
                .execute(&mut *tx)
                .await?;
        }
        tally.write(tx).await?;
        if !used.is_empty() {
            let mut sql = Sql::default();
            touch(&mut sql, used, now);
            sql.build().execute(tx).await?;
        }
        Ok(decided)
    }

    async fn settle(&self, tx: &mut AnyConnection, tally: &mut Tally) -> Result<(), Error> {
        let mut changes = Changes::default();
        for rows in chunks(&self.settles) {
            let by_id: HashMap<String, &Settle> = rows.iter().map(|settle| (settle.id.to_string(), *settle)).collect();
            for row in update(rows).build().fetch_all(&mut *tx).await? {
                let row = Columns { table: "requests", row: &row };
                if let Some(settle) = by_id.get(&row.get::<String>("id")?) {
                    tally.count(origin(&row)?, &Outcome::from(*settle));
                    changes.add(&places(&row)?, settle.charge.bill.total(), -row.get::<i64>("reserved_nusd")?);
                }
            }
        }
        changes.write(tx).await
    }

    /// Lets those in that fit into their budgets, each for itself and in the order in which they came.
    async fn decide(&mut self, tx: &mut AnyConnection, windows: &Windows) -> Result<Decided, Error> {
        let holds = || self.inserts.iter().filter_map(|new| new.open.hold.as_ref());
        let ids: BTreeSet<i64> = holds().flat_map(|hold| hold.budgets.iter().copied()).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut room = Room::read(tx, windows, &ids).await?;
        let mut refused = Refusals::new();
        for new in &mut self.inserts {
            match new.open.hold.as_ref().map(|hold| room.take(hold)) {
                None => {}
                Some(Ok(places)) => new.places = places,
                Some(Err(spent)) => {
                    refused.insert(new.open.id, spent);
                }
            }
        }
        Ok(Decided { refused, warnings: room.warnings() })
    }

    async fn insert(&self, tx: &mut AnyConnection, tally: &mut Tally) -> Result<(), Error> {
        let mut changes = Changes::default();
        for rows in chunks(&self.inserts) {
            let mut sql = Sql::default();
            insert(&mut sql, rows);
            sql.push(" ON CONFLICT (id) DO NOTHING RETURNING id");
            let inserted = ids(&sql.build().fetch_all(&mut *tx).await?)?;
            let is_in = |new: &&New<'_>| inserted.len() == rows.len() || inserted.contains(&new.open.id.to_string());
            for new in rows.iter().filter(is_in) {
                if let Some(settle) = new.settle {
                    tally.count(Origin::from(new.open), &Outcome::from(settle));
                }
                changes.add(&new.places, new.settle.map_or(0, |settle| settle.charge.bill.total()), new.held());
            }
        }
        changes.write(tx).await
    }
}

/// Writes down when keys were last used.
fn touch(sql: &mut Sql, used: &[i64], now: Time) {
    sql.push_bind("UPDATE keys SET last_used_at = ", now.as_millis());
    sql.push(" WHERE id IN (").bind_list(used.iter().copied()).push(")");
}

fn ids(rows: &[AnyRow]) -> Result<HashSet<String>, Error> {
    rows.iter().map(|row| Columns { table: "requests", row }.get("id")).collect()
}

/// Where a row is charged.
pub(crate) fn places(row: &Columns<'_>) -> Result<Vec<Place>, Error> {
    match row.get::<Option<String>>("budgets")? {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str(&text).map_err(|error| row.corrupt("budgets", &error)),
    }
}

pub(super) fn origin(row: &Columns<'_>) -> Result<Origin, Error> {
    Ok(Origin {
        created_at: row.time("created_at")?,
        user_id: row.get("user_id")?,
        key_id: row.get("key_id")?,
        model: row.get("model")?,
    })
}

fn insert(sql: &mut Sql, rows: &[New<'_>]) {
    sql.push(
        "INSERT INTO requests (id, created_at, user_id, key_id, key_name, model, endpoint, dialect, stream, client_ip,
             user_agent, input_estimate, budgets, reserved_nusd, state, status, channel_id, channel_name, upstream_model, attempts, input_tokens,
             output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, input_audio_tokens,
             input_image_tokens, reasoning_tokens, output_audio_tokens, images, estimated, anomalous, price_id,
             multiplier_ppm, unpriced, bill, cost_nusd, ttft_ms, duration_ms, error)
         VALUES ",
    );
    sql.tuples(rows, |tuple, new| {
        let open = new.open;
        tuple
            .bind(open.id.to_string())
            .bind(open.created_at.as_millis())
            .bind(open.user_id)
            .bind(open.key_id)
            .bind(open.key_name.as_str())
            .bind(open.model.as_str())
            .bind(open.endpoint.as_str())
            .bind(open.dialect.as_str())
            .bind(i64::from(open.stream))
            .bind(open.client_ip.as_deref())
            .bind(open.user_agent.as_deref())
            .bind(open.input_estimate)
            .bind((!new.places.is_empty()).then(|| json(&new.places)))
            .bind(new.held());
        outcome(tuple, new.settle.ok_or(open));
    });
}

/// `state || ''` keeps SQLite from walking every open row instead of looking up each id.
fn update(rows: &[&Settle]) -> Sql {
    let mut sql = Sql::new(
        "WITH settled (id, state, status, channel_id, channel_name, upstream_model, attempts, input_tokens,
             output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, input_audio_tokens,
             input_image_tokens, reasoning_tokens, output_audio_tokens, images, estimated, anomalous, price_id,
             multiplier_ppm, unpriced, bill, cost_nusd, ttft_ms, duration_ms, error) AS (VALUES ",
    );
    sql.tuples(rows, |tuple, settle| {
        tuple.bind(settle.id.to_string());
        outcome(tuple, Ok(*settle));
    })
    .push(
        ") UPDATE requests SET state = settled.state, status = settled.status, channel_id = settled.channel_id,
             channel_name = settled.channel_name, upstream_model = settled.upstream_model, attempts = settled.attempts,
             input_tokens = settled.input_tokens, output_tokens = settled.output_tokens,
             cache_read_tokens = settled.cache_read_tokens, cache_write_tokens = settled.cache_write_tokens,
             cache_write_1h_tokens = settled.cache_write_1h_tokens, input_audio_tokens = settled.input_audio_tokens,
             input_image_tokens = settled.input_image_tokens, reasoning_tokens = settled.reasoning_tokens,
             output_audio_tokens = settled.output_audio_tokens, images = settled.images, estimated = settled.estimated,
             anomalous = settled.anomalous, price_id = settled.price_id, multiplier_ppm = settled.multiplier_ppm,
             unpriced = settled.unpriced, bill = settled.bill, cost_nusd = settled.cost_nusd,
             ttft_ms = settled.ttft_ms, duration_ms = settled.duration_ms, error = settled.error
         FROM settled WHERE requests.id = settled.id AND requests.state || '' = 'open'
         RETURNING requests.id, requests.created_at, requests.user_id, requests.key_id, requests.model, requests.budgets,
             requests.reserved_nusd",
    );
    sql
}

/// Output tokens of requests that run. One that is settled already has its own.
pub(super) fn count(running: &[(Uuid, i64)]) -> Sql {
    let mut sql = Sql::new("WITH counted (id, tokens) AS (VALUES ");
    sql.tuples(running, |tuple, (id, tokens)| {
        tuple.bind(id.to_string()).bind(*tokens);
    })
    .push(
        ") UPDATE requests SET counted_tokens = counted.tokens
         FROM counted WHERE requests.id = counted.id AND requests.state || '' = 'open'",
    );
    sql
}

/// The lines of a bill as they are kept; nothing if there are none.
pub(super) fn lines(bill: &Bill) -> Option<String> {
    let lines: Vec<(PriceClass, i64, i64, i64)> =
        bill.lines.iter().map(|line| (line.class, line.quantity, line.rate_nusd, line.cost_nusd)).collect();
    (!lines.is_empty()).then(|| json(&lines))
}

/// The columns from `state` on, of a settlement or of a request that is open.
fn outcome(tuple: &mut Tuple<'_>, settle: Result<&Settle, &Open>) {
    let (price_id, multiplier_ppm) = match settle {
        Ok(settle) => (settle.charge.price_id, settle.charge.bill.multiplier_ppm),
        Err(open) => (open.price_id, open.multiplier_ppm),
    };
    let settle = settle.ok();
    let usage = settle.map(|settle| settle.usage).unwrap_or_default();
    tuple
        .bind(settle.map_or(LogState::Open, |settle| settle.state).as_str())
        .bind(settle.and_then(|settle| settle.status).map(i64::from))
        .bind(settle.and_then(|settle| settle.channel_id))
        .bind(settle.and_then(|settle| settle.channel_name.as_deref()))
        .bind(settle.and_then(|settle| settle.upstream_model.as_deref()))
        .bind(settle.map_or_else(|| "[]".to_owned(), |settle| json(&settle.attempts)))
        .bind(usage.input)
        .bind(usage.output)
        .bind(usage.cache_read)
        .bind(usage.cache_write)
        .bind(usage.cache_write_1h)
        .bind(usage.input_audio)
        .bind(usage.input_image)
        .bind(usage.reasoning)
        .bind(usage.output_audio)
        .bind(usage.images)
        .bind(i64::from(settle.is_some_and(|settle| settle.estimated)))
        .bind(i64::from(settle.is_some_and(|settle| settle.anomalous)))
        .bind(price_id)
        .bind(multiplier_ppm)
        .bind(i64::from(settle.is_some_and(|settle| settle.charge.unpriced)))
        .bind(settle.and_then(|settle| lines(&settle.charge.bill)))
        .bind(settle.map_or(0, |settle| settle.charge.bill.total()))
        .bind(settle.and_then(|settle| settle.ttft_ms))
        .bind(settle.map(|settle| settle.duration_ms))
        .bind(settle.and_then(|settle| settle.error.as_deref()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::migrated;
    use crate::ledger::Usage;
    use crate::prices::Charge;

    #[tokio::test]
    async fn a_settlement_finds_its_row_by_id() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let settle = Settle {
            id: Uuid::nil(),
            key_id: 1,
            state: LogState::Done,
            status: None,
            channel_id: None,
            channel_name: None,
            upstream_model: None,
            attempts: Vec::new(),
            usage: Usage::default(),
            estimated: false,
            anomalous: false,
            charge: Charge::default(),
            ttft_ms: None,
            duration_ms: 0,
            error: None,
        };
        let plan = update(&[&settle; 64]).plan(&mut connection).await;
        let by_id = "SEARCH requests USING PRIMARY KEY (id=?)";
        assert!(plan.iter().any(|step| step == by_id), "{plan:?}");
    }
}
