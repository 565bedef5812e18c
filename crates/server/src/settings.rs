//! Settings that can be changed while the gateway runs, in layers: the default, what was chosen in the console, what the gateway was
//! started with. What they come to is read by each request, without a lock.

use std::{collections::BTreeMap, sync::Arc};

use api::settings::{Egress, Setting, Source};
use arc_swap::{ArcSwap, Guard};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Store, Zone};
use tokio::sync::Mutex;
use url::Url;

use crate::start::StartError;

/// What the layers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Addresses under which people and programs reach the gateway, besides IP addresses and `localhost`.
    pub(crate) public_urls: Vec<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) egress: Egress,
    /// Days that rows of the audit are kept; 0 keeps them for ever.
    pub(crate) audit_days: u16,
    /// Days that requests are kept; 0 keeps them for ever.
    pub(crate) log_days: u16,
    /// MiB that the database may hold before the oldest requests are removed; 0 sets no bound.
    pub(crate) log_mb: u32,
    /// Days that kept bodies stay; 0 for as long as their requests.
    pub(crate) body_days: u16,
    /// MiB that kept bodies may take together before the oldest are removed; 0 sets no bound.
    pub(crate) body_mb: u32,
    /// KiB of a body that are kept.
    pub(crate) body_kb: u16,
    /// Seconds that running answers may take to finish at shutdown.
    pub(crate) drain_seconds: u64,
    /// In which budgets' days, weeks and months begin.
    pub(crate) time_zone: Zone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_urls: Vec::new(),
            trusted_proxies: Vec::new(),
            egress: Egress::Private,
            audit_days: 365,
            log_days: 90,
            log_mb: 4_096,
            body_days: 7,
            body_mb: 512,
            body_kb: 256,
            drain_seconds: 30,
            time_zone: Zone::UTC,
        }
    }
}

/// Values by name, as the API writes them.
pub(crate) type Layer = BTreeMap<String, Value>;

impl Settings {
    /// # Errors
    /// If a name or a value isn't one of a setting.
    fn of(layer: Layer) -> Result<Self, serde_json::Error> {
        serde_json::from_value(layer.into_iter().collect())
    }

    pub(crate) fn layer(&self) -> Layer {
        let Ok(Value::Object(members)) = serde_json::to_value(self) else { return Layer::new() };
        members.into_iter().collect()
    }
}

/// A setting that file, environment or flags give. It goes before what is chosen in the console.
#[derive(Debug, Clone)]
pub struct Given {
    pub name: &'static str,
    /// As the file would have it.
    pub value: Value,
    pub source: Source,
    /// The file's path, the variable's name or the flag.
    pub origin: Option<String>,
}

impl Given {
    pub fn new(name: &'static str, value: impl Into<Value>, source: Source, origin: Option<String>) -> Self {
        Self { name, value: value.into(), source, origin }
    }

    /// Why it can't be changed in the console.
    pub(crate) fn lock(&self) -> String {
        format!("{} sets it: change it there.", self.origin.as_deref().unwrap_or(self.name))
    }
}

/// The settings of the running gateway.
#[derive(Debug)]
pub(crate) struct Live {
    now: ArcSwap<Settings>,
    given: Vec<Given>,
    /// Held while it is changed, so that of two changes at once neither is lost.
    chosen: Mutex<Layer>,
}

impl Live {
    /// # Errors
    /// If the database can't be read, or if what is given isn't a setting.
    pub(crate) async fn read(store: &Store, given: Vec<Given>) -> Result<Self, StartError> {
        for Given { name, value, .. } in &given {
            let known = Settings::of(Layer::from([((*name).to_owned(), value.clone())]));
            known.map_err(|error| StartError::Setting(name, error.to_string()))?;
        }
        let mut chosen = Layer::new();
        for (name, text) in store.settings().chosen().await? {
            let value = serde_json::from_str(&text).unwrap_or_default();
            // A newer version may know more, and what can't be read must not keep the gateway from starting.
            match Settings::of(Layer::from([(name.clone(), value)])) {
                Ok(settings) => chosen.extend(settings.layer().remove_entry(&name)),
                Err(error) => tracing::warn!(name, %error, "a setting that was chosen in the console can't be used"),
            }
        }
        let now = layered(&chosen, &given);
        store.budgets().set_time_zone(now.time_zone.clone()).await?;
        Ok(Self { now: ArcSwap::from_pointee(now), given, chosen: Mutex::new(chosen) })
    }

