//! What requests are planned with, in memory: channels, providers, models and access keys as the store last had them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use api::{
    Time,
    groups::ONE_PPM,
    limits::Limits,
    models::{ModelFacts, ModelKind},
};
use store::{AccessKey, PriceInEffect, RelayChannel, RelayGroup, RelayModel, Store};

use super::{budgets::Budgets, limits::Walker};
use crate::{
    models::facts,
    providers::{self, Provider},
};

/// One consistent reading of the store.
#[derive(Debug)]
pub(crate) struct Snapshot {
    channels: HashMap<i64, Arc<RelayChannel>>,
    /// Enabled channels by the models that they serve and that are enabled themselves.
    by_model: HashMap<String, Vec<Arc<RelayChannel>>>,
    /// Enabled models.
    models: HashMap<String, RelayModel>,
    /// Other names of enabled models.
    aliases: HashMap<String, String>,
    /// By slug, also those that are switched off: what points at them goes on.
    providers: HashMap<String, Arc<Provider>>,
    keys: HashMap<String, Arc<AccessKey>>,
    groups: HashMap<String, RelayGroup>,
    pub(super) budgets: Budgets,
}

/// A name that a key may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'s> {
    pub(crate) name: &'s str,
    pub(crate) model: &'s RelayModel,
}

impl Snapshot {
    pub(crate) async fn read(store: &Store) -> Result<Self, store::Error> {
        let models = store.models().for_relay().await?.into_iter().filter(|model| model.enabled);
        let models: HashMap<String, RelayModel> = models.map(|model| (model.name.clone(), model)).collect();
        let aliases = models
            .values()
            .flat_map(|model| model.aliases.iter().map(|alias| (alias.clone(), model.name.clone())))
            .collect();
        let channels: Vec<_> = store.channels().for_relay().await?.into_iter().map(Arc::new).collect();
        let mut by_model: HashMap<String, Vec<Arc<RelayChannel>>> = HashMap::new();
        for channel in channels.iter().filter(|channel| channel.enabled) {
            for model in channel.models.iter().filter(|model| models.contains_key(*model)) {
                by_model.entry(model.clone()).or_default().push(Arc::clone(channel));
            }
        }
        let providers = providers::in_effect(store.providers().all().await?);
        let keys = store.keys().for_relay().await?;
        Ok(Self {
            channels: channels.into_iter().map(|channel| (channel.id, channel)).collect(),
            by_model,
            models,
            aliases,
            providers: providers.into_iter().map(|provider| (provider.slug.clone(), Arc::new(provider))).collect(),
            keys: keys.into_iter().map(|key| (key.public_id.clone(), Arc::new(key))).collect(),
            groups: store.groups().for_relay().await?,
            budgets: Budgets::read(store).await?,
        })
    }

    pub(crate) fn channel(&self, id: i64) -> Option<&Arc<RelayChannel>> {
        self.channels.get(&id)
    }

    pub(crate) fn provider(&self, slug: &str) -> Option<&Arc<Provider>> {
        self.providers.get(slug)
    }

    /// What a model does, as far as people or the catalogue say.
    pub(crate) fn kind(&self, name: &str) -> Option<ModelKind> {
        let name = self.resolve(name);
        match self.models.get(name) {
            Some(model) => facts(name, &model.own).kind,
            None => facts(name, &ModelFacts::default()).kind,
        }
    }

    /// The model that a name stands for; the name itself if it is no alias.
    pub(super) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        self.aliases.get(name).map_or(name, String::as_str)
    }

    /// Enabled channels that serve `model` to `group`.
    pub(super) fn serving(&self, model: &str, group: &str) -> Vec<&Arc<RelayChannel>> {
        let channels = self.by_model.get(model).map_or(&[][..], Vec::as_slice);
        channels.iter().filter(|channel| channel.groups.iter().any(|own| own == group)).collect()
    }

    /// What `model`, by its own name, costs at this moment; `None` if nobody says.
    pub(super) fn price(&self, model: &str, at: Time) -> Option<&Arc<PriceInEffect>> {
        self.models.get(model)?.prices.at(at)
    }

    /// How many of these names, their aliases counted as themselves, stand for models that have no price.
    pub(crate) fn count_unpriced(&self, names: &[String], at: Time) -> i64 {
        let models: HashSet<&str> = names.iter().map(|name| self.resolve(name)).collect();
        let unpriced =
            models.into_iter().filter(|model| self.models.contains_key(*model) && self.price(model, at).is_none());
        i64::try_from(unpriced.count()).unwrap_or(i64::MAX)
    }

    /// Parts per million of the price.
    pub(super) fn multiplier(&self, group: &str) -> i64 {
        self.groups.get(group).map_or(ONE_PPM, |group| group.multiplier_ppm)
    }

    /// Whose pace a request of `key` must keep to; usually nobody's.
    pub(super) fn limits(&self, key: &AccessKey) -> Vec<(Walker, Limits)> {
        let mut all = Vec::new();
        if !key.limits.is_empty() {
            all.push((Walker::Key(key.id), key.limits));
        }
        if !key.user_limits.is_empty() {
            all.push((Walker::User(key.user_id), key.user_limits));
        }
        if let Some(group) = self.groups.get(&key.group).filter(|group| !group.limits.is_empty()) {
            all.push((Walker::Group(key.group.clone()), group.limits));
        }
        all
    }

    pub(super) fn key(&self, public_id: &str) -> Option<&Arc<AccessKey>> {
        self.keys.get(public_id)
    }

    /// Names that `key` may ask for and some channel serves, in their order.
    pub(crate) fn models_for(&self, key: &AccessKey) -> Vec<Listed<'_>> {
        let served = self.models.values().filter(|model| !self.serving(&model.name, &key.group).is_empty());
        let mut listed: Vec<_> = served
            .flat_map(|model| {
                let names = std::iter::once(&model.name).chain(&model.aliases);
                names.map(move |name| Listed { name, model })
            })
            .filter(|listed| may_use(key, listed.name, &listed.model.name))
            .collect();
        listed.sort_unstable_by_key(|listed| listed.name);
        listed
    }
}

/// Whether a key's list of models has this name, or the model that it stands for.
pub(super) fn may_use(key: &AccessKey, name: &str, model: &str) -> bool {
    key.models.is_empty() || key.models.iter().any(|own| own == name || own == model)
}
