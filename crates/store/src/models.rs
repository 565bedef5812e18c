//! Public model names.

use std::collections::{BTreeSet, HashMap};

use api::models::{Model, ModelPatch, ModelStatus, NewModel};
use api::page::PageQuery;
use api::{Page, Time};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::sql::{Columns, Sql, contains};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Models<'s> {
    pub(crate) store: &'s Store,
}

/// What routing needs to know of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayModel {
    pub name: String,
    pub enabled: bool,
    pub created_at: Time,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("a model of this name exists already")]
    NameTaken,
    #[error(transparent)]
    Store(#[from] Error),
}

impl Models<'_> {
    /// A page of the models by name.
    pub async fn list(self, query: &PageQuery) -> Result<Page<Model>, Error> {
        let (skip, size) = query.window();
        let pattern = contains(query.search.as_deref());
        let mut connection = self.store.read().await?;
        let total = sqlx::query(r"SELECT COUNT(*) AS n FROM models WHERE lower(name) LIKE $1 ESCAPE '\'")
            .bind(&pattern)
            .fetch_one(&mut *connection)
            .await?
            .try_get("n")?;
        let rows = sqlx::query(
            r"SELECT id, name, status, created_at FROM models WHERE lower(name) LIKE $1 ESCAPE '\'
              ORDER BY name LIMIT $2 OFFSET $3",
        )
        .bind(&pattern)
        .bind(size)
        .bind(skip)
        .fetch_all(&mut *connection)
        .await?;
        let serving = Serving::count(&mut connection).await?;
        Ok(Page {
            items: rows.iter().map(|row| model(row, &serving)).collect::<Result<_, _>>()?,
            total,
            page: skip / size + 1,
            page_size: size,
        })
    }

    pub async fn get(self, id: i64) -> Result<Option<Model>, Error> {
        load(&mut *self.store.read().await?, id).await
    }

    pub async fn create(self, new: NewModel) -> Result<Model, ModelError> {
        let now = self.store.now().as_millis();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let id: i64 = sqlx::query(
                        "INSERT INTO models (name, created_at) VALUES ($1, $2)
                         ON CONFLICT (name) DO NOTHING RETURNING id",
                    )
                    .bind(new.name)
                    .bind(now)
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(Error::from)?
                    .ok_or(ModelError::NameTaken)?
                    .try_get("id")
                    .map_err(Error::from)?;
                    load(tx, id).await?.ok_or_else(|| Error::corrupt("models", "id", &id, &"it vanished").into())
                })
            })
            .await
    }

    pub async fn update(self, id: i64, patch: ModelPatch) -> Result<Option<Model>, Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(status) = patch.status {
                        sqlx::query("UPDATE models SET status = $1 WHERE id = $2")
                            .bind(status.as_str())
                            .bind(id)
                            .execute(&mut *tx)
                            .await?;
                    }
                    load(tx, id).await
                })
            })
            .await
    }

    /// Whether there was such a model. A channel that names it goes on doing so.
    pub async fn delete(self, id: i64) -> Result<bool, Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let deleted = sqlx::query("DELETE FROM models WHERE id = $1").bind(id).execute(tx).await?;
                    Ok(deleted.rows_affected() > 0)
                })
            })
            .await
    }

    pub async fn for_relay(self) -> Result<Vec<RelayModel>, Error> {
        sqlx::query("SELECT id, name, status, created_at FROM models ORDER BY name")
            .fetch_all(&mut *self.store.read().await?)
            .await?
            .iter()
            .map(|row| {
                Ok(RelayModel {
                    name: columns(row).get("name")?,
                    enabled: columns(row).word::<ModelStatus>("status")? == ModelStatus::Enabled,
                    created_at: columns(row).time("created_at")?,
                })
            })
            .collect()
    }
}

/// Makes the models that a channel names and that don't exist.
pub(crate) async fn make_missing(tx: &mut AnyConnection, names: &[String], now: i64) -> Result<(), Error> {
    for names in names.chunks(100) {
        let mut sql = Sql::new("INSERT INTO models (name, created_at) VALUES ");
        sql.tuples(names, |tuple, name| {
            tuple.bind(name.as_str()).bind(now);
        })
        .push(" ON CONFLICT (name) DO NOTHING");
        sql.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn load(connection: &mut AnyConnection, id: i64) -> Result<Option<Model>, Error> {
    let row = sqlx::query("SELECT id, name, status, created_at FROM models WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let serving = Serving::count(connection).await?;
    model(&row, &serving).map(Some)
}

/// How many enabled channels serve each model. Counted here, because engines read JSON lists each in their own way.
struct Serving(HashMap<String, i64>);

impl Serving {
    async fn count(connection: &mut AnyConnection) -> Result<Self, Error> {
        let mut counts = HashMap::new();
        let rows =
            sqlx::query("SELECT id, models FROM channels WHERE status = 'enabled'").fetch_all(connection).await?;
        for row in &rows {
            let names: BTreeSet<String> = Columns { table: "channels", row }.json("models")?;
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        }
        Ok(Self(counts))
    }
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "models", row }
}

fn model(row: &AnyRow, serving: &Serving) -> Result<Model, Error> {
    let row = columns(row);
    let name: String = row.get("name")?;
    Ok(Model {
        id: row.get("id")?,
        channels: serving.0.get(&name).copied().unwrap_or(0),
        name,
        status: row.word("status")?,
        created_at: row.time("created_at")?,
    })
}
