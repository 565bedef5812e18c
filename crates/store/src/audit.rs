//! Who changed what, read newest first. The row of a change is in the transaction that makes it.

use std::sync::{Arc, OnceLock};

use api::audit::{Action, AuditEntry, AuditQuery, Members, SubjectKind};
use api::{Keyset, Time};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::sql::{Columns, Sql, json};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Audit<'s> {
    pub(crate) store: &'s Store,
}

/// A row to write. Its time is that of the writing.
#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// `None` if nobody was signed in.
    pub user: Option<(i64, String)>,
    pub action: Action,
    pub subject: SubjectKind,
    pub subject_id: Option<String>,
    pub subject_name: String,
    pub before: Option<Members>,
    pub after: Option<Members>,
    pub client_ip: Option<String>,
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

tokio::task_local! {
    static FOLLOWED: Arc<Followed>;
}

/// Work whose first write takes its row along.
#[derive(Debug)]
pub(crate) struct Followed {
    entry: NewAuditEntry,
    row: OnceLock<i64>,
}

impl Followed {
    /// The one that the caller runs in, if its row isn't written yet.
    pub(crate) fn current() -> Option<Arc<Self>> {
        FOLLOWED.try_with(Arc::clone).ok().filter(|followed| followed.row.get().is_none())
    }

    /// Writes the row into a transaction.
    pub(crate) async fn write(&self, tx: &mut AnyConnection, now: Time) -> Result<i64, Error> {
        insert(tx, self.entry.clone(), now).await
    }

    /// The transaction is committed.
    pub(crate) fn written(&self, row: i64) {
        // Of two transactions at once, each has a row; the first one is completed.
        let _first = self.row.set(row);
    }
}

/// Rows that a single transaction removes.
const PRUNED_AT_ONCE: i64 = 500;

impl Audit<'_> {
    /// Runs `work`. The first write transaction that it begins has `entry` as a row in it: either both are there or neither is.
    /// Answers the row, if anything was written.
    pub async fn follow<F: Future>(self, entry: NewAuditEntry, work: F) -> (F::Output, Option<i64>) {
        let followed = Arc::new(Followed { entry, row: OnceLock::new() });
        let output = FOLLOWED.scope(Arc::clone(&followed), work).await;
        (output, followed.row.get().copied())
    }

    /// Says in the row of a change what was known only after it. Its time stays.
    pub async fn complete(self, row: i64, entry: NewAuditEntry) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let (user_id, username) = entry.user.unzip();
                    sqlx::query(
                        "UPDATE audit SET user_id = $1, username = $2, action = $3, subject = $4, subject_id = $5,
                             subject_name = $6, before = $7, after = $8 WHERE id = $9",
                    )
                    .bind(user_id)
                    .bind(username.unwrap_or_default())
                    .bind(entry.action.as_str())
                    .bind(entry.subject.as_str())
                    .bind(entry.subject_id)
                    .bind(entry.subject_name)
                    .bind(entry.before.as_ref().map(json))
                    .bind(entry.after.as_ref().map(json))
                    .bind(row)
                    .execute(tx)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Takes back the row of what turned out to change nothing.
    pub async fn withdraw(self, row: i64) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM audit WHERE id = $1").bind(row).execute(tx).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Writes a row of what changed nothing here, such as a failed sign-in.
    pub async fn record(self, entry: NewAuditEntry) -> Result<(), Error> {
        let now = self.store.now();
        self.store.write(move |tx| Box::pin(async move { insert(tx, entry, now).await.map(drop) })).await
    }

    /// Removes a batch of the oldest rows, those before a moment. Answers whether there may be more.
    pub async fn prune(self, before: Time) -> Result<bool, Error> {
        let removed = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    // Ids grow with time, so that no index on times is needed.
                    let done = sqlx::query(
                        "DELETE FROM audit WHERE id IN (SELECT id FROM
                             (SELECT id, at FROM audit ORDER BY id LIMIT $1) AS oldest WHERE at < $2)",
                    )
                    .bind(PRUNED_AT_ONCE)
                    .bind(before.as_millis())
                    .execute(tx)
                    .await?;
                    Ok::<_, Error>(done.rows_affected())
                })
            })
            .await?;
        Ok(i64::try_from(removed).is_ok_and(|removed| removed == PRUNED_AT_ONCE))
    }

    /// Rows, newest first, from `before` on.
    pub async fn list(self, query: &AuditQuery) -> Result<Keyset<AuditEntry>, Error> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let rows = select(query, limit).build().fetch_all(&mut *self.store.read().await?).await?;
        let mut items = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let more = i64::try_from(items.len()).is_ok_and(|n| n > limit);
        if more {
            items.pop();
        }
        let next = items.last().filter(|_| more).map(|entry| entry.id.to_string());
        Ok(Keyset { items, next })
    }
}

