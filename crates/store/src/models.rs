//! Public model names.

use std::collections::{BTreeMap, HashMap};

use api::Time;
use api::channels::{ChannelStatus, ChannelTest};
use api::models::{Model, ModelFacts, ModelPatch, ModelStatus, NewModel, ServedBy};
use api::prices::Price;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::prices::{self, PriceTimeline};
use crate::sql::{Columns, Sql, json};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Models<'s> {
    pub(crate) store: &'s Store,
}

/// What routing needs to know of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayModel {
    pub name: String,
    pub aliases: Vec<String>,
    /// What people said of it.
    pub own: ModelFacts,
    pub prices: PriceTimeline,
    pub enabled: bool,
    pub created_at: Time,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Whether it is the model's own name, the name at fault, and the model that has it.
    #[error("“{name}” is in use by the model {model}")]
    NameTaken { is_alias: bool, name: String, model: String },
    #[error(transparent)]
    Store(#[from] Error),
}

const SELECT: &str =
    "SELECT id, name, status, owner, kind, capabilities, context, max_output, created_at FROM models WHERE ";

impl Models<'_> {
    /// Every model by name, with what people said of it and who serves it.
    pub async fn all(self) -> Result<Vec<Model>, Error> {
        let mut connection = self.store.read().await?;
        let mut sql = Sql::new(SELECT);
        sql.push("1 = 1 ORDER BY name");
        let rows = sql.build().fetch_all(&mut *connection).await?;
        let around = Around::read(&mut connection, self.store.now()).await?;
        rows.iter().map(|row| model(row, &around)).collect()
    }

    pub async fn get(self, id: i64) -> Result<Option<Model>, Error> {
        load(&mut *self.store.read().await?, id, self.store.now()).await
    }

    pub async fn create(self, new: NewModel) -> Result<Model, ModelError> {
        let now = self.store.now();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(model) = whose(tx, &new.name).await? {
                        return Err(ModelError::NameTaken { is_alias: false, name: new.name, model });
                    }
                    let id: i64 = sqlx::query(
                        "INSERT INTO models (name, owner, kind, capabilities, context, max_output, created_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                    )
                    .bind(new.name)
                    .bind(new.owner)
                    .bind(new.kind.map(api::models::ModelKind::as_str))
                    .bind(new.capabilities.map(|list| json(&list)))
                    .bind(new.context)
                    .bind(new.max_output)
                    .bind(now.as_millis())
                    .fetch_one(&mut *tx)
                    .await
                    .map_err(Error::from)?
                    .try_get("id")
                    .map_err(Error::from)?;
                    set_aliases(tx, id, &new.aliases).await?;
                    if let Some(pricing) = new.pricing {
                        prices::say(tx, id, Some(pricing), now).await?;
                    }
                    load(tx, id, now).await?.ok_or_else(|| Error::corrupt("models", "id", &id, &"it vanished").into())
                })
            })
            .await
    }

    /// Changes a model; `None` if there is none.
    pub async fn update(self, id: i64, patch: ModelPatch) -> Result<Option<Model>, ModelError> {
        let now = self.store.now();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let Some(before) = load(tx, id, now).await? else {
                        return Ok(None);
                    };
                    let own = before.own;
                    sqlx::query(
                        "UPDATE models SET status = $1, owner = $2, kind = $3, capabilities = $4, context = $5,
                             max_output = $6 WHERE id = $7",
                    )
                    .bind(patch.status.unwrap_or(before.status).as_str())
                    .bind(patch.owner.unwrap_or(own.owner))
                    .bind(patch.kind.unwrap_or(own.kind).map(api::models::ModelKind::as_str))
                    .bind(patch.capabilities.unwrap_or(own.capabilities).map(|list| json(&list)))
                    .bind(patch.context.unwrap_or(own.context))
                    .bind(patch.max_output.unwrap_or(own.max_output))
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(Error::from)?;
                    if let Some(aliases) = patch.aliases {
                        set_aliases(tx, id, &aliases).await?;
                    }
                    if let Some(pricing) = patch.pricing {
                        prices::say(tx, id, pricing, now).await?;
                    }
                    Ok(load(tx, id, now).await?)
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
        let mut connection = self.store.read().await?;
        let mut sql = Sql::new(SELECT);
        sql.push("1 = 1 ORDER BY name");
        let rows = sql.build().fetch_all(&mut *connection).await?;
        let mut aliases = aliases(&mut connection).await?;
        let now = self.store.now();
        let prices = prices::current(&mut connection, now).await?;
        rows.iter()
            .map(|row| {
                let row = columns(row);
                let id = row.get("id")?;
                Ok(RelayModel {
                    name: row.get("name")?,
                    aliases: aliases.remove(&id).unwrap_or_default(),
                    prices: prices::timeline(prices.get(&id).map_or(&[], Vec::as_slice), now),
                    own: facts(&row)?,
                    enabled: row.word::<ModelStatus>("status")? == ModelStatus::Enabled,
                    created_at: row.time("created_at")?,
                })
            })
            .collect()
    }
}

