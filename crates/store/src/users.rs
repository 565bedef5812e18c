//! People who may sign in.

use api::session::{Role, User};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::passwords::PasswordHash;
use crate::sessions;
use crate::sql::Columns;
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Users<'s> {
    pub(crate) store: &'s Store,
}

/// Someone who wants to sign in.
#[derive(Debug, Clone)]
pub struct LoginUser {
    pub user: User,
    pub hash: PasswordHash,
    pub enabled: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("a user of this name exists already")]
    NameTaken,
    #[error(transparent)]
    Store(#[from] Error),
}

impl Users<'_> {
    /// Makes the first owner. `None` if there is one, or if the name is taken: of many calls at once, one makes it.
    pub async fn create_owner(self, username: &str, hash: PasswordHash) -> Result<Option<User>, Error> {
        let username = username.trim().to_owned();
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "INSERT INTO users (username, display_name, password_hash, role, created_at, updated_at)
                         SELECT $1, $2, $3, 'owner', $4, $5
                         WHERE NOT EXISTS (SELECT 1 FROM users WHERE role = 'owner')
                         ON CONFLICT DO NOTHING
                         RETURNING id, username, display_name, role",
                    )
                    .bind(&username)
                    .bind(&username)
                    .bind(hash.as_str())
                    .bind(now)
                    .bind(now)
                    .fetch_optional(tx)
                    .await?;
                    row.as_ref().map(user).transpose()
                })
            })
            .await
    }

    pub async fn create(
        self,
        username: &str,
        display_name: &str,
        role: Role,
        hash: PasswordHash,
    ) -> Result<User, UserError> {
        let (username, display_name) = (username.trim().to_owned(), display_name.to_owned());
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "INSERT INTO users (username, display_name, password_hash, role, created_at, updated_at)
                         VALUES ($1, $2, $3, $4, $5, $6)
                         RETURNING id, username, display_name, role",
                    )
                    .bind(username)
                    .bind(display_name)
                    .bind(hash.as_str())
                    .bind(role.as_str())
                    .bind(now)
                    .bind(now)
                    .fetch_one(tx)
                    .await
                    .map_err(Error::from)
                    .map_err(|error| if error.is_unique_violation() { UserError::NameTaken } else { error.into() })?;
                    Ok(user(&row)?)
                })
            })
            .await
    }

    pub async fn get(self, id: i64) -> Result<Option<User>, Error> {
        let row = sqlx::query("SELECT id, username, display_name, role FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *self.store.read().await?)
            .await?;
        row.as_ref().map(user).transpose()
    }

    pub async fn owner_exists(self) -> Result<bool, Error> {
        Ok(self.owner().await?.is_some())
    }

    /// The owner who has been there longest.
    pub async fn owner(self) -> Result<Option<User>, Error> {
        let row =
            sqlx::query("SELECT id, username, display_name, role FROM users WHERE role = 'owner' ORDER BY id LIMIT 1")
                .fetch_optional(&mut *self.store.read().await?)
                .await?;
        row.as_ref().map(user).transpose()
    }

    /// Finds a user by name, whatever its case.
    pub async fn find_for_login(self, username: &str) -> Result<Option<LoginUser>, Error> {
        let row = sqlx::query(
            "SELECT id, username, display_name, role, password_hash, enabled
             FROM users WHERE lower(username) = lower($1)",
        )
        .bind(username.trim())
        .fetch_optional(&mut *self.store.read().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(LoginUser {
            user: user(&row)?,
            hash: PasswordHash::from_phc(row.try_get("password_hash").map_err(Error::from)?),
            enabled: columns(&row).flag("enabled")?,
        }))
    }

    pub async fn find_hash(self, id: i64) -> Result<Option<PasswordHash>, Error> {
        let row = sqlx::query("SELECT password_hash FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *self.store.read().await?)
            .await?;
        Ok(row.map(|row| row.try_get("password_hash")).transpose()?.map(PasswordHash::from_phc))
    }

    /// Gives somebody a password and ends their sessions and tokens. Whether there is such a user.
    pub async fn set_password(self, id: i64, hash: PasswordHash) -> Result<bool, Error> {
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let changed = write_password(tx, id, &hash, now).await?;
                    end_sessions(tx, id).await?;
                    sqlx::query("DELETE FROM tokens WHERE user_id = $1").bind(id).execute(tx).await?;
                    Ok(changed)
                })
            })
            .await
    }

    /// Changes one's own password and ends one's sessions but for the one that `token` opened.
    pub async fn change_password(self, id: i64, hash: PasswordHash, token: &str) -> Result<(), Error> {
        let now = self.store.now().as_millis();
        let own = sessions::hash(token);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    write_password(tx, id, &hash, now).await?;
                    sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2")
                        .bind(id)
                        .bind(own)
                        .execute(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    pub async fn set_display_name(self, id: i64, display_name: &str) -> Result<Option<User>, Error> {
        let display_name = display_name.trim().to_owned();
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "UPDATE users SET display_name = $1, updated_at = $2 WHERE id = $3
                         RETURNING id, username, display_name, role",
                    )
                    .bind(display_name)
                    .bind(now)
                    .bind(id)
                    .fetch_optional(tx)
                    .await?;
                    row.as_ref().map(user).transpose()
                })
            })
            .await
    }
}

async fn write_password(tx: &mut AnyConnection, id: i64, hash: &PasswordHash, now: i64) -> Result<bool, Error> {
    let changed = sqlx::query("UPDATE users SET password_hash = $1, updated_at = $2 WHERE id = $3")
        .bind(hash.as_str())
        .bind(now)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(changed.rows_affected() > 0)
}

/// Notes that somebody used the console or its API.
pub(crate) async fn saw(tx: &mut AnyConnection, id: i64, now: i64) -> Result<(), Error> {
    sqlx::query("UPDATE users SET last_seen_at = $1 WHERE id = $2").bind(now).bind(id).execute(tx).await?;
    Ok(())
}

pub(crate) async fn end_sessions(tx: &mut AnyConnection, user_id: i64) -> Result<(), Error> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user_id).execute(tx).await?;
    Ok(())
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "users", row }
}

pub(crate) fn user(row: &AnyRow) -> Result<User, Error> {
    let row = columns(row);
    Ok(User {
        id: row.get("id")?,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        role: row.word("role")?,
    })
}
