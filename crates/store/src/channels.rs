//! Credential sets at providers. The only module that seals and opens provider keys.

use std::collections::{BTreeMap, HashMap, HashSet};

use api::channels::{Channel, ChannelKey, ChannelPatch, ChannelStatus, ChannelTest, NewChannel, OnDisconnect};
use secrecy::SecretString;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::access_key::last4;
use crate::error::Error;
use crate::models;
use crate::sql::{Columns, Sql, json};
use crate::store::Store;
use crate::vault::{SealError, Vault};

#[derive(Debug, Clone, Copy)]
pub struct Channels<'s> {
    pub(crate) store: &'s Store,
}

/// A channel as the relay uses it, its keys opened.
#[derive(Debug, Clone)]
pub struct RelayChannel {
    pub id: i64,
    pub name: String,
    /// Slug.
    pub provider: String,
    /// Overrides the provider's.
    pub base_url: Option<String>,
    pub models: Vec<String>,
    pub model_mapping: BTreeMap<String, String>,
    pub groups: Vec<String>,
    pub priority: i64,
    pub weight: i64,
    pub enabled: bool,
    pub test_model: Option<String>,
    pub on_disconnect: OnDisconnect,
    pub keys: Vec<RelayKey>,
}

#[derive(Debug, Clone)]
pub struct RelayKey {
    pub id: i64,
    pub last4: String,
    pub secret: SecretString,
}

#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("a channel of this name exists already")]
    NameTaken,
    /// A name that would have two meanings, and the model that has it as an alias.
    #[error("“{name}” is an alias of the model {model}")]
    ModelIsAlias { name: String, model: String },
    #[error(transparent)]
    Store(#[from] Error),
}

impl ChannelError {
    fn from_write(error: sqlx::Error) -> Self {
        let error = Error::from(error);
        if error.is_unique_violation() { Self::NameTaken } else { Self::Store(error) }
    }
}

const SELECT: &str = "SELECT id, name, provider, base_url, models, model_mapping, groups, priority, weight, status,
    test_model, on_disconnect, last_test, created_at, updated_at FROM channels WHERE ";