/// Makes the models that a channel names and that don't exist. Answers the first name that is another model's alias, and
/// that model; such a name would have two meanings.
pub(crate) async fn make_missing(
    tx: &mut AnyConnection,
    names: &[String],
    now: i64,
) -> Result<Option<(String, String)>, Error> {
    for names in names.chunks(100) {
        let mut sql = Sql::new(
            "SELECT alias, name FROM model_aliases JOIN models ON models.id = model_aliases.model_id WHERE alias IN (",
        );
        sql.bind_list(names.iter().map(String::as_str)).push(") ORDER BY alias LIMIT 1");
        if let Some(row) = sql.build().fetch_optional(&mut *tx).await? {
            return Ok(Some((row.try_get("alias")?, row.try_get("name")?)));
        }
        let mut sql = Sql::new("INSERT INTO models (name, created_at) VALUES ");
        sql.tuples(names, |tuple, name| {
            tuple.bind(name.as_str()).bind(now);
        })
        .push(" ON CONFLICT (name) DO NOTHING");
        sql.build().execute(&mut *tx).await?;
    }
    Ok(None)
}

/// The model that has this name or alias.
async fn whose(tx: &mut AnyConnection, name: &str) -> Result<Option<String>, Error> {
    let row = sqlx::query(
        "SELECT name FROM models
         WHERE name = $1 OR id = (SELECT model_id FROM model_aliases WHERE alias = $2) LIMIT 1",
    )
    .bind(name)
    .bind(name)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| row.try_get("name")).transpose()?)
}

async fn set_aliases(tx: &mut AnyConnection, id: i64, aliases: &[String]) -> Result<(), ModelError> {
    sqlx::query("DELETE FROM model_aliases WHERE model_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(Error::from)?;
    let mut seen = std::collections::HashSet::new();
    for alias in aliases.iter().filter(|alias| seen.insert(alias.as_str())) {
        if let Some(model) = whose(tx, alias).await? {
            return Err(ModelError::NameTaken { is_alias: true, name: alias.clone(), model });
        }
        sqlx::query("INSERT INTO model_aliases (alias, model_id) VALUES ($1, $2)")
            .bind(alias.as_str())
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(Error::from)?;
    }
    Ok(())
}

async fn load(connection: &mut AnyConnection, id: i64, now: Time) -> Result<Option<Model>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("id = ", id);
    let Some(row) = sql.build().fetch_optional(&mut *connection).await? else { return Ok(None) };
    let around = Around::read(connection, now).await?;
    model(&row, &around).map(Some)
}

/// What other tables say of models.
struct Around {
    aliases: HashMap<i64, Vec<String>>,
    serving: Serving,
    prices: HashMap<i64, Vec<Price>>,
    now: Time,
}

