//! The gateway's own access keys: what clients present.

use serde::{Deserialize, Serialize};

use crate::{Fields, Time, Validate, validate};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key {
    pub id: i64,
    pub user_id: i64,
    pub username: String,
    pub name: String,
    /// The part of the key that isn't secret: `sk-aigw-<public_id>-…`.
    pub public_id: String,
    pub last4: String,
    pub status: KeyStatus,
    pub expires_at: Option<Time>,
    /// Models that it may use; all if empty.
    pub models: Vec<String>,
    pub group: String,
    pub last_used_at: Option<Time>,
    pub created_at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    Enabled,
    Disabled,
}

impl KeyStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// Models that it may use; all if empty.
    #[serde(default)]
    pub models: Vec<String>,
}

/// A new key. The only answer that ever holds a secret, and the only time it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyCreated {
    #[serde(flatten)]
    pub key: Key,
    /// The whole key.
    pub secret: String,
}

impl std::fmt::Debug for KeyCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyCreated").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What to change. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<KeyStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
}

impl Validate for NewKey {
    fn check(&self, fields: &mut Fields) {
        validate::name(fields, "name", &self.name);
        validate::at_most(fields, "models", self.models.len(), 200);
        for model in &self.models {
            validate::model_name(fields, "models", model);
        }
    }
}

impl Validate for KeyPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(name) = &self.name {
            validate::name(fields, "name", name);
        }
        for model in self.models.iter().flatten() {
            validate::model_name(fields, "models", model);
        }
    }
}
