//! Which channels may answer a request, and in which order they are asked.

use std::{borrow::Cow, sync::Arc};

use api::Time;
use http::HeaderName;
use llm::{
    Auth, Dialect, Endpoint, Failure, Kind, Quirks,
    vendor::{Reach, Speech, speech},
};
use secrecy::ExposeSecret;
use store::{AccessKey, PriceInEffect, RelayChannel, RelayKey};

use super::snapshot::{Snapshot, may_use};
use crate::providers::Provider;

/// One channel that could answer, with the key that it would use.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) channel: Arc<RelayChannel>,
    pub(super) provider: Arc<Provider>,
    pub(crate) upstream_model: String,
    /// What the model costs; `None` if nobody says.
    pub(super) price: Option<Arc<PriceInEffect>>,
    base_url: String,
    key: Option<usize>,
    speech: Speech,
    /// What the provider is asked for.
    pub(super) endpoint: Endpoint,
}

impl Candidate {
    /// `endpoint` is the client's, `model` the public name, `random` chooses among the channel's keys.
    ///
    /// # Errors
    /// If the channel can't be asked at all: a message for its operator.
    pub(crate) fn new(
        channel: &Arc<RelayChannel>,
        provider: Option<&Arc<Provider>>,
        endpoint: Endpoint,
        model: &str,
        random: u64,
    ) -> Result<Self, Failure> {
        let unusable = |why: &str| Failure::new(Kind::Unavailable, format!("Channel “{}” {why}", channel.name));
        let provider = provider.ok_or_else(|| unusable("points at a provider that this version doesn't know."))?;
        let base_url = channel.base_url.as_ref().or(provider.base_url.as_ref()).cloned().unwrap_or_default();
        if base_url.is_empty() && provider.reach == Reach::Http {
            return Err(unusable("has no address. Enter its base URL."));
        }
        if channel.keys.is_empty() && provider.needs_key {
            return Err(unusable("has no API key. Add one."));
        }
        let (speech, endpoint) = speech(&provider.speaks, endpoint)
            .ok_or_else(|| unusable(&format!("has no {} at its provider.", endpoint.public_path())))?;
        Ok(Self {
            provider: Arc::clone(provider),
            upstream_model: channel.model_mapping.get(model).map_or(model, String::as_str).to_owned(),
            price: None,
            base_url,
            key: (!channel.keys.is_empty()).then(|| index(random, channel.keys.len())),
            channel: Arc::clone(channel),
            speech,
            endpoint,
        })
    }

    /// The provider's.
    pub(super) const fn dialect(&self) -> Dialect {
        self.speech.dialect
    }

    pub(super) fn quirks(&self) -> Quirks {
        self.provider.quirks
    }

    /// The header that carries the key alone; `None` for `Authorization: Bearer …`.
    pub(super) fn header(&self) -> Option<HeaderName> {
        match self.speech.auth {
            Some(Auth::Header(name)) => Some(HeaderName::from_static(name)),
            Some(Auth::Bearer | Auth::Optional) => None,
            None => self.provider.header.clone(),
        }
    }

    pub(crate) fn key(&self) -> Option<&RelayKey> {
        self.key.map(|at| &self.channel.keys[at])
    }

    pub(super) fn url(&self, stream: bool) -> String {
        self.speech.url(&self.base_url, self.endpoint, &self.upstream_model, stream)
    }

    /// A provider's text without the provider key, should it quote it.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.key().map(|key| key.secret.expose_secret()) {
            Some(secret) if secret.len() >= 4 && text.contains(secret) => text.replace(secret, "[provider key]").into(),
            _ => text.into(),
        }
    }
}