async fn insert(tx: &mut AnyConnection, entry: NewAuditEntry, now: Time) -> Result<i64, Error> {
    let (user_id, username) = entry.user.unzip();
    let row = sqlx::query(
        "INSERT INTO audit (at, user_id, username, action, subject, subject_id, subject_name, before, after, client_ip)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         RETURNING id",
    )
    .bind(now.as_millis())
    .bind(user_id)
    .bind(username.unwrap_or_default())
    .bind(entry.action.as_str())
    .bind(entry.subject.as_str())
    .bind(entry.subject_id)
    .bind(entry.subject_name)
    .bind(entry.before.as_ref().map(json))
    .bind(entry.after.as_ref().map(json))
    .bind(entry.client_ip)
    .fetch_one(tx)
    .await?;
    Ok(row.try_get("id")?)
}

fn select(query: &AuditQuery, limit: i64) -> Sql {
    let mut sql = Sql::new(
        "SELECT id, at, user_id, username, action, subject, subject_id, subject_name, before, after, client_ip
         FROM audit WHERE ",
    );
    sql.push_bind("id < ", query.before.unwrap_or(i64::MAX));
    if let Some(id) = query.user_id {
        sql.push_bind(" AND user_id = ", id);
    }
    if let Some(kind) = query.subject {
        sql.push_bind(" AND subject = ", kind.as_str());
    }
    if let Some(action) = query.action {
        sql.push_bind(" AND action = ", action.as_str());
    }
    // One more tells whether there are more.
    sql.push_bind(" ORDER BY id DESC LIMIT ", limit + 1);
    sql
}

fn entry(row: &AnyRow) -> Result<AuditEntry, Error> {
    let row = Columns { table: "audit", row };
    let members = |column| -> Result<Option<Members>, Error> {
        match row.get::<Option<String>>(column)? {
            Some(_) => Ok(Some(row.json(column)?)),
            None => Ok(None),
        }
    };
    Ok(AuditEntry {
        id: row.get("id")?,
        at: row.time("at")?,
        user_id: row.get("user_id")?,
        username: row.get("username")?,
        action: row.word("action")?,
        subject: row.word("subject")?,
        subject_id: row.get("subject_id")?,
        subject_name: row.get("subject_name")?,
        before: members("before")?,
        after: members("after")?,
        client_ip: row.get("client_ip")?,
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
        let any = AuditQuery::default;
        for (query, index) in [
            (any(), "PRIMARY KEY"),
            (AuditQuery { user_id: Some(1), ..any() }, "audit_by_user"),
            (AuditQuery { subject: Some(SubjectKind::Key), ..any() }, "audit_by_subject"),
            (AuditQuery { action: Some(Action::SignIn), ..any() }, "audit_by_action"),
        ] {
            let plan = select(&query, 50).plan(&mut connection).await;
            assert_eq!(plan.len(), 1, "{query:?}: {plan:?}");
            assert!(plan[0].starts_with("SEARCH audit USING"), "{plan:?}");
            assert!(plan[0].contains(index), "{query:?}: {plan:?}");
        }
    }
}
