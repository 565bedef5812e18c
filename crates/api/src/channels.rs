//! Credential sets at providers: where requests go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    list::{Sort, SortKey, list_query},
    models::ModelKind,
    validate,
    words::words,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    pub id: i64,
    pub name: String,
    /// Slug of the provider.
    pub provider: String,
    /// Overrides the provider's.
    pub base_url: Option<String>,
    /// Public names of the models that this channel serves.
    pub models: Vec<String>,
    /// Public name → the name that the provider knows, where they differ.
    pub model_mapping: BTreeMap<String, String>,
    pub groups: Vec<String>,
    /// Higher goes first.
    pub priority: i64,
    /// Share among channels of the same priority.
    pub weight: i64,
    pub status: ChannelStatus,
    pub keys: Vec<ChannelKey>,
    /// Which model a test asks; the first of `models` if `null`.
    pub test_model: Option<String>,
    pub on_disconnect: OnDisconnect,
    /// How the last test went; `null` if it was never tested.
    pub last_test: Option<ChannelTest>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelStatus {
    Enabled,
    /// By a person; only a person enables it again.
    Disabled,
}

impl ChannelStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

words!(
    /// What becomes of an answer whose client has left.
    OnDisconnect {
        /// The provider is told to stop, and what came is charged.
        Cancel = "cancel",
        /// The answer is read to its end, so that what the provider charges is charged.
        Drain = "drain",
    }
);

/// How a channel is, in the order of who needs the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// The provider refused our key in the last test.
    KeyRejected,
    /// The last test failed otherwise.
    Failed,
    Untested,
    Healthy,
    Disabled,
}

impl Health {
    pub fn of(channel: &Channel) -> Self {
        match (channel.status, &channel.last_test) {
            (ChannelStatus::Disabled, _) => Self::Disabled,
            (ChannelStatus::Enabled, None) => Self::Untested,
            (ChannelStatus::Enabled, Some(test)) if test.ok => Self::Healthy,
            (ChannelStatus::Enabled, Some(test)) if matches!(test.status, Some(401 | 403)) => Self::KeyRejected,
            (ChannelStatus::Enabled, Some(_)) => Self::Failed,
        }
    }

    pub const fn needs_you(self) -> bool {
        matches!(self, Self::KeyRejected | Self::Failed)
    }
}

words!(
    ChannelSort {
        Name = "name",
        /// Who failed the last test first, who is disabled last.
        Health = "health",
        Keys = "keys",
        Models = "models",
        Priority = "priority",
        Weight = "weight",
        /// Of the last test; who didn't pass it comes last.
        Latency = "latency",
    }
);

impl SortKey for ChannelSort {
    const DEFAULT: Sort<Self> = Sort::up(Self::Health);
}

words!(
    ChannelShow {
        All = "all",
        /// Enabled ones that failed the last test.
        NeedsYou = "needs_you",
        Disabled = "disabled",
    }
);

list_query!(
    /// Which channels to answer, and in which order. `search` looks at name, provider and models.
    ChannelQuery: ChannelSort, ChannelShow {}
);

/// A provider key that the channel holds. The key itself is sealed and never answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelKey {
    pub id: i64,
    /// The key's last four characters; empty for keys too short to show any.
    pub last4: String,
    pub created_at: Time,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewChannel {
    pub name: String,
    /// Slug of the provider.
    pub provider: String,
    /// Overrides the provider's; needed where the provider has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The provider's API keys. Write-only.
    #[serde(default)]
    pub keys: Vec<String>,
    pub models: Vec<String>,
    #[serde(default)]
    pub model_mapping: BTreeMap<String, String>,
    #[serde(default = "default_groups")]
    pub groups: Vec<String>,
    #[serde(default)]
    pub priority: i64,
    #[serde(default = "default_weight")]
    pub weight: i64,
    #[serde(default = "default_status")]
    pub status: ChannelStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_model: Option<String>,
    #[serde(default = "default_on_disconnect")]
    pub on_disconnect: OnDisconnect,
}

/// What to change. What is absent stays.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChannelPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `""` takes the override away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Provider keys to add. Write-only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_keys: Vec<String>,
    /// Ids of provider keys to remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_keys: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_mapping: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ChannelStatus>,
    /// `""` goes back to the first model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_disconnect: Option<OnDisconnect>,
}

