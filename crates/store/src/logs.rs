//! Reading requests that passed through. Writing them is the ledger's.

use api::Keyset;
use api::logs::{Log, LogQuery};
use sqlx::any::AnyRow;

use crate::error::Error;
use crate::keys::Scope;
use crate::sql::{Columns, Sql};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Logs<'s> {
    pub(crate) store: &'s Store,
}

const SELECT: &str =
    "SELECT id, created_at, key_id, key_name, user_id, channel_id, channel_name, model, upstream_model,
    endpoint, stream, state, status, input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, estimated,
    cost_nusd, ttft_ms, duration_ms, attempts, client_ip, user_agent, error
    FROM requests WHERE ";

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

impl Logs<'_> {
    /// Requests, newest first, from `before` on.
    pub async fn list(self, scope: Scope, query: &LogQuery) -> Result<Keyset<Log>, Error> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let rows = select(scope, query, limit).build().fetch_all(&mut *self.store.read().await?).await?;
        let mut items = rows.iter().map(log).collect::<Result<Vec<_>, _>>()?;
        let more = i64::try_from(items.len()).is_ok_and(|n| n > limit);
        if more {
            items.pop();
        }
        let next = items.last().filter(|_| more).map(|log| log.id.clone());
        Ok(Keyset { items, next })
    }

    pub async fn get(self, scope: Scope, id: &str) -> Result<Option<Log>, Error> {
        let mut sql = Sql::new(SELECT);
        sql.push_bind("id = ", id);
        scope.restrict(&mut sql, "user_id");
        let row = sql.build().fetch_optional(&mut *self.store.read().await?).await?;
        row.as_ref().map(log).transpose()
    }
}

fn select(scope: Scope, query: &LogQuery, limit: i64) -> Sql {
    let mut sql = Sql::new(SELECT);
    // Sorts after every id; a condition in any case keeps the rest alike.
    sql.push_bind("id < ", query.before.as_deref().unwrap_or("~"));
    scope.restrict(&mut sql, "user_id");
    if let Some(model) = &query.model {
        sql.push_bind(" AND model = ", model.as_str());
    }
    if let Some(state) = query.state {
        sql.push_bind(" AND state = ", state.as_str());
    }
    if let Some(id) = query.key_id {
        sql.push_bind(" AND key_id = ", id);
    }
    if let Some(id) = query.channel_id {
        sql.push_bind(" AND channel_id = ", id);
    }
    // One more tells whether there are more.
    sql.push_bind(" ORDER BY id DESC LIMIT ", limit + 1);
    sql
}

fn log(row: &AnyRow) -> Result<Log, Error> {
    let row = Columns { table: "requests", row };
    Ok(Log {
        id: row.get("id")?,
        created_at: row.time("created_at")?,
        key_id: row.get("key_id")?,
        key_name: row.get("key_name")?,
        user_id: row.get("user_id")?,
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
        reasoning_tokens: row.get("reasoning_tokens")?,
        estimated: row.flag("estimated")?,
        cost_nusd: row.get("cost_nusd")?,
        ttft_ms: row.get("ttft_ms")?,
        duration_ms: row.get("duration_ms")?,
        attempts: row.json("attempts")?,
        client_ip: row.get("client_ip")?,
        user_agent: row.get("user_agent")?,
        error: row.get("error")?,
    })
}

#[cfg(test)]
mod tests {
    use api::logs::LogState;

    use super::*;
    use crate::engine::tests::migrated;

    #[tokio::test]
    async fn no_filter_sorts_or_reads_the_whole_table() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let any = LogQuery::default;
        let model = || Some("m".to_owned());
        for (scope, query, index) in [
            (Scope::All, any(), "sqlite_autoindex_requests_1"),
            (Scope::User(1), any(), "requests_by_user"),
            (Scope::All, LogQuery { model: model(), ..any() }, "requests_by_model"),
            (Scope::All, LogQuery { key_id: Some(1), ..any() }, "requests_by_key"),
            (Scope::All, LogQuery { channel_id: Some(1), ..any() }, "requests_by_channel"),
            (Scope::All, LogQuery { state: Some(LogState::Open), ..any() }, "requests_by_state"),
        ] {
            let plan = select(scope, &query, 50).plan(&mut connection).await;
            assert_eq!(plan.len(), 1, "{query:?}: {plan:?}");
            assert!(plan[0].starts_with("SEARCH requests USING INDEX"), "{plan:?}");
            assert!(plan[0].contains(index), "{query:?}: {plan:?}");
        }
    }
}
