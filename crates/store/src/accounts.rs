//! People as an owner manages them. Signing in is [`crate::users`]'.

use api::Page;
use api::list::Sort;
use api::session::Role;
use api::users::{Account, AccountPatch, AccountQuery, AccountShow, AccountSort, AccountStatus, NewAccount};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::budgets::window::Windows;
use crate::budgets::{self, Of, Owner};
use crate::error::Error;
use crate::groups;
use crate::list;
use crate::passwords::PasswordHash;
use crate::sql::{Columns, Sql, contains, json};
use crate::store::Store;
use crate::users::end_sessions;

#[derive(Debug, Clone, Copy)]
pub struct Accounts<'s> {
    pub(crate) store: &'s Store,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("a user of this name exists already")]
    NameTaken,
    #[error("there is no such group")]
    NoSuchGroup,
    /// Nobody would be left who may do everything.
    #[error("this is the last owner who can sign in")]
    LastOwner,
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        let error = Error::from(error);
        if error.is_unique_violation() { Self::NameTaken } else { Self::Store(error) }
    }
}

const SELECT: &str = "SELECT id, username, display_name, role, group_name, enabled, limits, last_seen_at, created_at,
    (SELECT COUNT(*) FROM keys WHERE keys.user_id = users.id) AS keys FROM users WHERE ";

/// Holds for a row of `users` that may go without leaving the gateway ownerless.
const NOT_LAST_OWNER: &str = "(role <> 'owner' OR enabled = 0 OR EXISTS
    (SELECT 1 FROM users AS other WHERE other.id <> users.id AND other.role = 'owner' AND other.enabled = 1))";

impl Accounts<'_> {
    /// A page of the people, and how many each word of `show` would find.
    pub async fn list(self, query: &AccountQuery) -> Result<Page<Account>, Error> {
        let pattern = contains(query.search.as_deref());
        let parts = list::Parts {
            select: SELECT,
            tables: "users",
            found: &|sql| {
                sql.push_bind("(lower(username) LIKE ", pattern.as_str())
                    .push_bind(r" ESCAPE '\' OR lower(display_name) LIKE ", pattern.as_str())
                    .push_bind(r" ESCAPE '\' OR lower(group_name) LIKE ", pattern.as_str())
                    .push(r" ESCAPE '\')");
            },
            admits: &|sql, show| {
                sql.push(match show {
                    AccountShow::All => "1 = 1",
                    AccountShow::Admins => "role <> 'member'",
                    AccountShow::Members => "role = 'member'",
                    AccountShow::Disabled => "enabled = 0",
                });
            },
            order: &|sql| order(sql, query.sort),
        };
        let mut connection = self.store.read().await?;
        let mut page = list::page(&mut connection, query, &parts, account).await?;
        let ids: Vec<i64> = page.items.iter().map(|account| account.id).collect();
        let mut budgets = budgets::find(&mut connection, &self.store.windows(), Of::Users(&ids)).await?;
        for account in &mut page.items {
            account.budget = budgets.remove(&Owner::User(account.id));
        }
        Ok(page)
    }

    pub async fn get(self, id: i64) -> Result<Option<Account>, Error> {
        load(&mut *self.store.read().await?, &self.store.windows(), id).await
    }

    /// Makes somebody. The request's own password is not looked at.
    pub async fn create(self, new: NewAccount, hash: PasswordHash) -> Result<Account, AccountError> {
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !groups::exists(tx, &new.group).await? {
                        return Err(AccountError::NoSuchGroup);
                    }
                    let username = new.username.trim();
                    let display_name = Some(new.display_name.trim()).filter(|name| !name.is_empty());
                    let id: i64 = sqlx::query(
                        "INSERT INTO users (username, display_name, password_hash, role, group_name, created_at,
                             updated_at, limits)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                         RETURNING id",
                    )
                    .bind(username)
                    .bind(display_name.unwrap_or(username))
                    .bind(hash.as_str())
                    .bind(new.role.as_str())
                    .bind(&new.group)
                    .bind(now)
                    .bind(now)
                    .bind(json(&new.limits))
                    .fetch_one(&mut *tx)
                    .await?
                    .try_get("id")?;
                    if new.budget.is_some() {
                        budgets::set(tx, &Owner::User(id), new.budget.as_ref(), now).await?;
                    }
                    load(tx, &windows, id)
                        .await?
                        .ok_or_else(|| Error::corrupt("users", "id", &id, &"it vanished").into())
                })
            })
            .await
    }

    /// Changes somebody; `None` if there is nobody. Who is disabled loses their sessions; their keys follow.
    pub async fn update(self, id: i64, patch: AccountPatch) -> Result<Option<Account>, AccountError> {
        let (now, windows) = (self.store.now().as_millis(), self.store.windows());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let Some(before) = load(tx, &windows, id).await? else { return Ok(None) };
                    if let Some(group) = &patch.group
                        && !groups::exists(tx, group).await?
                    {
                        return Err(AccountError::NoSuchGroup);
                    }
                    let role = patch.role.unwrap_or(before.role);
                    let enabled = patch.status.unwrap_or(before.status) == AccountStatus::Enabled;
                    let mut sql = Sql::new("UPDATE users SET username = ");
                    sql.bind(patch.username.unwrap_or(before.username).trim())
                        .push_bind(", display_name = ", patch.display_name.unwrap_or(before.display_name).trim())
                        .push_bind(", role = ", role.as_str())
                        .push_bind(", group_name = ", patch.group.unwrap_or(before.group))
                        .push_bind(", enabled = ", i64::from(enabled))
                        .push_bind(", limits = ", json(&patch.limits.unwrap_or(before.limits)))
                        .push_bind(", updated_at = ", now)
                        .push_bind(" WHERE id = ", id);
                    if role != Role::Owner || !enabled {
                        sql.push(" AND ").push(NOT_LAST_OWNER);
                    }
                    if sql.build().execute(&mut *tx).await?.rows_affected() == 0 {
                        return Err(AccountError::LastOwner);
                    }
                    if !enabled {
                        end_sessions(tx, id).await?;
                    }
                    if let Some(budget) = &patch.budget {
                        budgets::set(tx, &Owner::User(id), budget.as_ref(), now).await?;
                    }
                    Ok(load(tx, &windows, id).await?)
                })
            })
            .await
    }

    /// Whether there was such a person. Their keys, sessions and tokens go with them; their requests stay in the log.
    pub async fn delete(self, id: i64) -> Result<bool, AccountError> {
        let windows = self.store.windows();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if load(tx, &windows, id).await?.is_none() {
                        return Ok(false);
                    }
                    let mut sql = Sql::new("DELETE FROM users WHERE id = ");
                    sql.bind(id).push(" AND ").push(NOT_LAST_OWNER);
                    if sql.build().execute(tx).await?.rows_affected() == 0 {
                        return Err(AccountError::LastOwner);
                    }
                    Ok(true)
                })
            })
            .await
    }
}