impl Channels<'_> {
    /// All of them in the order of their making.
    pub async fn all(self) -> Result<Vec<Channel>, Error> {
        let mut connection = self.store.read().await?;
        let mut sql = Sql::new(SELECT);
        sql.push("1 = 1 ORDER BY id");
        let rows = sql.build().fetch_all(&mut *connection).await?;
        let mut channels = rows.iter().map(channel).collect::<Result<Vec<_>, _>>()?;
        attach_keys(&mut connection, &mut channels).await?;
        Ok(channels)
    }

    /// How many enabled ones failed their last test.
    pub async fn count_failing(self) -> Result<i64, Error> {
        let rows = sqlx::query("SELECT id, last_test FROM channels WHERE status = 'enabled' AND last_test IS NOT NULL")
            .fetch_all(&mut *self.store.read().await?)
            .await?;
        let mut failing = 0;
        for row in &rows {
            let test: ChannelTest = Columns { table: "channels", row }.json("last_test")?;
            failing += i64::from(!test.ok);
        }
        Ok(failing)
    }

    pub async fn get(self, id: i64) -> Result<Option<Channel>, Error> {
        load(&mut *self.store.read().await?, id).await
    }

    /// Makes a channel and the models that it names.
    pub async fn create(self, new: NewChannel) -> Result<Channel, ChannelError> {
        let store = self.store.clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let now = store.now().as_millis();
                    let names = unique(new.models);
                    let id: i64 = sqlx::query(
                        "INSERT INTO channels (name, provider, base_url, models, model_mapping, groups, priority,
                             weight, status, test_model, created_at, updated_at, on_disconnect)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                         RETURNING id",
                    )
                    .bind(new.name)
                    .bind(new.provider)
                    .bind(not_empty(new.base_url))
                    .bind(json(&names))
                    .bind(json(&new.model_mapping))
                    .bind(json(&unique(new.groups)))
                    .bind(new.priority)
                    .bind(new.weight)
                    .bind(new.status.as_str())
                    .bind(not_empty(new.test_model))
                    .bind(now)
                    .bind(now)
                    .bind(new.on_disconnect.as_str())
                    .fetch_one(&mut *tx)
                    .await
                    .map_err(ChannelError::from_write)?
                    .try_get("id")
                    .map_err(Error::from)?;
                    add_keys(tx, store.vault(), id, &new.keys, now).await?;
                    make_models(tx, &names, now).await?;
                    load(tx, id).await?.ok_or_else(|| Error::corrupt("channels", "id", &id, &"it vanished").into())
                })
            })
            .await
    }

    /// Changes a channel; `None` if there is none.
    pub async fn update(self, id: i64, patch: ChannelPatch) -> Result<Option<Channel>, ChannelError> {
        let store = self.store.clone();
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let now = store.now().as_millis();
                    let Some(before) = load(tx, id).await? else {
                        return Ok(None);
                    };
                    let names = unique(patch.models.unwrap_or(before.models));
                    sqlx::query(
                        "UPDATE channels SET name = $1, base_url = $2, models = $3, model_mapping = $4, groups = $5,
                             priority = $6, weight = $7, status = $8, test_model = $9, on_disconnect = $10, updated_at = $11
                         WHERE id = $12",
                    )
                    .bind(patch.name.unwrap_or(before.name))
                    .bind(patch.base_url.map_or(before.base_url, |url| not_empty(Some(url))))
                    .bind(json(&names))
                    .bind(json(&patch.model_mapping.unwrap_or(before.model_mapping)))
                    .bind(json(&unique(patch.groups.unwrap_or(before.groups))))
                    .bind(patch.priority.unwrap_or(before.priority))
                    .bind(patch.weight.unwrap_or(before.weight))
                    .bind(patch.status.unwrap_or(before.status).as_str())
                    .bind(patch.test_model.map_or(before.test_model, |model| not_empty(Some(model))))
                    .bind(patch.on_disconnect.unwrap_or(before.on_disconnect).as_str())
                    .bind(now)
                    .bind(id)
                    .execute(&mut *tx)
                    .await
                    .map_err(ChannelError::from_write)?;
                    if !patch.remove_keys.is_empty() {
                        let mut sql = Sql::new("DELETE FROM channel_keys WHERE channel_id = ");
                        sql.bind(id).push(" AND id IN (").bind_list(patch.remove_keys).push(")");
                        sql.build().execute(&mut *tx).await.map_err(Error::from)?;
                    }
                    add_keys(tx, store.vault(), id, &patch.add_keys, now).await?;
                    make_models(tx, &names, now).await?;
                    Ok(load(tx, id).await?)
                })
            })
            .await
    }

    /// Whether there was such a channel. Its keys go with it; its requests stay in the log.
    pub async fn delete(self, id: i64) -> Result<bool, Error> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let deleted = sqlx::query("DELETE FROM channels WHERE id = $1").bind(id).execute(tx).await?;
                    Ok(deleted.rows_affected() > 0)
                })
            })
            .await
    }

    /// Keeps how the last test went. Whether there is such a channel.
    pub async fn record_test(self, id: i64, test: &ChannelTest) -> Result<bool, Error> {
        let test = json(test);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let changed = sqlx::query("UPDATE channels SET last_test = $1 WHERE id = $2")
                        .bind(test)
                        .bind(id)
                        .execute(tx)
                        .await?;
                    Ok(changed.rows_affected() > 0)
                })
            })
            .await
    }

    /// Every channel, enabled or not, with its keys opened. A key that doesn't open is left out and said in the log.
    pub async fn for_relay(self) -> Result<Vec<RelayChannel>, Error> {
        let mut connection = self.store.read().await?;
        let mut sql = Sql::new(SELECT);
        sql.push("1 = 1 ORDER BY id");
        let channels = sql.build().fetch_all(&mut *connection).await?;
        let keys = sqlx::query("SELECT id, channel_id, sealed, last4 FROM channel_keys ORDER BY id")
            .fetch_all(&mut *connection)
            .await?;
        let mut by_channel: HashMap<i64, Vec<RelayKey>> = HashMap::new();
        for row in &keys {
            let row = key_columns(row);
            let id = row.get("id")?;
            let channel_id = row.get("channel_id")?;
            match open_key(self.store.vault(), id, &row.get::<Vec<u8>>("sealed")?) {
                Ok(secret) => {
                    by_channel.entry(channel_id).or_default().push(RelayKey { id, last4: row.get("last4")?, secret });
                }
                Err(error) => tracing::error!(
                    channel.id = channel_id,
                    channel_key.id = id,
                    %error,
                    "A provider key can't be opened and isn't used; replace it"
                ),
            }
        }
        channels
            .iter()
            .map(|row| {
                let channel = channel(row)?;
                Ok(RelayChannel {
                    keys: by_channel.remove(&channel.id).unwrap_or_default(),
                    id: channel.id,
                    name: channel.name,
                    provider: channel.provider,
                    base_url: channel.base_url,
                    models: channel.models,
                    model_mapping: channel.model_mapping,
                    groups: channel.groups,
                    priority: channel.priority,
                    weight: channel.weight,
                    enabled: channel.status == ChannelStatus::Enabled,
                    test_model: channel.test_model,
                    on_disconnect: channel.on_disconnect,
                })
            })
            .collect()
    }
}