/// The candidates for what the client calls `name`, best first: higher priority before lower, inside a priority at random by weight.
///
/// They cost what they cost at the moment `at`.
///
/// # Errors
/// If the key may not use the model, nothing serves it, or what serves it can't be asked.
pub(super) fn plan(
    snapshot: &Snapshot,
    key: &AccessKey,
    endpoint: Endpoint,
    name: &str,
    at: Time,
    mut random: impl FnMut() -> u64,
) -> Result<Vec<Candidate>, Failure> {
    let missing = || {
        let text = format!("No model “{name}” is served here for this key. GET /v1/models lists those that are.");
        Failure::new(Kind::ModelNotFound, text).at("model")
    };
    let model = snapshot.resolve(name);
    if !may_use(key, name, model) {
        return Err(missing());
    }
    let mut channels = snapshot.serving(model, &key.group);
    if channels.is_empty() {
        return Err(missing());
    }
    let mut candidates = Vec::with_capacity(channels.len());
    let mut unusable = None;
    while !channels.is_empty() {
        let channel = channels.swap_remove(next(&channels, &mut random));
        match Candidate::new(channel, snapshot.provider(&channel.provider), endpoint, model, random()) {
            Ok(candidate) => candidates.push(Candidate { price: snapshot.price(model, at).cloned(), ..candidate }),
            Err(failure) => unusable = Some(failure),
        }
    }
    if candidates.is_empty() { Err(unusable.unwrap_or_else(missing)) } else { Ok(candidates) }
}

/// Draws one of the channels that have the highest priority.
fn next(channels: &[&Arc<RelayChannel>], random: &mut impl FnMut() -> u64) -> usize {
    let top = channels.iter().map(|channel| channel.priority).max().unwrap_or(0);
    let tier = || channels.iter().enumerate().filter(|(_, channel)| channel.priority == top);
    let weight = |channel: &RelayChannel| u64::try_from(channel.weight).unwrap_or(0).max(1);
    let total: u64 = tier().map(|(_, channel)| weight(channel)).sum();
    let mut left = random() % total.max(1);
    for (at, channel) in tier() {
        match left.checked_sub(weight(channel)) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    0
}

fn index(random: u64, len: usize) -> usize {
    usize::try_from(random % u64::try_from(len).unwrap_or(1).max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(id: i64, priority: i64, weight: i64) -> Arc<RelayChannel> {
        Arc::new(RelayChannel {
            id,
            name: format!("c{id}"),
            provider: "custom".into(),
            base_url: Some("http://127.0.0.1:1/v1".into()),
            models: vec!["m".into()],
            model_mapping: [("m".to_owned(), "up-m".to_owned())].into(),
            groups: vec!["default".into()],
            priority,
            weight,
            enabled: true,
            test_model: None,
            on_disconnect: api::channels::OnDisconnect::Cancel,
            keys: vec![
                RelayKey { id: 1, last4: String::new(), secret: "key-one".to_owned().into() },
                RelayKey { id: 2, last4: String::new(), secret: "key-two".to_owned().into() },
            ],
        })
    }

    fn candidate(random: u64) -> Candidate {
        let provider = crate::providers::in_effect(Vec::new()).into_iter().find(|provider| provider.slug == "custom");
        Candidate::new(&channel(1, 0, 1), provider.map(Arc::new).as_ref(), Endpoint::ChatCompletions, "m", random)
            .unwrap()
    }

    /// How often each channel comes first in draws that go through all random numbers evenly.
    fn shares(channels: &[Arc<RelayChannel>], draws: u64) -> Vec<u64> {
        let all: Vec<_> = channels.iter().collect();
        let mut firsts = vec![0; channels.len()];
        for n in 0..draws {
            firsts[next(&all, &mut || n)] += 1;
        }
        firsts
    }

    #[test]
    fn weights_share_a_priority_exactly() {
        assert_eq!(shares(&[channel(1, 5, 100), channel(2, 5, 300)], 4000), [1000, 3000]);
    }

    #[test]
    fn a_lower_priority_waits_for_the_higher_one() {
        assert_eq!(shares(&[channel(1, 1, 10_000), channel(2, 5, 1)], 100), [0, 100]);
    }

    #[test]
    fn a_candidate_knows_the_providers_name_for_the_model() {
        let candidate = candidate(1);
        assert_eq!(candidate.upstream_model, "up-m");
        assert_eq!(candidate.url(false), "http://127.0.0.1:1/v1/chat/completions");
        assert_eq!(candidate.key().map(|key| key.id), Some(2));
    }

    #[test]
    fn a_provider_that_quotes_its_key_is_not_repeated() {
        let candidate = candidate(0);
        assert_eq!(candidate.redact("bad key-one!"), "bad [provider key]!");
        assert_eq!(candidate.redact("bad key"), "bad key");
    }
}
