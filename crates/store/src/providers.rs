//! Providers of one's own, and what was changed of the built-in ones.

use api::providers::{AuthScheme, NewProvider, ProviderPatch};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::sql::{Columns, Sql};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Providers<'s> {
    pub(crate) store: &'s Store,
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct ProviderRow {
    pub slug: String,
    /// It changes a built-in one: `None` means that the built-in holds, and only `name`, `base_url` and `enabled` count.
    pub builtin: bool,
    pub name: Option<String>,
    pub base_url: Option<String>,
    pub website: Option<String>,
    pub keys_url: Option<String>,
    pub auth: AuthScheme,
    pub auth_header: Option<String>,
    pub needs_key: bool,
    pub local: bool,
    pub enabled: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("a provider of this slug exists already")]
    SlugTaken,
    /// Names of the channels.
    #[error("channels point at it: {}", .0.join(", "))]
    InUse(Vec<String>),
    #[error(transparent)]
    Store(#[from] Error),
}

const SELECT: &str =
    "SELECT slug, builtin, name, base_url, website, keys_url, auth, auth_header, needs_key, local, enabled
    FROM providers WHERE ";

impl Providers<'_> {
    /// Every row, by slug.
    pub async fn all(self) -> Result<Vec<ProviderRow>, Error> {
        let mut sql = Sql::new(SELECT);
        sql.push("1 = 1 ORDER BY slug");
        sql.build().fetch_all(&mut *self.store.read().await?).await?.iter().map(provider).collect()
    }

    /// How many channels point at each slug.
    pub async fn channels(self) -> Result<Vec<(String, i64)>, Error> {
        sqlx::query("SELECT provider, COUNT(*) AS n FROM channels GROUP BY provider")
            .fetch_all(&mut *self.store.read().await?)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("provider")?, row.try_get("n")?)))
            .collect()
    }

    /// Makes a provider of one's own.
    pub async fn create(self, new: NewProvider) -> Result<(), ProviderError> {
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let made = sqlx::query(
                        "INSERT INTO providers (slug, builtin, name, base_url, website, keys_url, auth, auth_header,
                             needs_key, local, created_at, updated_at)
                         VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                         ON CONFLICT (slug) DO NOTHING",
                    )
                    .bind(new.slug)
                    .bind(new.name)
                    .bind(new.base_url)
                    .bind(new.website)
                    .bind(new.keys_url)
                    .bind(new.auth.as_str())
                    .bind(new.auth_header)
                    .bind(i64::from(new.needs_key))
                    .bind(i64::from(new.local))
                    .bind(now)
                    .bind(now)
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::from)?;
                    if made.rows_affected() == 0 { Err(ProviderError::SlugTaken) } else { Ok(()) }
                })
            })
            .await
    }

    /// Changes a row; makes it for a built-in one that has none. Whether there is such a provider.
    pub async fn update(self, slug: &str, builtin: bool, patch: ProviderPatch) -> Result<bool, Error> {
        let (slug, now) = (slug.to_owned(), self.store.now().as_millis());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if builtin {
                        sqlx::query(
                            "INSERT INTO providers (slug, builtin, created_at, updated_at) VALUES ($1, 1, $2, $3)
                             ON CONFLICT (slug) DO NOTHING",
                        )
                        .bind(slug.as_str())
                        .bind(now)
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                    }
                    let Some(before) = load(tx, &slug).await? else { return Ok(false) };
                    // Of one's own, a name and an address can be changed but not taken away.
                    let keep = |new: Option<Option<String>>, old: Option<String>| match new {
                        Some(None) if !builtin => old,
                        new => new.unwrap_or(old),
                    };
                    sqlx::query(
                        "UPDATE providers SET name = $1, base_url = $2, website = $3, keys_url = $4, auth = $5,
                             auth_header = $6, needs_key = $7, local = $8, enabled = $9, updated_at = $10
                         WHERE slug = $11",
                    )
                    .bind(keep(patch.name, before.name))
                    .bind(keep(patch.base_url, before.base_url))
                    .bind(patch.website.unwrap_or(before.website))
                    .bind(patch.keys_url.unwrap_or(before.keys_url))
                    .bind(patch.auth.unwrap_or(before.auth).as_str())
                    .bind(patch.auth_header.unwrap_or(before.auth_header))
                    .bind(i64::from(patch.needs_key.unwrap_or(before.needs_key)))
                    .bind(i64::from(patch.local.unwrap_or(before.local)))
                    .bind(i64::from(patch.enabled.unwrap_or(before.enabled)))
                    .bind(now)
                    .bind(slug)
                    .execute(&mut *tx)
                    .await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Deletes a row: a provider of one's own that no channel points at, or the changes of a built-in one. Whether there
    /// was one.
    pub async fn delete(self, slug: &str) -> Result<bool, ProviderError> {
        let slug = slug.to_owned();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let Some(before) = load(tx, &slug).await? else { return Ok(false) };
                    if !before.builtin {
                        let users = sqlx::query("SELECT name FROM channels WHERE provider = $1 ORDER BY name")
                            .bind(slug.as_str())
                            .fetch_all(&mut *tx)
                            .await
                            .map_err(Error::from)?;
                        if !users.is_empty() {
                            let names = users.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>();
                            return Err(ProviderError::InUse(names.map_err(Error::from)?));
                        }
                    }
                    sqlx::query("DELETE FROM providers WHERE slug = $1")
                        .bind(slug)
                        .execute(tx)
                        .await
                        .map_err(Error::from)?;
                    Ok(true)
                })
            })
            .await
    }
}

async fn load(connection: &mut AnyConnection, slug: &str) -> Result<Option<ProviderRow>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("slug = ", slug);
    sql.build().fetch_optional(connection).await?.as_ref().map(provider).transpose()
}

fn provider(row: &AnyRow) -> Result<ProviderRow, Error> {
    let row = Columns { table: "providers", row };
    Ok(ProviderRow {
        slug: row.get("slug")?,
        builtin: row.flag("builtin")?,
        name: row.get("name")?,
        base_url: row.get("base_url")?,
        website: row.get("website")?,
        keys_url: row.get("keys_url")?,
        auth: row.word("auth")?,
        auth_header: row.get("auth_header")?,
        needs_key: row.flag("needs_key")?,
        local: row.flag("local")?,
        enabled: row.flag("enabled")?,
    })
}
