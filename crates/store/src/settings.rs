//! Settings that are kept in the database, as text by name.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Settings<'s> {
    pub(crate) store: &'s Store,
}

/// What names of settings that were chosen in the console begin with, so that none is mistaken for one of the store's own.
const CHOSEN: &str = "console.";

impl Settings<'_> {
    pub async fn get(self, key: &str) -> Result<Option<String>, Error> {
        get(&mut *self.store.read().await?, key).await
    }

    pub async fn set(self, key: &str, value: &str) -> Result<(), Error> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.store.write(move |tx| Box::pin(async move { set(tx, &key, &value).await })).await
    }

    /// What was chosen in the console, by name.
    pub async fn chosen(self) -> Result<BTreeMap<String, String>, Error> {
        let rows = sqlx::query("SELECT key, value FROM settings WHERE key LIKE $1")
            .bind(format!("{CHOSEN}%"))
            .fetch_all(&mut *self.store.read().await?)
            .await?;
        let named = rows.iter().map(|row| -> Result<_, Error> {
            let key: String = row.try_get("key")?;
            Ok((key.trim_start_matches(CHOSEN).to_owned(), row.try_get("value")?))
        });
        named.collect()
    }

    /// Chooses values by name, all of them or none; `None` forgets the choice.
    pub async fn choose(self, values: BTreeMap<String, Option<String>>) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for (name, value) in values {
                        let key = format!("{CHOSEN}{name}");
                        match value {
                            Some(value) => set(tx, &key, &value).await?,
                            None => {
                                sqlx::query("DELETE FROM settings WHERE key = $1").bind(key).execute(&mut *tx).await?;
                            }
                        }
                    }
                    Ok(())
                })
            })
            .await
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
