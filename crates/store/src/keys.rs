//! The gateway's own access keys. Of a key's secret only an HMAC is kept.

use std::net::IpAddr;

use api::Page;
use api::Time;
use api::keys::{Key, KeyCreated, KeyPatch, KeyQuery, KeyShow, KeySort, KeyStatus, NewKey, SOON};
use api::limits::Limits;
use api::list::Sort;
use ipnet::IpNet;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use subtle::ConstantTimeEq;

use crate::access_key::{Generated, last4};
use crate::budgets::window::Windows;
use crate::budgets::{self, Of, Owner};
use crate::error::Error;
use crate::list;
use crate::sql::{Columns, Sql, contains, json};
use crate::store::Store;
use crate::vault::Vault;

#[derive(Debug, Clone, Copy)]
pub struct Keys<'s> {
    pub(crate) store: &'s Store,
}

/// Whose rows a caller may touch. What is out of scope doesn't exist for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    User(i64),
}

impl Scope {
    /// Restricts a statement that has a `WHERE` already.
    pub(crate) fn restrict(self, sql: &mut Sql, user_id_column: &'static str) {
        if let Self::User(id) = self {
            sql.push(" AND ").push(user_id_column).push_bind(" = ", id);
        }
    }
}

/// A key as the relay checks it.
#[derive(Clone)]
pub struct AccessKey {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    pub public_id: String,
    /// Both the key and its user are.
    pub enabled: bool,
    pub expires_at: Option<Time>,
    /// All if empty.
    pub models: Vec<String>,
    pub group: String,
    /// Anywhere if empty.
    pub ip_allow: Vec<IpNet>,
    /// Its requests name the limit of output that was estimated, where they name none.
    pub strict: bool,
    pub limits: Limits,
    /// What is asked and answered is kept.
    pub bodies: bool,
    /// Of the key's user.
    pub user_limits: Limits,
    mac: [u8; 32],
}

impl AccessKey {
    /// Whether it may be used from here.
    pub fn admits(&self, ip: IpAddr) -> bool {
        self.ip_allow.is_empty() || self.ip_allow.iter().any(|network| network.contains(&ip))
    }

    /// Whether this is the key's secret. Takes as long either way.
    pub fn matches(&self, secret: &str, vault: &Vault) -> bool {
        vault.access_key_mac(&self.public_id, secret).ct_eq(&self.mac).into()
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("there is no such group")]
    NoSuchGroup,
    #[error("there is no such user")]
    NoSuchUser,
    #[error(transparent)]
    Store(#[from] Error),
}

const SELECT: &str = "SELECT keys.id, keys.user_id, users.username, keys.name, keys.public_id, keys.last4,
    keys.status, keys.expires_at, keys.models, keys.group_name, keys.ip_allow, keys.limits, keys.bodies, keys.last_used_at,
    keys.created_at, keys.strict
    FROM keys JOIN users ON users.id = keys.user_id WHERE ";

const SELECT_FOR_RELAY: &str = "SELECT keys.id, keys.user_id, keys.name, keys.public_id, keys.mac, keys.status,
    keys.expires_at, keys.models, keys.group_name, keys.ip_allow, keys.limits, keys.bodies, users.limits AS user_limits,
    users.enabled, keys.strict
    FROM keys JOIN users ON users.id = keys.user_id";

impl Keys<'_> {
    /// A page of the keys, and how many each word of `show` would find. `asker` is who [`KeyShow::Mine`] is about.
    pub async fn list(self, scope: Scope, asker: i64, query: &KeyQuery) -> Result<Page<Key>, Error> {
        let now = self.store.now().as_millis();
        let pattern = contains(query.search.as_deref());
        let parts = list::Parts {
            select: SELECT,
            tables: "keys JOIN users ON users.id = keys.user_id",
            found: &|sql| {
                sql.push_bind("(lower(keys.name) LIKE ", pattern.as_str())
                    .push_bind(r" ESCAPE '\' OR lower(users.username) LIKE ", pattern.as_str())
                    .push_bind(r" ESCAPE '\' OR lower(keys.public_id) LIKE ", pattern.as_str())
                    .push_bind(r" ESCAPE '\' OR lower(keys.last4) LIKE ", pattern.as_str())
                    .push(r" ESCAPE '\')");
                scope.restrict(sql, "keys.user_id");
            },
            admits: &|sql, show| admits(sql, show, asker, now),
            order: &|sql| order(sql, query.sort, now),
        };
        let mut connection = self.store.read().await?;
        let mut page = list::page(&mut connection, query, &parts, key).await?;
        let ids: Vec<i64> = page.items.iter().map(|key| key.id).collect();
        let mut budgets = budgets::find(&mut connection, &self.store.windows(), Of::Keys(&ids)).await?;
        for key in &mut page.items {
            key.budget = budgets.remove(&Owner::Key(key.id));
        }
        Ok(page)
    }

