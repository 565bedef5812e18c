//! Budgets: whose they are, and what of them is gone. Only the ledger writes what is used and held.

pub(crate) mod near;
pub(crate) mod window;
pub(crate) mod zone;

use std::collections::HashMap;

use api::budgets::{Budget, NewBudget, Period};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use self::window::Windows;
use crate::error::Error;
use crate::sql::{Columns, Sql};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Budgets<'s> {
    pub(crate) store: &'s Store,
}

/// Whose a budget is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    Key(i64),
    User(i64),
    Group(String),
    /// All requests.
    Gateway,
}

impl Budgets<'_> {
    /// Every budget with its id, for requests to be held to.
    pub async fn for_relay(self) -> Result<HashMap<Owner, i64>, Error> {
        sqlx::query("SELECT id, key_id, user_id, group_name FROM budgets")
            .fetch_all(&mut *self.store.read().await?)
            .await?
            .iter()
            .map(|row| Ok((owner(&columns(row))?, columns(row).get("id")?)))
            .collect()
    }

    /// The whole gateway's.
    pub async fn gateway(self) -> Result<Option<Budget>, Error> {
        let windows = self.store.windows();
        let found = find(&mut *self.store.read().await?, &windows, Of::Gateway).await?;
        Ok(found.into_values().next())
    }

    /// Sets the whole gateway's, or does away with it.
    pub async fn set_gateway(self, budget: Option<NewBudget>) -> Result<Option<Budget>, Error> {
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    set(tx, &Owner::Gateway, budget.as_ref(), now).await?;
                    Ok(find(tx, &windows, Of::Gateway).await?.into_values().next())
                })
            })
            .await
    }
}

/// Sets a budget, or does away with it. What is used of one that only changes its amount stays used.
pub(crate) async fn set(
    tx: &mut AnyConnection,
    owner: &Owner,
    budget: Option<&NewBudget>,
    now: i64,
) -> Result<(), Error> {
    if let Some(budget) = budget {
        let mut sql = Sql::new("UPDATE budgets SET ");
        sql.push_bind("limit_nusd = ", budget.limit_nusd).push_bind(", warn_percent = ", budget.warn_percent);
        sql.push_bind(" WHERE period = ", budget.period.as_str()).push(" AND ");
        owned_by(&mut sql, owner);
        if sql.build().execute(&mut *tx).await?.rows_affected() > 0 {
            // What is near the end of one amount may be far from that of another.
            let mut sql =
                Sql::new("UPDATE budget_windows SET warned_at = NULL WHERE budget_id = (SELECT id FROM budgets WHERE ");
            owned_by(&mut sql, owner);
            sql.push(")");
            sql.build().execute(tx).await?;
            return Ok(());
        }
    }
    let mut sql = Sql::new("DELETE FROM budgets WHERE ");
    owned_by(&mut sql, owner);
    sql.build().execute(&mut *tx).await?;
    let Some(budget) = budget else { return Ok(()) };
    let (key_id, user_id, group_name) = match owner {
        Owner::Key(id) => (Some(*id), None, None),
        Owner::User(id) => (None, Some(*id), None),
        Owner::Group(name) => (None, None, Some(name.as_str())),
        Owner::Gateway => (None, None, None),
    };
    let mut sql = Sql::new(
        "INSERT INTO budgets (key_id, user_id, group_name, period, limit_nusd, warn_percent, created_at) VALUES ",
    );
    sql.tuples([budget], |tuple, budget| {
        tuple
            .bind(key_id)
            .bind(user_id)
            .bind(group_name)
            .bind(budget.period.as_str())
            .bind(budget.limit_nusd)
            .bind(budget.warn_percent)
            .bind(now);
    });
    sql.build().execute(tx).await?;
    Ok(())
}

fn owned_by(sql: &mut Sql, owner: &Owner) {
    match owner {
        Owner::Key(id) => sql.push_bind("key_id = ", *id),
        Owner::User(id) => sql.push_bind("user_id = ", *id),
        Owner::Group(name) => sql.push_bind("group_name = ", name.as_str()),
        Owner::Gateway => sql.push("key_id IS NULL AND user_id IS NULL AND group_name IS NULL"),
    };
}

/// Which budgets to find.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'o> {
    Keys(&'o [i64]),
    Users(&'o [i64]),
    Groups(&'o [String]),
    Gateway,
}

/// Budgets as they stand now, by whose they are.
pub(crate) async fn find(
    connection: &mut AnyConnection,
    windows: &Windows,
    of: Of<'_>,
) -> Result<HashMap<Owner, Budget>, Error> {
    let mut sql = Sql::new(
        "SELECT key_id, user_id, group_name, period, limit_nusd, warn_percent, COALESCE(used_nusd, 0) AS used_nusd,
             COALESCE(reserved_nusd, 0) AS reserved_nusd
         FROM budgets LEFT JOIN budget_windows ON budget_id = id AND starts_at = ",
    );
    starts_at(&mut sql, windows);
    sql.push(" WHERE ");
    match of {
        Of::Keys(ids) => sql.push("key_id IN (").bind_list(ids.iter().copied()).push(")"),
        Of::Users(ids) => sql.push("user_id IN (").bind_list(ids.iter().copied()).push(")"),
        Of::Groups(names) => sql.push("group_name IN (").bind_list(names.iter().map(String::as_str)).push(")"),
        Of::Gateway => sql.push("key_id IS NULL AND user_id IS NULL AND group_name IS NULL"),
    };
    let rows = sql.build().fetch_all(connection).await?;
    rows.iter().map(|row| Ok((owner(&columns(row))?, budget(&columns(row), windows)?))).collect()
}

/// The first millisecond of the time that a row of `budgets` is in.
pub(crate) fn starts_at(sql: &mut Sql, windows: &Windows) {
    sql.push("CASE period");
    for period in [Period::Daily, Period::Weekly, Period::Monthly] {
        sql.push(" WHEN '").push(period.as_str()).push_bind("' THEN ", windows.of(period).starts_at);
    }
    sql.push(" ELSE 0 END");
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "budgets", row }
}

pub(crate) fn owner(row: &Columns<'_>) -> Result<Owner, Error> {
    if let Some(id) = row.get::<Option<i64>>("key_id")? {
        return Ok(Owner::Key(id));
    }
    if let Some(id) = row.get::<Option<i64>>("user_id")? {
        return Ok(Owner::User(id));
    }
    Ok(row.get::<Option<String>>("group_name")?.map_or(Owner::Gateway, Owner::Group))
}

fn budget(row: &Columns<'_>, windows: &Windows) -> Result<Budget, Error> {
    let period = row.word("period")?;
    Ok(Budget {
        limit_nusd: row.get("limit_nusd")?,
        period,
        warn_percent: row.get("warn_percent")?,
        used_nusd: row.get("used_nusd")?,
        reserved_nusd: row.get("reserved_nusd")?,
        resets_at: windows.of(period).ends_at.map(api::Time::from_millis),
    })
}
