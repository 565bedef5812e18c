//! Public model names: what clients may ask for.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    channels::ChannelStatus,
    list::{Sort, SortKey, list_query},
    patch::named,
    prices::{PriceSource, Pricing},
    validate,
    words::words,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Model {
    pub id: i64,
    pub name: String,
    /// Other names that clients may ask for. No two models share a name or an alias.
    pub aliases: Vec<String>,
    /// Who made it, such as `OpenAI`; `null` if nobody said.
    pub owner: Option<String>,
    pub kind: Option<ModelKind>,
    pub capabilities: Vec<Capability>,
    /// The most tokens of a request and its answer together.
    pub context: Option<i64>,
    /// The most tokens of an answer.
    pub max_output: Option<i64>,
    /// What people said themselves; the rest comes from the built-in catalogue.
    pub own: ModelFacts,
    /// What it costs now; `null` if nobody says.
    pub pricing: Option<Pricing>,
    /// Who says so.
    pub price_source: Option<PriceSource>,
    /// Since when.
    pub priced_since: Option<Time>,
    pub status: ModelStatus,
    /// How many enabled channels serve it.
    pub channels: i64,
    /// Every channel that names it, the one that is asked first in front.
    pub served_by: Vec<ServedBy>,
    pub created_at: Time,
}

/// What can be known of a model. What is absent isn't said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelFacts {
    pub owner: Option<String>,
    pub kind: Option<ModelKind>,
    pub capabilities: Option<Vec<Capability>>,
    pub context: Option<i64>,
    pub max_output: Option<i64>,
}

/// A channel that serves a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServedBy {
    pub channel_id: i64,
    pub channel_name: String,
    /// Slug.
    pub provider: String,
    /// What the provider calls the model.
    pub upstream_model: String,
    pub priority: i64,
    pub weight: i64,
    pub status: ChannelStatus,
    /// How the channel's last test went; `null` if it was never tested.
    pub test_ok: Option<bool>,
}

words!(
    /// What a model does.
    ModelKind {
        Chat = "chat",
        Embedding = "embedding",
        Image = "image",
        Audio = "audio",
        Rerank = "rerank",
        Moderation = "moderation",
    }
);

words!(
    /// What a chat model can besides text.
    Capability {
        Tools = "tools",
        Vision = "vision",
        Thinking = "thinking",
        Json = "json",
        Audio = "audio",
    }
);

words!(ModelStatus { Enabled = "enabled", Disabled = "disabled" });

/// Naming a model in a channel makes it too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewModel {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The catalogue's if absent, as with the following ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ModelKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<Capability>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<i64>,
    /// What it costs; what the built-in catalogue says if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
}

/// What to change. What is absent stays; `null` goes back to what the catalogue says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ModelStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub owner: Option<Option<String>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ModelKind>))]
    pub kind: Option<Option<ModelKind>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Capability>>))]
    pub capabilities: Option<Option<Vec<Capability>>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub context: Option<Option<i64>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub max_output: Option<Option<i64>>,
    /// From now on; `null` also takes back what was said for later.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Pricing>))]
    pub pricing: Option<Option<Pricing>>,
}

words!(
    ModelSort {
        Name = "name",
        Owner = "owner",
        Kind = "kind",
        Context = "context",
        MaxOutput = "max_output",
        /// How many enabled channels serve it.
        Channels = "channels",
        /// Those that nobody serves first, disabled ones last.
        State = "state",
        CreatedAt = "created_at",
    }
);

impl SortKey for ModelSort {
    const DEFAULT: Sort<Self> = Sort::up(Self::Name);
}

words!(
    ModelShow {
        All = "all",
        /// No enabled channel serves it.
        Unserved = "unserved",
        /// Nobody says what it costs.
        Unpriced = "unpriced",
        Disabled = "disabled",
    }
);

list_query!(
    /// Which models to answer, and in which order. `search` looks at name, aliases and owner.
    ModelQuery: ModelSort, ModelShow {
        kind: Option<ModelKind>,
        /// Keeps models that can do this.
        capability: Option<Capability>,
    }
);

impl Validate for NewModel {
    fn check(&self, fields: &mut Fields) {
        validate::model_name(fields, "name", &self.name);
        if self.aliases.contains(&self.name) {
            fields.insert("aliases".to_owned(), "The name itself is no alias.".to_owned());
        }
        check_common(fields, &self.aliases, self.owner.as_deref(), self.context, self.max_output);
        if let Some(pricing) = &self.pricing {
            pricing.check_at(fields, "pricing");
        }
    }
}

impl Validate for ModelPatch {
    fn check(&self, fields: &mut Fields) {
        check_common(
            fields,
            self.aliases.as_deref().unwrap_or_default(),
            self.owner.as_ref().and_then(Option::as_deref),
            self.context.flatten(),
            self.max_output.flatten(),
        );
        if let Some(Some(pricing)) = &self.pricing {
            pricing.check_at(fields, "pricing");
        }
    }
}

fn check_common(
    fields: &mut Fields,
    aliases: &[String],
    owner: Option<&str>,
    context: Option<i64>,
    max_output: Option<i64>,
) {
    validate::at_most(fields, "aliases", aliases.len(), 50);
    for alias in aliases {
        validate::model_name(fields, "aliases", alias);
    }
    if let Some(owner) = owner {
        validate::name(fields, "owner", owner);
    }
    for (field, tokens) in [("context", context), ("max_output", max_output)] {
        if let Some(tokens) = tokens {
            validate::range(fields, field, tokens, 1, 100_000_000);
        }
    }
}