    pub async fn get(self, scope: Scope, id: i64) -> Result<Option<Key>, Error> {
        load(&mut *self.store.read().await?, &self.store.windows(), scope, id).await
    }

    /// Makes a key for a user. The secret is in the answer and nowhere else.
    pub async fn create(self, user_id: i64, new: NewKey) -> Result<KeyCreated, KeyError> {
        let generated = Generated::new().map_err(Error::from)?;
        let mac = self.store.vault().access_key_mac(&generated.public_id, &generated.secret);
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        let public_id = generated.public_id.clone();
        let last4 = last4(&generated.secret);
        let key = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let own = group_of(tx, user_id).await?.ok_or(KeyError::NoSuchUser)?;
                    let group = new.group.unwrap_or(own);
                    check_group(tx, &group).await?;
                    let id: i64 = sqlx::query(
                        "INSERT INTO keys (user_id, name, public_id, mac, last4, expires_at, models, ip_allow,
                             created_at, group_name, limits, bodies)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                         RETURNING id",
                    )
                    .bind(user_id)
                    .bind(new.name)
                    .bind(public_id)
                    .bind(mac.to_vec())
                    .bind(last4)
                    .bind(new.expires_at.map(Time::as_millis))
                    .bind(json(&new.models))
                    .bind(json(&new.ip_allow))
                    .bind(now)
                    .bind(group)
                    .bind(json(&new.limits))
                    .bind(i64::from(new.bodies))
                    .fetch_one(&mut *tx)
                    .await
                    .map_err(Error::from)?
                    .try_get("id")
                    .map_err(Error::from)?;
                    if new.strict {
                        set_strict(tx, id, true).await?;
                    }
                    if new.budget.is_some() {
                        budgets::set(tx, &Owner::Key(id), new.budget.as_ref(), now).await?;
                    }
                    load(tx, &windows, Scope::All, id)
                        .await?
                        .ok_or_else(|| Error::corrupt("keys", "id", &id, &"it vanished"))
                        .map_err(KeyError::from)
                })
            })
            .await?;
        Ok(KeyCreated { key, secret: generated.text() })
    }

    /// Changes a key; `None` if there is none in scope.
    pub async fn update(self, scope: Scope, id: i64, patch: KeyPatch) -> Result<Option<Key>, KeyError> {
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let Some(before) = load(tx, &windows, scope, id).await? else {
                        return Ok(None);
                    };
                    if let Some(group) = &patch.group {
                        check_group(tx, group).await?;
                    }
                    sqlx::query(
                        "UPDATE keys SET name = $1, status = $2, models = $3, group_name = $4, ip_allow = $5,
                             expires_at = $6, limits = $7, bodies = $8 WHERE id = $9",
                    )
                    .bind(patch.name.unwrap_or(before.name))
                    .bind(patch.status.unwrap_or(before.status).as_str())
                    .bind(json(&patch.models.unwrap_or(before.models)))
                    .bind(patch.group.unwrap_or(before.group))
                    .bind(json(&patch.ip_allow.unwrap_or(before.ip_allow)))
                    .bind(patch.expires_at.unwrap_or(before.expires_at).map(Time::as_millis))
                    .bind(json(&patch.limits.unwrap_or(before.limits)))
                    .bind(i64::from(patch.bodies.unwrap_or(before.bodies)))
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::from)?;
                    if let Some(strict) = patch.strict {
                        set_strict(tx, id, strict).await?;
                    }
                    if let Some(budget) = &patch.budget {
                        budgets::set(tx, &Owner::Key(id), budget.as_ref(), now).await?;
                    }
                    Ok(load(tx, &windows, scope, id).await?)
                })
            })
            .await
    }

    /// What a user's requests from the playground count as: a key that nobody can present. `None` if there is no such user.
    pub async fn playground(self, user_id: i64) -> Result<Option<AccessKey>, Error> {
        let row = sqlx::query("SELECT group_name, limits FROM users WHERE id = $1")
            .bind(user_id)
            .fetch_optional(&mut *self.store.read().await?)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let row = Columns { table: "users", row: &row };
        let (group, user_limits) = (row.get("group_name")?, row.json("limits")?);
        Ok(Some(AccessKey {
            id: 0,
            user_id,
            name: PLAYGROUND.to_owned(),
            public_id: String::new(),
            enabled: true,
            expires_at: None,
            models: Vec::new(),
            group,
            ip_allow: Vec::new(),
            strict: false,
            limits: Limits::default(),
            bodies: false,
            user_limits,
            mac: [0; 32],
        }))
    }

    /// Whether there was such a key. Its requests stay in the log.
    pub async fn delete(self, scope: Scope, id: i64) -> Result<bool, Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let mut sql = Sql::new("DELETE FROM keys WHERE id = ");
                    sql.bind(id);
                    scope.restrict(&mut sql, "user_id");
                    Ok(sql.build().execute(tx).await?.rows_affected() > 0)
                })
            })
            .await
    }

    /// Every key, also those that don't work.
    pub async fn for_relay(self) -> Result<Vec<AccessKey>, Error> {
        sqlx::query(SELECT_FOR_RELAY).fetch_all(&mut *self.store.read().await?).await?.iter().map(access_key).collect()
    }

    pub async fn for_relay_one(self, id: i64) -> Result<Option<AccessKey>, Error> {
        let mut sql = Sql::new(SELECT_FOR_RELAY);
        sql.push_bind(" WHERE keys.id = ", id);
        let row = sql.build().fetch_optional(&mut *self.store.read().await?).await?;
        row.as_ref().map(access_key).transpose()
    }
}

