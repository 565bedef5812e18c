//! A channel as a form holds it, and what of it goes to the server.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    Fields, Validate,
    channels::{Channel, ChannelPatch, ChannelStatus, DEFAULT_GROUP, NewChannel, OnDisconnect},
    providers::Provider,
};

use crate::parts::{form::NOT_A_NUMBER, secrets::lines};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) base_url: String,
    /// A key that is being typed; it counts.
    pub(crate) key_text: String,
    pub(crate) new_keys: Vec<String>,
    pub(crate) removed_keys: BTreeSet<i64>,
    pub(crate) models: Vec<String>,
    /// Public name, the provider's name.
    pub(crate) mapping: Vec<(String, String)>,
    pub(crate) groups: Vec<String>,
    pub(crate) priority: String,
    pub(crate) weight: String,
    pub(crate) test_model: String,
    pub(crate) on_disconnect: OnDisconnect,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            name: String::new(),
            provider: String::new(),
            base_url: String::new(),
            key_text: String::new(),
            new_keys: Vec::new(),
            removed_keys: BTreeSet::new(),
            models: Vec::new(),
            mapping: Vec::new(),
            groups: vec![DEFAULT_GROUP.to_owned()],
            priority: "0".to_owned(),
            weight: "100".to_owned(),
            test_model: String::new(),
            on_disconnect: OnDisconnect::Cancel,
        }
    }

    pub(crate) fn of(channel: &Channel) -> Self {
        Self {
            name: channel.name.clone(),
            provider: channel.provider.clone(),
            base_url: channel.base_url.clone().unwrap_or_default(),
            key_text: String::new(),
            new_keys: Vec::new(),
            removed_keys: BTreeSet::new(),
            models: channel.models.clone(),
            mapping: channel.model_mapping.clone().into_iter().collect(),
            groups: channel.groups.clone(),
            priority: channel.priority.to_string(),
            weight: channel.weight.to_string(),
            test_model: channel.test_model.clone().unwrap_or_default(),
            on_disconnect: channel.on_disconnect,
        }
    }

    /// Takes a provider, and its name and models where the person hasn't said otherwise.
    pub(crate) fn choose(&mut self, provider: &Provider, before: Option<&Provider>) {
        if self.name.trim().is_empty() || before.is_some_and(|before| before.name == self.name) {
            self.name.clone_from(&provider.name);
        }
        if provider.slug == DEMO && self.models.is_empty() {
            self.models = vec![DEMO_MODEL.to_owned()];
        } else if before.is_some_and(|before| before.slug == DEMO) && self.models == [DEMO_MODEL] {
            self.models.clear();
        }
        self.provider.clone_from(&provider.slug);
    }

    /// All new keys, with the one that is still being typed.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.new_keys.iter().cloned().chain(lines(&self.key_text)).collect()
    }

    /// `provider` is the one that the draft names, if it is known: it says whether a key and an address are needed.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn create(&self, provider: Option<&Provider>) -> Result<NewChannel, Fields> {
        let mut fields = Fields::new();
        if let Some(provider) = provider {
            if provider.needs_key && self.keys().is_empty() {
                fields.insert("keys".to_owned(), NO_KEY.to_owned());
            }
            let has_address = provider.base_url.is_some() || provider.slug == DEMO;
            if !has_address && self.base_url.trim().is_empty() {
                fields.insert("base_url".to_owned(), NO_ADDRESS.to_owned());
            }
        }
        let new = NewChannel {
            name: self.name.trim().to_owned(),
            provider: self.provider.clone(),
            base_url: Some(self.base_url.trim().to_owned()).filter(|url| !url.is_empty()),
            keys: self.keys(),
            models: self.models.clone(),
            model_mapping: self.mapping(),
            groups: self.groups.clone(),
            priority: number(&mut fields, "priority", &self.priority),
            weight: number(&mut fields, "weight", &self.weight),
            status: ChannelStatus::Enabled,
            test_model: Some(self.test_model.trim().to_owned()).filter(|model| !model.is_empty()),
            on_disconnect: self.on_disconnect,
        };
        checked(new, fields)
    }

    /// What differs from `channel`.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn patch(&self, channel: &Channel) -> Result<ChannelPatch, Fields> {
        let mut fields = Fields::new();
        let priority = number(&mut fields, "priority", &self.priority);
        let weight = number(&mut fields, "weight", &self.weight);
        let base_url = self.base_url.trim().to_owned();
        let test_model = self.test_model.trim().to_owned();
        let patch = ChannelPatch {
            name: changed(self.name.trim().to_owned(), &channel.name),
            base_url: changed(base_url, channel.base_url.as_deref().unwrap_or_default()),
            add_keys: self.keys(),
            remove_keys: self.removed_keys.iter().copied().collect(),
            models: changed(self.models.clone(), &channel.models),
            model_mapping: changed(self.mapping(), &channel.model_mapping),
            groups: changed(self.groups.clone(), &channel.groups),
            priority: changed(priority, &channel.priority),
            weight: changed(weight, &channel.weight),
            status: None,
            test_model: changed(test_model, channel.test_model.as_deref().unwrap_or_default()),
            on_disconnect: changed(self.on_disconnect, &channel.on_disconnect),
        };
        checked(patch, fields)
    }

    /// How many fields differ from `channel`, or from an empty form.
    pub(crate) fn changes(&self, channel: Option<&Channel>) -> usize {
        let before = channel.map_or_else(Self::new, Self::of);
        [
            self.name.trim() != before.name,
            channel.is_none() && self.provider != before.provider,
            self.base_url.trim() != before.base_url,
            !self.keys().is_empty(),
            !self.removed_keys.is_empty(),
            self.models != before.models,
            self.mapping() != before.mapping(),
            self.groups != before.groups,
            self.priority.trim() != before.priority,
            self.weight.trim() != before.weight,
            self.test_model.trim() != before.test_model,
            self.on_disconnect != before.on_disconnect,
        ]
        .into_iter()
        .filter(|changed| *changed)
        .count()
    }

    /// Rows that are filled in at all.
    fn mapping(&self) -> BTreeMap<String, String> {
        self.mapping
            .iter()
            .map(|(public, upstream)| (public.trim().to_owned(), upstream.trim().to_owned()))
            .filter(|(public, upstream)| !(public.is_empty() && upstream.is_empty()))
            .collect()
    }
}