async fn make_models(tx: &mut AnyConnection, names: &[String], now: i64) -> Result<(), ChannelError> {
    match models::make_missing(tx, names, now).await? {
        Some((name, model)) => Err(ChannelError::ModelIsAlias { name, model }),
        None => Ok(()),
    }
}

const KEY_TABLE: &str = "channel_keys";
const KEY_COLUMN: &str = "sealed";

async fn add_keys(
    tx: &mut AnyConnection,
    vault: &Vault,
    channel_id: i64,
    keys: &[String],
    now: i64,
) -> Result<(), Error> {
    for key in keys {
        let key = key.trim();
        // The row comes first, because a key is sealed for the row that it lies in.
        let row = sqlx::query(
            "INSERT INTO channel_keys (channel_id, sealed, last4, fingerprint, created_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (channel_id, fingerprint) DO NOTHING
             RETURNING id",
        )
        .bind(channel_id)
        .bind(Vec::new())
        .bind(last4(key))
        .bind(vault.fingerprint(key).to_vec())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { continue };
        let id: i64 = row.try_get("id")?;
        sqlx::query("UPDATE channel_keys SET sealed = $1 WHERE id = $2")
            .bind(vault.seal(KEY_TABLE, KEY_COLUMN, id, key.as_bytes())?)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn open_key(vault: &Vault, id: i64, sealed: &[u8]) -> Result<SecretString, SealError> {
    let secret = vault.open(KEY_TABLE, KEY_COLUMN, id, sealed)?;
    let secret = std::str::from_utf8(&secret).map_err(|_| SealError)?;
    Ok(SecretString::from(secret))
}

async fn load(connection: &mut AnyConnection, id: i64) -> Result<Option<Channel>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push_bind("id = ", id);
    let Some(row) = sql.build().fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let mut channels = [channel(&row)?];
    attach_keys(connection, &mut channels).await?;
    let [channel] = channels;
    Ok(Some(channel))
}

async fn attach_keys(connection: &mut AnyConnection, channels: &mut [Channel]) -> Result<(), Error> {
    if channels.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("SELECT id, channel_id, last4, created_at FROM channel_keys WHERE channel_id IN (");
    sql.bind_list(channels.iter().map(|channel| channel.id)).push(") ORDER BY id");
    let rows = sql.build().fetch_all(connection).await?;
    let mut by_channel: HashMap<i64, Vec<ChannelKey>> = HashMap::new();
    for row in &rows {
        let row = key_columns(row);
        by_channel.entry(row.get("channel_id")?).or_default().push(ChannelKey {
            id: row.get("id")?,
            last4: row.get("last4")?,
            created_at: row.time("created_at")?,
        });
    }
    for channel in channels {
        channel.keys = by_channel.remove(&channel.id).unwrap_or_default();
    }
    Ok(())
}

const fn key_columns(row: &AnyRow) -> Columns<'_> {
    Columns { table: KEY_TABLE, row }
}

/// A channel without its keys.
fn channel(row: &AnyRow) -> Result<Channel, Error> {
    let row = Columns { table: "channels", row };
    let last_test = match row.get::<Option<String>>("last_test")? {
        Some(_) => Some(row.json("last_test")?),
        None => None,
    };
    Ok(Channel {
        id: row.get("id")?,
        name: row.get("name")?,
        provider: row.get("provider")?,
        base_url: row.get("base_url")?,
        models: row.json("models")?,
        model_mapping: row.json("model_mapping")?,
        groups: row.json("groups")?,
        priority: row.get("priority")?,
        weight: row.get("weight")?,
        status: row.word("status")?,
        keys: Vec::new(),
        test_model: row.get("test_model")?,
        on_disconnect: row.word("on_disconnect")?,
        last_test,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Keeps the first of equal entries.
fn unique(list: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    list.into_iter().filter(|entry| seen.insert(entry.clone())).collect()
}
