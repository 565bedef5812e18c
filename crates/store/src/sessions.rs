//! Who is signed in: tokens that only the browser has, of which the database keeps a hash.

use std::fmt::Write;

use api::session::{OpenSession, User};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::access_key::random_token;
use crate::error::Error;
use crate::sql::Columns;
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
pub(crate) const TOUCH: i64 = MINUTE;

/// Where somebody signed in from, to recognise the session by.
#[derive(Debug, Clone, Default)]
pub struct SignedInFrom {
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
}

impl Sessions<'_> {
    /// Signs a user in. The token is shown here only.
    pub async fn create(self, user_id: i64, from: SignedInFrom) -> Result<SecretString, Error> {
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
                        "INSERT INTO sessions (token_hash, user_id, created_at, last_used_at, client_ip, user_agent)
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(hash)
                    .bind(user_id)
                    .bind(now)
                    .bind(now)
                    .bind(from.client_ip)
                    .bind(from.user_agent)
                    .execute(&mut *tx)
                    .await?;
                    users::saw(tx, user_id, now).await
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
        let user = users::user(&row)?;
        let user_id = user.id;
        let last_used: i64 = row.try_get("last_used_at")?;
        if now - last_used >= TOUCH {
            self.store
                .write(move |tx| {
                    Box::pin(async move {
                        sqlx::query("UPDATE sessions SET last_used_at = $1 WHERE token_hash = $2")
                            .bind(now)
                            .bind(hash)
                            .execute(&mut *tx)
                            .await?;
                        users::saw(tx, user_id, now).await
                    })
                })
                .await?;
        }
        Ok(Some(user))
    }

    /// The sessions of a user that haven't ended, the last used first. `token` opened the one that asks.
    pub async fn list(self, user_id: i64, token: Option<&str>) -> Result<Vec<OpenSession>, Error> {
        let own = token.map(hash);
        let now = self.store.now().as_millis();
        sqlx::query(
            "SELECT token_hash, created_at, last_used_at, client_ip, user_agent FROM sessions
             WHERE user_id = $1 AND created_at > $2 AND last_used_at > $3 ORDER BY last_used_at DESC, created_at DESC",
        )
        .bind(user_id)
        .bind(now - LIFETIME)
        .bind(now - IDLE)
        .fetch_all(&mut *self.store.read().await?)
        .await?
        .iter()
        .map(|row| open_session(row, own.as_deref()))
        .collect()
    }

    /// Ends one of a user's sessions; whether there was such a one.
    pub async fn end(self, user_id: i64, id: &str) -> Result<bool, Error> {
        let wanted = id.to_owned();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let rows = sqlx::query("SELECT token_hash FROM sessions WHERE user_id = $1")
                        .bind(user_id)
                        .fetch_all(&mut *tx)
                        .await?;
                    for row in &rows {
                        let hash: Vec<u8> = row.try_get("token_hash")?;
                        if id_of(&hash) == wanted {
                            sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(hash).execute(tx).await?;
                            return Ok(true);
                        }
                    }
                    Ok(false)
                })
            })
            .await
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
}

/// A plain hash does: nobody guesses 256 random bits.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// The start of the hash names a session to its own user and gives nothing away.
fn id_of(hash: &[u8]) -> String {
    hash.iter().take(8).fold(String::new(), |mut id, byte| {
        let _infallible = write!(id, "{byte:02x}");
        id
    })
}

fn open_session(row: &AnyRow, own: Option<&[u8]>) -> Result<OpenSession, Error> {
    let row = Columns { table: "sessions", row };
    let hash: Vec<u8> = row.get("token_hash")?;
    Ok(OpenSession {
        id: id_of(&hash),
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
        client_ip: row.get("client_ip")?,
        user_agent: row.get("user_agent")?,
        current: own == Some(hash.as_slice()),
    })
}
