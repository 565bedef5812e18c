//! Removing what was kept long enough: a batch at a time, so that the ledger's writes come in between.
//!
//! What is removed stays counted: in `usage_hourly`, and in the windows of the budgets that it was charged to, which remember how much of
//! their sums they can no longer show. [`verify`](crate::verify) starts from there.

use std::collections::BTreeMap;

use api::Time;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::bodies;
use crate::engine;
use crate::error::Error;
use crate::ledger::batch::places;
use crate::logs::Logs;
use crate::settings;
use crate::sql::{Columns, Sql};
use crate::verify::KEPT_SINCE;

/// Rows that a single transaction removes.
const AT_ONCE: i64 = 200;

impl Logs<'_> {
    /// Removes a batch of the oldest finished requests, those that came before a moment. Answers whether there may be more.
    pub async fn prune(self, before: Time) -> Result<bool, Error> {
        self.store.write(move |tx| Box::pin(prune(tx, before))).await
    }

    /// The same, if the database holds more than so many bytes.
    pub async fn prune_beyond(self, bytes: i64, before: Time) -> Result<bool, Error> {
        let held = engine::held_bytes(&mut *self.store.read().await?).await?;
        if held <= bytes {
            return Ok(false);
        }
        self.prune(before).await
    }
}

async fn prune(tx: &mut AnyConnection, before: Time) -> Result<bool, Error> {
    let removed = remove(before).build().fetch_all(&mut *tx).await?;
    let mut ids: Vec<String> = Vec::with_capacity(removed.len());
    let mut kept_since = None;
    let mut charged: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for row in &removed {
        let row = columns(row);
        ids.push(row.get("id")?);
        kept_since = kept_since.max(Some(row.get::<i64>("created_at")? + 1));
        let cost: i64 = row.get("cost_nusd")?;
        for place in places(&row)? {
            let sum = charged.entry(place).or_default();
            *sum = sum.saturating_add(cost);
        }
    }
    bodies::forget(&mut *tx, &ids).await?;
    for ((budget_id, starts_at), cost) in charged {
        let mut sql = Sql::new("UPDATE budget_windows SET pruned_nusd = pruned_nusd + ");
        sql.bind(cost).push_bind(" WHERE budget_id = ", budget_id).push_bind(" AND starts_at = ", starts_at);
        sql.build().execute(&mut *tx).await?;
    }
    if let Some(kept_since) = kept_since {
        let known = settings::get(&mut *tx, KEPT_SINCE).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
        settings::set(&mut *tx, KEPT_SINCE, &kept_since.max(known).to_string()).await?;
    }
    Ok(i64::try_from(removed.len()).is_ok_and(|removed| removed == AT_ONCE))
}

/// Ids grow with time, so that no index on times is needed.
fn remove(before: Time) -> Sql {
    let mut sql = Sql::new(
        "DELETE FROM requests WHERE id IN (SELECT id FROM
             (SELECT id, created_at FROM requests WHERE state || '' <> 'open' ORDER BY id LIMIT ",
    );
    sql.bind(AT_ONCE).push_bind(") AS oldest WHERE created_at < ", before.as_millis());
    sql.push(") RETURNING id, created_at, cost_nusd, budgets");
    sql
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "requests", row }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::migrated;

    #[tokio::test]
    async fn the_oldest_are_found_without_sorting_or_reading_the_rest() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let plan = remove(Time::from_millis(1)).plan(&mut connection).await;
        assert!(plan.iter().any(|step| step == "SEARCH requests USING PRIMARY KEY (id=?)"), "{plan:#?}");
        // In the order of the primary key, up to the limit.
        assert!(plan.iter().any(|step| step == "SCAN requests"), "{plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("USE TEMP B-TREE")), "{plan:#?}");
    }
}