/// The built-in provider that answers without a network.
pub(crate) const DEMO: &str = "demo";
/// What it serves.
pub(crate) const DEMO_MODEL: &str = "demo-small";

/// The server's sentences for what it checks with the provider's row, said before it is asked.
const NO_KEY: &str = "Enter at least one API key of this provider.";
const NO_ADDRESS: &str = "Enter the address of its API; this provider has none that fits everyone.";

fn number(fields: &mut Fields, field: &str, text: &str) -> i64 {
    text.trim().parse().unwrap_or_else(|_| {
        fields.insert(field.to_owned(), NOT_A_NUMBER.to_owned());
        1
    })
}

fn changed<T: std::borrow::Borrow<B>, B: PartialEq + ?Sized>(new: T, old: &B) -> Option<T> {
    (new.borrow() != old).then_some(new)
}

fn checked<T: Validate>(request: T, mut fields: Fields) -> Result<T, Fields> {
    request.check(&mut fields);
    if fields.is_empty() { Ok(request) } else { Err(fields) }
}

#[cfg(test)]
mod tests {
    use super::{super::view::tests::channel, *};

    #[test]
    fn an_untouched_form_changes_nothing() {
        let channel = channel(1, "main");
        let draft = Draft::of(&channel);
        assert_eq!(draft.changes(Some(&channel)), 0);
        let patch = serde_json::to_value(draft.patch(&channel).unwrap()).unwrap();
        assert_eq!(patch, serde_json::json!({}));
    }

    #[test]
    fn only_what_changed_is_sent() {
        let channel = channel(1, "main");
        let mut draft = Draft::of(&channel);
        draft.weight = " 150 ".to_owned();
        draft.key_text = "sk-new".to_owned();
        draft.removed_keys.insert(7);
        assert_eq!(draft.changes(Some(&channel)), 3);
        let patch = serde_json::to_value(draft.patch(&channel).unwrap()).unwrap();
        assert_eq!(patch, serde_json::json!({"add_keys": ["sk-new"], "remove_keys": [7], "weight": 150}));
    }

    #[test]
    fn clearing_the_base_url_takes_the_override_away() {
        let mut channel = channel(1, "main");
        channel.base_url = Some("https://proxy.example/v1".to_owned());
        let mut draft = Draft::of(&channel);
        draft.base_url.clear();
        assert_eq!(draft.patch(&channel).unwrap().base_url.as_deref(), Some(""));
    }

    #[test]
    fn every_fault_is_named_before_anything_is_sent() {
        let mut draft = Draft::new();
        draft.weight = "heavy".to_owned();
        draft.mapping = vec![(String::new(), String::new()), ("a".to_owned(), String::new())];
        let faults = draft.create(None).unwrap_err();
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["model_mapping", "models", "name", "provider", "weight"]);
    }

    #[test]
    fn a_key_that_is_still_being_typed_counts() {
        let mut draft = Draft::new();
        draft.new_keys = vec!["sk-1".to_owned()];
        draft.key_text = " sk-2 ".to_owned();
        assert_eq!(draft.keys(), ["sk-1", "sk-2"]);
    }
}