fn admits(sql: &mut Sql, show: KeyShow, asker: i64, now: i64) {
    match show {
        KeyShow::All => sql.push("1 = 1"),
        KeyShow::Mine => sql.push_bind("keys.user_id = ", asker),
        KeyShow::Active => {
            sql.push_bind("(keys.status = 'enabled' AND (keys.expires_at IS NULL OR keys.expires_at > ", now).push("))")
        }
        KeyShow::Inactive => sql.push_bind("(keys.status <> 'enabled' OR keys.expires_at <= ", now).push(")"),
    };
}

fn order(sql: &mut Sql, sort: Sort<KeySort>, now: i64) {
    match sort.by {
        KeySort::Name => sql.push("lower(keys.name)"),
        KeySort::Owner => sql.push("lower(users.username)"),
        KeySort::State => sql
            .push_bind("CASE WHEN keys.status = 'disabled' THEN 3 WHEN keys.expires_at <= ", now)
            .push_bind(" THEN 1 WHEN keys.expires_at <= ", now + SOON)
            .push(" THEN 0 ELSE 2 END"),
        KeySort::Group => sql.push("lower(keys.group_name)"),
        // Engines differ in where they put what is missing.
        KeySort::UsedAt => sql.push("CASE WHEN keys.last_used_at IS NULL THEN 1 ELSE 0 END, keys.last_used_at"),
        KeySort::ExpiresAt => sql.push("CASE WHEN keys.expires_at IS NULL THEN 1 ELSE 0 END, keys.expires_at"),
        KeySort::CreatedAt => sql.push("keys.created_at"),
    };
    sql.push(if sort.descending { " DESC, keys.id DESC" } else { ", keys.id" });
}

