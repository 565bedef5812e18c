//! Groups of keys, and who is in them.

use std::collections::{BTreeSet, HashMap};

use api::Page;
use api::channels::DEFAULT_GROUP;
use api::groups::{Group, GroupPatch, NewGroup};
use api::limits::Limits;
use api::page::PageQuery;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::budgets::window::Windows;
use crate::budgets::{self, Of, Owner};
use crate::error::Error;
use crate::sql::{Columns, Sql, contains, json};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Groups<'s> {
    pub(crate) store: &'s Store,
}

/// What of a group concerns requests.
#[derive(Debug, Clone, Copy)]
pub struct RelayGroup {
    /// What they cost, in parts per million of the price.
    pub multiplier_ppm: i64,
    /// Of all keys in it together.
    pub limits: Limits,
}

#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    #[error("a group of this name exists already")]
    NameTaken,
    /// Users or keys are in it, or channels serve it.
    #[error("the group is in use")]
    InUse(Box<Group>),
    /// Everything belongs to it unless said otherwise.
    #[error("the default group stays")]
    Default,
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for GroupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

const SELECT: &str = "SELECT name, multiplier_ppm, limits, created_at,
    (SELECT COUNT(*) FROM users WHERE users.group_name = groups.name) AS users,
    (SELECT COUNT(*) FROM keys WHERE keys.group_name = groups.name) AS keys
    FROM groups WHERE ";

