//! What was asked and answered, for the few keys that say so. Compressed, then sealed: who reads the database reads no prompts.

use std::io;

use api::Time;
use api::logs::{LogBodies, LogBody};
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use crate::error::Error;
use crate::keys::Scope;
use crate::sql::{Columns, Sql};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Bodies<'s> {
    pub(crate) store: &'s Store,
}

/// What is to be kept of one direction. Holds no credentials: whoever makes it has masked them.
#[derive(Clone)]
pub struct NewBody {
    pub bytes: Vec<u8>,
    /// How long it was.
    pub whole_bytes: usize,
    /// `bytes` is only its beginning.
    pub cut: bool,
}

impl std::fmt::Debug for NewBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewBody").field("whole_bytes", &self.whole_bytes).finish_non_exhaustive()
    }
}

const TABLE: &str = "request_bodies";
/// What they are sealed as.
const COLUMN: &str = "sealed";

/// zstd's default: most of what higher ones save, in a fraction of their time.
const LEVEL: i32 = 3;

/// Rows that a single transaction removes.
const AT_ONCE: i64 = 25;

impl Bodies<'_> {
    /// Keeps what was asked and answered, and tells those who watch the log. Nothing if the user is gone.
    pub async fn save(
        self,
        id: Uuid,
        user_id: i64,
        request: Option<NewBody>,
        answer: Option<NewBody>,
    ) -> Result<(), Error> {
        let now = self.store.now().as_millis();
        let mut rows = Vec::new();
        for (direction, body) in [("request", request), ("answer", answer)] {
            let Some(NewBody { bytes, whole_bytes, cut }) = body else { continue };
            let compressed = tokio::task::spawn_blocking(move || zstd::encode_all(bytes.as_slice(), LEVEL)).await;
            let compressed = compressed.map_err(io::Error::other).and_then(|done| done);
            let compressed = compressed.map_err(|error| Error::corrupt(TABLE, COLUMN, &id, &error))?;
            let sealed = self.store.vault().seal_named(TABLE, COLUMN, &place(id, direction), &compressed)?;
            rows.push((direction, sealed, i64::try_from(whole_bytes).unwrap_or(i64::MAX), cut));
        }
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for (direction, sealed, whole_bytes, cut) in rows {
                        let size = i64::try_from(sealed.len()).unwrap_or(i64::MAX);
                        sqlx::query(
                            "INSERT INTO request_bodies
                                 (request_id, direction, user_id, created_at, whole_bytes, cut, sealed, sealed_bytes)
                             SELECT $1, $2, id, $3, $4, $5, $6, $7 FROM users WHERE id = $8
                             ON CONFLICT (request_id, direction) DO NOTHING",
                        )
                        .bind(id.to_string())
                        .bind(direction)
                        .bind(now)
                        .bind(whole_bytes)
                        .bind(i64::from(cut))
                        .bind(sealed)
                        .bind(size)
                        .bind(user_id)
                        .execute(&mut *tx)
                        .await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.store.ledger().tell(id);
        Ok(())
    }

    /// What is kept of a request, and whose it is; `None` if nothing is, or nothing in scope.
    pub async fn get(self, scope: Scope, id: &str) -> Result<Option<(i64, LogBodies)>, Error> {
        let mut sql = Sql::new(
            "SELECT direction, user_id, whole_bytes, cut, sealed, request_id AS id FROM request_bodies WHERE request_id = ",
        );
        sql.bind(id);
        scope.restrict(&mut sql, "user_id");
        let rows = sql.build().fetch_all(&mut *self.store.read().await?).await?;
        let mut bodies = LogBodies { request: None, answer: None };
        let mut owner = None;
        for row in &rows {
            let row = Columns { table: TABLE, row };
            let direction: String = row.get("direction")?;
            let id: Uuid = row.get::<String>("id")?.parse().map_err(|error| row.corrupt("request_id", &error))?;
            let sealed: Vec<u8> = row.get("sealed")?;
            let opened = self.store.vault().open_named(TABLE, COLUMN, &place(id, &direction), &sealed);
            let opened = opened.map_err(|error| row.corrupt(COLUMN, &error))?;
            let text = zstd::decode_all(opened.as_slice()).map_err(|error| row.corrupt(COLUMN, &error))?;
            let body = LogBody {
                text: String::from_utf8_lossy(&text).into_owned(),
                bytes: row.get("whole_bytes")?,
                cut: row.flag("cut")?,
            };
            *(if direction == "request" { &mut bodies.request } else { &mut bodies.answer }) = Some(body);
            owner = Some(row.get("user_id")?);
        }
        Ok(owner.map(|owner| (owner, bodies)))
    }

    /// Removes a batch of the oldest, those from before a moment. Answers whether there may be more.
    pub async fn prune(self, before: Time) -> Result<bool, Error> {
        self.remove(move |sql| {
            sql.push_bind("created_at < ", before.as_millis());
        })
        .await
    }

    /// The same without regard to age, if all of them take more than so many bytes.
    pub async fn prune_beyond(self, bytes: i64) -> Result<bool, Error> {
        let row = held().build().fetch_one(&mut *self.store.read().await?).await?;
        let held: i64 = row.try_get("held")?;
        if held <= bytes {
            return Ok(false);
        }
        self.remove(|sql| {
            sql.push("1 = 1");
        })
        .await
    }

    async fn remove(self, which: impl Fn(&mut Sql) + Send + 'static) -> Result<bool, Error> {
        let removed = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let mut sql = Sql::new(
                        "DELETE FROM request_bodies WHERE (request_id, direction) IN (SELECT request_id, direction FROM
                             (SELECT request_id, direction, created_at FROM request_bodies
                              ORDER BY request_id, direction LIMIT ",
                    );
                    sql.bind(AT_ONCE).push(") AS oldest WHERE ");
                    which(&mut sql);
                    sql.push(")");
                    Ok::<_, Error>(sql.build().execute(tx).await?.rows_affected())
                })
            })
            .await?;
        Ok(i64::try_from(removed).is_ok_and(|removed| removed == AT_ONCE))
    }
}

/// What all of them take.
fn held() -> Sql {
    Sql::new("SELECT CAST(COALESCE(SUM(sealed_bytes), 0) AS BIGINT) AS held FROM request_bodies")
}

/// Removes what is kept of these requests.
pub(crate) async fn forget(tx: &mut AnyConnection, ids: &[String]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("DELETE FROM request_bodies WHERE request_id IN (");
    sql.bind_list(ids.iter().map(String::as_str)).push(")");
    sql.build().execute(tx).await?;
    Ok(())
}

/// No two bodies have the same.
fn place(id: Uuid, direction: &str) -> String {
    format!("{id}/{direction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::migrated;

    #[tokio::test]
    async fn what_all_take_is_known_without_reading_any() {
        let (_dir, pools) = migrated().await;
        let mut connection = pools.write.acquire().await.unwrap();
        let plan = held().plan(&mut connection).await;
        assert_eq!(plan, ["SCAN request_bodies USING COVERING INDEX request_bodies_sizes"]);
    }
}