/// The key's name in the log.
const PLAYGROUND: &str = "Playground";

async fn group_of(connection: &mut AnyConnection, user_id: i64) -> Result<Option<String>, Error> {
    let row =
        sqlx::query("SELECT group_name FROM users WHERE id = $1").bind(user_id).fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get("group_name")).transpose()?)
}

async fn check_group(connection: &mut AnyConnection, group: &str) -> Result<(), KeyError> {
    let found = sqlx::query("SELECT name FROM groups WHERE name = $1")
        .bind(group)
        .fetch_optional(connection)
        .await
        .map_err(Error::from)?;
    found.map(drop).ok_or(KeyError::NoSuchGroup)
}

async fn load(connection: &mut AnyConnection, windows: &Windows, scope: Scope, id: i64) -> Result<Option<Key>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("keys.id = ", id);
    scope.restrict(&mut sql, "keys.user_id");
    let Some(row) = sql.build().fetch_optional(&mut *connection).await? else { return Ok(None) };
    let budget = budgets::find(connection, windows, Of::Keys(&[id])).await?.remove(&Owner::Key(id));
    Ok(Some(Key { budget, ..key(&row)? }))
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "keys", row }
}

fn key(row: &AnyRow) -> Result<Key, Error> {
    let row = columns(row);
    Ok(Key {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        username: row.get("username")?,
        name: row.get("name")?,
        public_id: row.get("public_id")?,
        last4: row.get("last4")?,
        status: row.word("status")?,
        expires_at: row.time_if_any("expires_at")?,
        models: row.json("models")?,
        group: row.get("group_name")?,
        ip_allow: row.json("ip_allow")?,
        strict: row.flag("strict")?,
        budget: None,
        limits: row.json("limits")?,
        bodies: row.flag("bodies")?,
        last_used_at: row.time_if_any("last_used_at")?,
        created_at: row.time("created_at")?,
    })
}

async fn set_strict(tx: &mut AnyConnection, id: i64, strict: bool) -> Result<(), Error> {
    sqlx::query("UPDATE keys SET strict = $1 WHERE id = $2").bind(i64::from(strict)).bind(id).execute(tx).await?;
    Ok(())
}

fn access_key(row: &AnyRow) -> Result<AccessKey, Error> {
    let row = columns(row);
    Ok(AccessKey {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        name: row.get("name")?,
        public_id: row.get("public_id")?,
        enabled: row.word::<KeyStatus>("status")? == KeyStatus::Enabled && row.flag("enabled")?,
        expires_at: row.time_if_any("expires_at")?,
        models: row.json("models")?,
        group: row.get("group_name")?,
        ip_allow: networks(&row)?,
        strict: row.flag("strict")?,
        limits: row.json("limits")?,
        bodies: row.flag("bodies")?,
        user_limits: row.json("user_limits")?,
        mac: row.bytes("mac")?,
    })
}

/// An address alone is the network that holds nothing else.
fn networks(row: &Columns<'_>) -> Result<Vec<IpNet>, Error> {
    let list: Vec<String> = row.json("ip_allow")?;
    let parse = |text: &String| match text.parse::<IpAddr>() {
        Ok(ip) => Ok(IpNet::from(ip.to_canonical())),
        Err(_) => text.parse::<IpNet>().map_err(|error| row.corrupt("ip_allow", &error)),
    };
    list.iter().map(parse).collect()
}