fn order(sql: &mut Sql, sort: Sort<AccountSort>) {
    sql.push(match sort.by {
        AccountSort::Name => "lower(display_name)",
        AccountSort::State => "1 - enabled",
        // Who can't sign in may do nothing, whatever their role.
        AccountSort::Role => "1 - enabled, CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END",
        AccountSort::Group => "lower(group_name)",
        AccountSort::Keys => "(SELECT COUNT(*) FROM keys WHERE keys.user_id = users.id)",
        // Engines differ in where they put what is missing.
        AccountSort::SeenAt => "CASE WHEN last_seen_at IS NULL THEN 1 ELSE 0 END, last_seen_at",
        AccountSort::CreatedAt => "created_at",
    });
    sql.push(if sort.descending { " DESC, id DESC" } else { ", id" });
}

async fn load(connection: &mut AnyConnection, windows: &Windows, id: i64) -> Result<Option<Account>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("id = ", id);
    let Some(row) = sql.build().fetch_optional(&mut *connection).await? else { return Ok(None) };
    let budget = budgets::find(connection, windows, Of::Users(&[id])).await?.remove(&Owner::User(id));
    Ok(Some(Account { budget, ..account(&row)? }))
}

fn account(row: &AnyRow) -> Result<Account, Error> {
    let row = Columns { table: "users", row };
    Ok(Account {
        id: row.get("id")?,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        role: row.word("role")?,
        group: row.get("group_name")?,
        status: if row.flag("enabled")? { AccountStatus::Enabled } else { AccountStatus::Disabled },
        budget: None,
        limits: row.json("limits")?,
        keys: row.get("keys")?,
        last_seen_at: row.time_if_any("last_seen_at")?,
        created_at: row.time("created_at")?,
    })
}