impl Groups<'_> {
    /// A page of the groups, the default one first, then by name.
    pub async fn list(self, query: &PageQuery) -> Result<Page<Group>, Error> {
        let (skip, size) = query.window();
        let pattern = contains(query.search.as_deref());
        let mut connection = self.store.read().await?;
        let total = sqlx::query(r"SELECT COUNT(*) AS n FROM groups WHERE lower(name) LIKE $1 ESCAPE '\'")
            .bind(&pattern)
            .fetch_one(&mut *connection)
            .await?
            .try_get("n")?;
        let mut sql = Sql::new(SELECT);
        sql.push_bind("lower(name) LIKE ", pattern)
            .push_bind(r" ESCAPE '\' ORDER BY CASE name WHEN ", DEFAULT_GROUP)
            .push_bind(" THEN 0 ELSE 1 END, name LIMIT ", size)
            .push_bind(" OFFSET ", skip);
        let rows = sql.build().fetch_all(&mut *connection).await?;
        let serving = Serving::count(&mut connection).await?;
        let mut items = rows.iter().map(|row| group(row, &serving)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<String> = items.iter().map(|group| group.name.clone()).collect();
        let mut budgets = budgets::find(&mut connection, &self.store.windows(), Of::Groups(&names)).await?;
        for group in &mut items {
            group.budget = budgets.remove(&Owner::Group(group.name.clone()));
        }
        Ok(Page { items, total, page: skip / size + 1, page_size: size, counts: std::collections::BTreeMap::new() })
    }

    pub async fn for_relay(self) -> Result<HashMap<String, RelayGroup>, Error> {
        let rows = sqlx::query("SELECT name, multiplier_ppm, limits FROM groups")
            .fetch_all(&mut *self.store.read().await?)
            .await?;
        let group = |row| {
            let row = Columns { table: "groups", row };
            let group = RelayGroup { multiplier_ppm: row.get("multiplier_ppm")?, limits: row.json("limits")? };
            Ok((row.get("name")?, group))
        };
        rows.iter().map(group).collect()
    }

    pub async fn get(self, name: &str) -> Result<Option<Group>, Error> {
        load(&mut *self.store.read().await?, &self.store.windows(), name).await
    }

    pub async fn create(self, new: NewGroup) -> Result<Group, GroupError> {
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let name = new.name.trim();
                    let made = sqlx::query(
                        "INSERT INTO groups (name, multiplier_ppm, created_at, limits) VALUES ($1, $2, $3, $4)
                         ON CONFLICT (name) DO NOTHING",
                    )
                    .bind(name)
                    .bind(new.multiplier_ppm)
                    .bind(now)
                    .bind(json(&new.limits))
                    .execute(&mut *tx)
                    .await?;
                    if made.rows_affected() == 0 {
                        return Err(GroupError::NameTaken);
                    }
                    if new.budget.is_some() {
                        budgets::set(tx, &Owner::Group(name.to_owned()), new.budget.as_ref(), now).await?;
                    }
                    load(tx, &windows, name)
                        .await?
                        .ok_or_else(|| Error::corrupt("groups", "name", &name, &"it vanished").into())
                })
            })
            .await
    }

    /// Changes a group; `None` if there is none. Who and what is in it stays in it under its new name.
    pub async fn update(self, name: &str, patch: GroupPatch) -> Result<Option<Group>, GroupError> {
        let name = name.to_owned();
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if load(tx, &windows, &name).await?.is_none() {
                        return Ok(None);
                    }
                    if let Some(multiplier_ppm) = patch.multiplier_ppm {
                        sqlx::query("UPDATE groups SET multiplier_ppm = $1 WHERE name = $2")
                            .bind(multiplier_ppm)
                            .bind(&name)
                            .execute(&mut *tx)
                            .await?;
                    }
                    if let Some(limits) = patch.limits {
                        sqlx::query("UPDATE groups SET limits = $1 WHERE name = $2")
                            .bind(json(&limits))
                            .bind(&name)
                            .execute(&mut *tx)
                            .await?;
                    }
                    if let Some(budget) = &patch.budget {
                        budgets::set(tx, &Owner::Group(name.clone()), budget.as_ref(), now).await?;
                    }
                    let new = patch.name.as_deref().map_or(name.as_str(), str::trim);
                    if new != name {
                        rename(tx, &name, new).await?;
                    }
                    Ok(load(tx, &windows, new).await?)
                })
            })
            .await
    }

    /// Removes a group that nothing uses; whether there was one.
    pub async fn delete(self, name: &str) -> Result<bool, GroupError> {
        let name = name.to_owned();
        let windows = self.store.windows();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let Some(group) = load(tx, &windows, &name).await? else { return Ok(false) };
                    if group.name == DEFAULT_GROUP {
                        return Err(GroupError::Default);
                    }
                    if group.users + group.keys + group.channels > 0 {
                        return Err(GroupError::InUse(Box::new(group)));
                    }
                    sqlx::query("DELETE FROM groups WHERE name = $1").bind(&name).execute(tx).await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// The new name is a row before anything refers to it, and the old one goes when nothing does any more.
async fn rename(tx: &mut AnyConnection, old: &str, new: &str) -> Result<(), GroupError> {
    if old == DEFAULT_GROUP {
        return Err(GroupError::Default);
    }
    let made = sqlx::query(
        "INSERT INTO groups (name, multiplier_ppm, limits, created_at)
         SELECT $1, multiplier_ppm, limits, created_at FROM groups WHERE name = $2
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(new)
    .bind(old)
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Err(GroupError::NameTaken);
    }
    for sql in [
        "UPDATE users SET group_name = $1 WHERE group_name = $2",
        "UPDATE keys SET group_name = $1 WHERE group_name = $2",
        "UPDATE budgets SET group_name = $1 WHERE group_name = $2",
    ] {
        sqlx::query(sql).bind(new).bind(old).execute(&mut *tx).await?;
    }
    for row in &sqlx::query("SELECT id, groups FROM channels").fetch_all(&mut *tx).await? {
        let row = Columns { table: "channels", row };
        let mut names: Vec<String> = row.json("groups")?;
        let Some(at) = names.iter().position(|name| name == old) else { continue };
        new.clone_into(&mut names[at]);
        sqlx::query("UPDATE channels SET groups = $1 WHERE id = $2")
            .bind(json(&names))
            .bind(row.get::<i64>("id")?)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("DELETE FROM groups WHERE name = $1").bind(old).execute(tx).await?;
    Ok(())
}

pub(crate) async fn exists(connection: &mut AnyConnection, name: &str) -> Result<bool, Error> {
    let row = sqlx::query("SELECT name FROM groups WHERE name = $1").bind(name).fetch_optional(connection).await?;
    Ok(row.is_some())
}

async fn load(connection: &mut AnyConnection, windows: &Windows, name: &str) -> Result<Option<Group>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("name = ", name);
    let Some(row) = sql.build().fetch_optional(&mut *connection).await? else { return Ok(None) };
    let serving = Serving::count(&mut *connection).await?;
    let owner = Owner::Group(name.to_owned());
    let budget = budgets::find(connection, windows, Of::Groups(&[name.to_owned()])).await?.remove(&owner);
    Ok(Some(Group { budget, ..group(&row, &serving)? }))
}

/// How many channels serve each group. Counted here, because engines read JSON lists each in their own way.
struct Serving(HashMap<String, i64>);

impl Serving {
    async fn count(connection: &mut AnyConnection) -> Result<Self, Error> {
        let mut counts = HashMap::new();
        for row in &sqlx::query("SELECT id, groups FROM channels").fetch_all(connection).await? {
            let names: BTreeSet<String> = Columns { table: "channels", row }.json("groups")?;
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        }
        Ok(Self(counts))
    }
}

fn group(row: &AnyRow, serving: &Serving) -> Result<Group, Error> {
    let row = Columns { table: "groups", row };
    let name: String = row.get("name")?;
    Ok(Group {
        multiplier_ppm: row.get("multiplier_ppm")?,
        budget: None,
        limits: row.json("limits")?,
        users: row.get("users")?,
        keys: row.get("keys")?,
        channels: serving.0.get(&name).copied().unwrap_or(0),
        created_at: row.time("created_at")?,
        name,
    })
}