    pub(crate) fn now(&self) -> Guard<Arc<Settings>> {
        self.now.load()
    }

    /// The one that keeps `name` from being changed in the console.
    pub(crate) fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }

    /// Chooses values, for requests from now on; `null` goes back to the default. Answers what held before and what holds now, if
    /// anything was chosen that wasn't yet.
    ///
    /// # Errors
    /// What `admit` says of the outcome, before anything is changed.
    pub(crate) async fn choose<E: From<store::Error>>(
        &self,
        store: &Store,
        wanted: Layer,
        admit: impl FnOnce(&Settings) -> Result<(), E>,
    ) -> Result<Option<(Layer, Layer)>, E> {
        let mut chosen = self.chosen.lock().await;
        let mut next = chosen.clone();
        next.extend(wanted.clone());
        next.retain(|_, value| !value.is_null());
        if next == *chosen {
            return Ok(None);
        }
        let settings = layered(&next, &self.given);
        admit(&settings)?;
        let texts = wanted.into_iter().map(|(name, value)| (name, (!value.is_null()).then(|| value.to_string())));
        store.settings().choose(texts.collect()).await?;
        if settings.time_zone != self.now().time_zone {
            store.budgets().set_time_zone(settings.time_zone.clone()).await?;
        }
        let (before, after) = (self.now().layer(), settings.layer());
        *chosen = next;
        self.now.store(Arc::new(settings));
        Ok(Some((before, after)))
    }

    /// As people see them.
    pub(crate) async fn list(&self) -> Vec<Setting> {
        let (chosen, now, defaults) = (self.chosen.lock().await, self.now().layer(), Settings::default().layer());
        let shown = |(name, value): (String, Value)| {
            let given = self.given(&name);
            let source = match given {
                Some(given) => given.source,
                None if chosen.contains_key(&name) => Source::Console,
                None => Source::Default,
            };
            Setting {
                value: text(&value),
                default: defaults.get(&name).map(text),
                source,
                origin: given.and_then(|given| given.origin.clone()),
                changeable: given.is_none(),
                name,
            }
        };
        now.into_iter().map(shown).collect()
    }
}

/// What is given goes before what is chosen.
fn layered(chosen: &Layer, given: &[Given]) -> Settings {
    let given = given.iter().map(|given| (given.name.to_owned(), given.value.clone()));
    Settings::of(chosen.clone().into_iter().chain(given).collect())
        .expect("both layers were checked when they were made")
}

/// A value as it stands in a list of settings.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end_matches('/').to_owned(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn layer(value: Value) -> Layer {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_the_gateway_was_started_with_goes_before_what_was_chosen_and_that_before_the_default() {
        let given = [Given::new("audit_days", 7, Source::Environment, Some("AIGW_AUDIT_DAYS".to_owned()))];
        let settings = layered(&layer(json!({"audit_days": 90, "egress": "public"})), &given);
        let expected = Settings { audit_days: 7, egress: Egress::Public, ..Settings::default() };
        assert_eq!(settings, expected);
    }

    #[test]
    fn values_read_as_people_write_them() {
        assert_eq!(
            text(&json!(["https://ai.example.com/", "http://gateway.lan:3000/"])),
            "https://ai.example.com, http://gateway.lan:3000"
        );
        assert_eq!(text(&json!([])), "");
        assert_eq!(text(&json!(30)), "30");
        assert_eq!(text(&json!("public")), "public");
    }
}
