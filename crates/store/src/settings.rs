//! Settings that are kept in the database, as text by name.

use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Settings<'s> {
    pub(crate) store: &'s Store,
}

impl Settings<'_> {
    pub async fn get(self, key: &str) -> Result<Option<String>, Error> {
        get(&mut *self.store.read().await?, key).await
    }

    pub async fn set(self, key: &str, value: &str) -> Result<(), Error> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.store.write(move |tx| Box::pin(async move { set(tx, &key, &value).await })).await
    }
}

pub(crate) async fn get(connection: &mut AnyConnection, key: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT value FROM settings WHERE key = $1").bind(key).fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get("value")).transpose()?)
}

pub(crate) async fn set(connection: &mut AnyConnection, key: &str, value: &str) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO settings (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}