impl Around {
    async fn read(connection: &mut AnyConnection, now: Time) -> Result<Self, Error> {
        Ok(Self {
            aliases: aliases(connection).await?,
            serving: Serving::read(connection).await?,
            prices: prices::current(connection, now).await?,
            now,
        })
    }
}

async fn aliases(connection: &mut AnyConnection) -> Result<HashMap<i64, Vec<String>>, Error> {
    let rows = sqlx::query("SELECT alias, model_id FROM model_aliases ORDER BY alias").fetch_all(connection).await?;
    let mut aliases: HashMap<i64, Vec<String>> = HashMap::new();
    for row in &rows {
        aliases.entry(row.try_get("model_id")?).or_default().push(row.try_get("alias")?);
    }
    Ok(aliases)
}

/// Which channels name each model. Found here, because engines read JSON lists each in their own way.
struct Serving(HashMap<String, Vec<ServedBy>>);

impl Serving {
    async fn read(connection: &mut AnyConnection) -> Result<Self, Error> {
        let rows = sqlx::query(
            "SELECT id, name, provider, models, model_mapping, priority, weight, status, last_test FROM channels
             ORDER BY priority DESC, weight DESC, id",
        )
        .fetch_all(connection)
        .await?;
        let mut serving: HashMap<String, Vec<ServedBy>> = HashMap::new();
        for row in &rows {
            let row = Columns { table: "channels", row };
            let mapping: BTreeMap<String, String> = row.json("model_mapping")?;
            let test: Option<ChannelTest> = match row.get::<Option<String>>("last_test")? {
                Some(_) => Some(row.json("last_test")?),
                None => None,
            };
            for name in row.json::<Vec<String>>("models")? {
                let served = ServedBy {
                    channel_id: row.get("id")?,
                    channel_name: row.get("name")?,
                    provider: row.get("provider")?,
                    upstream_model: mapping.get(&name).unwrap_or(&name).clone(),
                    priority: row.get("priority")?,
                    weight: row.get("weight")?,
                    status: row.word("status")?,
                    test_ok: test.as_ref().map(|test| test.ok),
                };
                serving.entry(name).or_default().push(served);
            }
        }
        Ok(Self(serving))
    }
}

const fn columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: "models", row }
}

fn model(row: &AnyRow, around: &Around) -> Result<Model, Error> {
    let row = columns(row);
    let (id, name): (i64, String) = (row.get("id")?, row.get("name")?);
    let price = around.prices.get(&id).and_then(|prices| prices::in_effect(prices, around.now));
    let served_by = around.serving.0.get(&name).cloned().unwrap_or_default();
    let enabled = served_by.iter().filter(|served| served.status == ChannelStatus::Enabled).count();
    let own = facts(&row)?;
    Ok(Model {
        id,
        name,
        aliases: around.aliases.get(&id).cloned().unwrap_or_default(),
        owner: own.owner.clone(),
        kind: own.kind,
        capabilities: own.capabilities.clone().unwrap_or_default(),
        context: own.context,
        max_output: own.max_output,
        own,
        pricing: price.and_then(|price| price.pricing.clone()),
        price_source: price.map(|price| price.source),
        priced_since: price.map(|price| price.valid_from),
        status: row.word("status")?,
        channels: i64::try_from(enabled).unwrap_or(i64::MAX),
        served_by,
        created_at: row.time("created_at")?,
    })
}

fn facts(row: &Columns<'_>) -> Result<ModelFacts, Error> {
    let has = |column| Ok::<_, Error>(row.get::<Option<String>>(column)?.is_some());
    Ok(ModelFacts {
        owner: row.get("owner")?,
        kind: if has("kind")? { Some(row.word("kind")?) } else { None },
        capabilities: if has("capabilities")? { Some(row.json("capabilities")?) } else { None },
        context: row.get("context")?,
        max_output: row.get("max_output")?,
    })
}