/// Ask the channel something tiny.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TestChannel {
    /// The channel's test model if `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelTest {
    pub ok: bool,
    pub model: String,
    /// What the model was asked for: a chat or an embedding. What isn't known to be either is asked for a chat first.
    #[serde(default = "chat")]
    pub asked: ModelKind,
    /// Last four characters of the key that was used.
    pub key_last4: String,
    /// The provider's HTTP status; `null` if it was never reached.
    pub status: Option<u16>,
    /// Until the answer was complete.
    pub latency_ms: i64,
    /// What the provider said, in its own words, or why it wasn't reached.
    pub error: Option<String>,
    pub tested_at: Time,
}

const fn chat() -> ModelKind {
    ModelKind::Chat
}

impl Validate for NewChannel {
    fn check(&self, fields: &mut Fields) {
        validate::name(fields, "name", &self.name);
        if self.provider.is_empty() {
            fields.insert("provider".to_owned(), "Choose a provider.".to_owned());
        }
        check_common(
            fields,
            self.base_url.as_deref(),
            ("keys", &self.keys),
            Some(&self.models),
            Some(&self.model_mapping),
            Some(&self.groups),
        );
        validate::range(fields, "priority", self.priority, -1000, 1000);
        validate::range(fields, "weight", self.weight, 1, 10_000);
    }
}

impl Validate for ChannelPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(name) = &self.name {
            validate::name(fields, "name", name);
        }
        check_common(
            fields,
            self.base_url.as_deref().filter(|url| !url.is_empty()),
            ("add_keys", &self.add_keys),
            self.models.as_deref(),
            self.model_mapping.as_ref(),
            self.groups.as_deref(),
        );
        if let Some(priority) = self.priority {
            validate::range(fields, "priority", priority, -1000, 1000);
        }
        if let Some(weight) = self.weight {
            validate::range(fields, "weight", weight, 1, 10_000);
        }
    }
}

fn check_common(
    fields: &mut Fields,
    base_url: Option<&str>,
    (keys_field, keys): (&str, &[String]),
    models: Option<&[String]>,
    mapping: Option<&BTreeMap<String, String>>,
    groups: Option<&[String]>,
) {
    if let Some(url) = base_url
        && !(url.starts_with("http://") || url.starts_with("https://"))
    {
        fields.insert(
            "base_url".to_owned(),
            "Start with https:// or http://, as in https://api.openai.com/v1.".to_owned(),
        );
    }
    validate::at_most(fields, keys_field, keys.len(), 100);
    if keys.iter().any(|key| key.trim().is_empty() || key.len() > 8192) {
        fields.insert(keys_field.to_owned(), "A key has 1 to 8,192 bytes.".to_owned());
    } else if keys.iter().any(|key| !key.trim().bytes().all(|b| b.is_ascii_graphic())) {
        fields.insert(
            keys_field.to_owned(),
            "A key has no spaces or special characters. Put several keys on a line each.".to_owned(),
        );
    }
    if let Some(models) = models {
        if models.is_empty() {
            fields.insert("models".to_owned(), "Name at least one model.".to_owned());
        }
        validate::at_most(fields, "models", models.len(), 1000);
        for model in models {
            validate::model_name(fields, "models", model);
        }
    }
    for (public, upstream) in mapping.into_iter().flatten() {
        validate::model_name(fields, "model_mapping", public);
        validate::model_name(fields, "model_mapping", upstream);
    }
    if let Some(groups) = groups {
        if groups.is_empty() {
            fields.insert("groups".to_owned(), "Name at least one group.".to_owned());
        }
        validate::at_most(fields, "groups", groups.len(), 50);
        for group in groups {
            validate::name(fields, "groups", group);
        }
    }
}

impl std::fmt::Debug for NewChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewChannel")
            .field("name", &self.name)
            .field("provider", &self.provider)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ChannelPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelPatch")
            .field("name", &self.name)
            .field("add_keys", &self.add_keys.len())
            .field("remove_keys", &self.remove_keys)
            .finish_non_exhaustive()
    }
}

/// The group that everything belongs to unless said otherwise.
pub const DEFAULT_GROUP: &str = "default";

fn default_groups() -> Vec<String> {
    vec![DEFAULT_GROUP.to_owned()]
}

const fn default_weight() -> i64 {
    100
}

const fn default_on_disconnect() -> OnDisconnect {
    OnDisconnect::Cancel
}

const fn default_status() -> ChannelStatus {
    ChannelStatus::Enabled
}
