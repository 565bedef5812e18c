//! Who is signed in: tokens that only the browser has, of which the database keeps a hash.

use api::session::User;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::access_key::random_token;
use crate::error::Error;
use crate::store::Store;
use crate::users;

#[derive(Debug, Clone, Copy)]
pub struct Sessions<'s> {
    pub(crate) store: &'s Store,
}

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
/// Milliseconds after which a session ends however much it is used.
const LIFETIME: i64 = 7 * 24 * HOUR;
/// Milliseconds without use after which a session ends.
const IDLE: i64 = 12 * HOUR;
/// Milliseconds for which a use isn't written down again.
const TOUCH: i64 = MINUTE;

impl Sessions<'_> {
    /// Signs a user in. The token is shown here only.
    pub async fn create(self, user_id: i64) -> Result<SecretString, Error> {
        let token = random_token()?;
        let hash = hash(&token);
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM sessions WHERE created_at <= $1 OR last_used_at <= $2")
                        .bind(now - LIFETIME)
                        .bind(now - IDLE)
                        .execute(&mut *tx)
                        .await?;
                    sqlx::query(
                        "INSERT INTO sessions (token_hash, user_id, created_at, last_used_at)
                         VALUES ($1, $2, $3, $4)",
                    )
                    .bind(hash)
                    .bind(user_id)
                    .bind(now)
                    .bind(now)
                    .execute(tx)
                    .await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(SecretString::from(token.as_str()))
    }

    /// The user of a session that hasn't ended; disabled users have none.
    pub async fn find(self, token: &str) -> Result<Option<User>, Error> {
        let hash = hash(token);
        let now = self.store.now().as_millis();
        let row = sqlx::query(
            "SELECT users.id, users.username, users.display_name, users.role, sessions.last_used_at
             FROM sessions JOIN users ON users.id = sessions.user_id
             WHERE sessions.token_hash = $1 AND users.enabled = 1
               AND sessions.created_at > $2 AND sessions.last_used_at > $3",
        )
        .bind(hash.as_slice())
        .bind(now - LIFETIME)
        .bind(now - IDLE)
        .fetch_optional(&mut *self.store.read().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let last_used: i64 = row.try_get("last_used_at")?;
        if now - last_used >= TOUCH {
            self.store
                .write(move |tx| {
                    Box::pin(async move {
                        sqlx::query("UPDATE sessions SET last_used_at = $1 WHERE token_hash = $2")
                            .bind(now)
                            .bind(hash)
                            .execute(tx)
                            .await?;
                        Ok::<_, Error>(())
                    })
                })
                .await?;
        }
        users::user(&row).map(Some)
    }

    /// Signs out. Nothing happens if there is no such session.
    pub async fn delete(self, token: &str) -> Result<(), Error> {
        let hash = hash(token);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(hash).execute(tx).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Ends every session of a user.
    pub async fn delete_for_user(self, user_id: i64) -> Result<(), Error> {
        self.store.write(move |tx| Box::pin(async move { users::end_sessions(tx, user_id).await })).await
    }
}

/// A plain hash does: nobody guesses 256 random bits.
fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
