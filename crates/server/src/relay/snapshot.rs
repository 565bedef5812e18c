//! What requests are planned with, in memory: channels, models and access keys as the store last had them.

use std::{collections::HashMap, sync::Arc};

use api::Time;
use store::{AccessKey, RelayChannel, Store};

/// One consistent reading of the store.
#[derive(Debug)]
pub(crate) struct Snapshot {
    channels: HashMap<i64, Arc<RelayChannel>>,
    /// Enabled channels by the models that they serve and that are enabled themselves.
    by_model: HashMap<String, Vec<Arc<RelayChannel>>>,
    /// Enabled models and when they were made.
    models: HashMap<String, Time>,
    keys: HashMap<String, Arc<AccessKey>>,
}

impl Snapshot {
    pub(crate) async fn read(store: &Store) -> Result<Self, store::Error> {
        let models = store.models().for_relay().await?.into_iter().filter(|model| model.enabled);
        let models: HashMap<String, Time> = models.map(|model| (model.name, model.created_at)).collect();
        let channels: Vec<_> = store.channels().for_relay().await?.into_iter().map(Arc::new).collect();
        let mut by_model: HashMap<String, Vec<Arc<RelayChannel>>> = HashMap::new();
        for channel in channels.iter().filter(|channel| channel.enabled) {
            for model in channel.models.iter().filter(|model| models.contains_key(*model)) {
                by_model.entry(model.clone()).or_default().push(Arc::clone(channel));
            }
        }
        let keys = store.keys().for_relay().await?;
        Ok(Self {
            channels: channels.into_iter().map(|channel| (channel.id, channel)).collect(),
            by_model,
            models,
            keys: keys.into_iter().map(|key| (key.public_id.clone(), Arc::new(key))).collect(),
        })
    }

    pub(crate) fn channel(&self, id: i64) -> Option<&Arc<RelayChannel>> {
        self.channels.get(&id)
    }

    /// Enabled channels that serve `model` to `group`.
    pub(super) fn serving(&self, model: &str, group: &str) -> Vec<&Arc<RelayChannel>> {
        let channels = self.by_model.get(model).map_or(&[][..], Vec::as_slice);
        channels.iter().filter(|channel| channel.groups.iter().any(|own| own == group)).collect()
    }

    pub(super) fn key(&self, public_id: &str) -> Option<&Arc<AccessKey>> {
        self.keys.get(public_id)
    }

    /// Models that `key` may ask for and some channel serves, by name, and when they were made.
    pub(super) fn models_for(&self, key: &AccessKey) -> Vec<(&str, Time)> {
        let served = |name: &str| may_use(key, name) && !self.serving(name, &key.group).is_empty();
        let mut models: Vec<_> =
            self.models.iter().filter(|(name, _)| served(name)).map(|(name, made)| (name.as_str(), *made)).collect();
        models.sort_unstable();
        models
    }
}

/// Whether a key's list of models has this one.
pub(super) fn may_use(key: &AccessKey, model: &str) -> bool {
    key.models.is_empty() || key.models.iter().any(|own| own == model)
}
