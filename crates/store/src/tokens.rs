//! Personal tokens, of which the database keeps a hash.

use api::Time;
use api::session::User;
use api::tokens::{NewToken, Token, TokenCreated};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::access_key::{last4, random_token};
use crate::error::Error;
use crate::sessions::{TOUCH, hash};
use crate::sql::Columns;
use crate::store::Store;
use crate::users;

#[derive(Debug, Clone, Copy)]
pub struct Tokens<'s> {
    pub(crate) store: &'s Store,
}

/// What every token starts with, so that people and scanners know it from an access key.
pub const TOKEN_PREFIX: &str = "aigw-pat-";

impl Tokens<'_> {
    /// Makes a token for a user. The secret is in the answer and nowhere else.
    pub async fn create(self, user_id: i64, new: NewToken) -> Result<TokenCreated, Error> {
        let secret = format!("{TOKEN_PREFIX}{}", *random_token()?);
        let (hash, last4) = (hash(&secret), last4(&secret));
        let now = self.store.now().as_millis();
        let token = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "INSERT INTO tokens (user_id, name, token_hash, last4, expires_at, created_at)
                         VALUES ($1, $2, $3, $4, $5, $6)
                         RETURNING id, name, last4, expires_at, last_used_at, created_at",
                    )
                    .bind(user_id)
                    .bind(new.name.trim())
                    .bind(hash)
                    .bind(last4)
                    .bind(new.expires_at.map(Time::as_millis))
                    .bind(now)
                    .fetch_one(tx)
                    .await?;
                    token(&row)
                })
            })
            .await?;
        Ok(TokenCreated { token, secret })
    }

    /// The tokens of a user, newest first.
    pub async fn list(self, user_id: i64) -> Result<Vec<Token>, Error> {
        sqlx::query(
            "SELECT id, name, last4, expires_at, last_used_at, created_at FROM tokens WHERE user_id = $1 ORDER BY id DESC",
        )
        .bind(user_id)
        .fetch_all(&mut *self.store.read().await?)
        .await?
        .iter()
        .map(token)
        .collect()
    }

    /// Removes one of a user's tokens and answers what it was.
    pub async fn delete(self, user_id: i64, id: i64) -> Result<Option<Token>, Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "DELETE FROM tokens WHERE id = $1 AND user_id = $2
                         RETURNING id, name, last4, expires_at, last_used_at, created_at",
                    )
                    .bind(id)
                    .bind(user_id)
                    .fetch_optional(tx)
                    .await?;
                    row.as_ref().map(token).transpose()
                })
            })
            .await
    }

    /// The user whose token this is, unless it has expired or they are disabled.
    pub async fn find(self, secret: &str) -> Result<Option<User>, Error> {
        let now = self.store.now().as_millis();
        let row = sqlx::query(
            "SELECT users.id, users.username, users.display_name, users.role, tokens.id AS token_id, tokens.last_used_at
             FROM tokens JOIN users ON users.id = tokens.user_id
             WHERE tokens.token_hash = $1 AND users.enabled = 1
               AND (tokens.expires_at IS NULL OR tokens.expires_at > $2)",
        )
        .bind(hash(secret))
        .bind(now)
        .fetch_optional(&mut *self.store.read().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let user = users::user(&row)?;
        let user_id = user.id;
        let (token_id, last_used): (i64, Option<i64>) = (row.try_get("token_id")?, row.try_get("last_used_at")?);
        if last_used.is_none_or(|last_used| now - last_used >= TOUCH) {
            self.store
                .write(move |tx| {
                    Box::pin(async move {
                        sqlx::query("UPDATE tokens SET last_used_at = $1 WHERE id = $2")
                            .bind(now)
                            .bind(token_id)
                            .execute(&mut *tx)
                            .await?;
                        users::saw(tx, user_id, now).await
                    })
                })
                .await?;
        }
        Ok(Some(user))
    }
}

fn token(row: &AnyRow) -> Result<Token, Error> {
    let row = Columns { table: "tokens", row };
    Ok(Token {
        id: row.get("id")?,
        name: row.get("name")?,
        last4: row.get("last4")?,
        expires_at: row.time_if_any("expires_at")?,
        last_used_at: row.time_if_any("last_used_at")?,
        created_at: row.time("created_at")?,
    })
}
