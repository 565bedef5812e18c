//! The gateway's own access keys: what clients present.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    budgets::{Budget, NewBudget},
    limits::Limits,
    list::{Sort, SortKey, list_query},
    patch::named,
    validate,
    words::words,
};

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
    /// Addresses and networks that it may be used from; all if empty.
    pub ip_allow: Vec<String>,
    /// Its requests are sent with the limit of output that was estimated, where they name none.
    pub strict: bool,
    /// What it may spend; anything if `null`.
    pub budget: Option<Budget>,
    pub limits: Limits,
    /// What is asked with it and answered is kept, for its owner and for admins.
    pub bodies: bool,
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

words!(
    KeySort {
        Name = "name",
        Owner = "owner",
        /// What ends within a week first, then what has ended, what works, and what was disabled.
        State = "state",
        Group = "group",
        UsedAt = "used_at",
        ExpiresAt = "expires_at",
        CreatedAt = "created_at",
    }
);

impl SortKey for KeySort {
    const DEFAULT: Sort<Self> = Sort::down(Self::CreatedAt);
}

words!(
    KeyShow {
        All = "all",
        /// Of whoever asks.
        Mine = "mine",
        /// Those that can be used now.
        Active = "active",
        /// Those that were disabled or have ended.
        Inactive = "inactive",
    }
);

list_query!(
    /// Which keys to answer, and in which order. `search` looks at name, owner, and the parts of the key that aren't secret.
    KeyQuery: KeySort, KeyShow {}
);

/// A key says in this time before its end, in milliseconds, that it will end.
pub const SOON: i64 = 7 * 24 * 60 * 60 * 1_000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// Models that it may use; all if empty.
    #[serde(default)]
    pub models: Vec<String>,
    /// The user's own if absent. Only admins choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Addresses and networks that it may be used from, such as `10.0.0.0/8`; all if empty.
    #[serde(default)]
    pub ip_allow: Vec<String>,
    /// Send its requests with the limit of output that was estimated, 4,096 tokens, where they name none: then none costs more than was
    /// held for it in budgets.
    #[serde(default)]
    pub strict: bool,
    /// What it may spend; anything if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<NewBudget>,
    #[serde(default)]
    pub limits: Limits,
    /// Keep what is asked with it and answered, for its owner and for admins to read.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bodies: bool,
    /// Whose it will be; one's own if absent. Only admins choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
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
    /// Only admins choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_allow: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// `null` makes it work for ever.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Time>))]
    pub expires_at: Option<Option<Time>>,
    /// `null` lets it spend anything.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NewBudget>))]
    pub budget: Option<Option<NewBudget>>,
    /// All of them: what isn't named isn't limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Whether to keep what is asked with it and answered, from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bodies: Option<bool>,
}

impl Validate for NewKey {
    fn check(&self, fields: &mut Fields) {
        validate::name(fields, "name", &self.name);
        check_common(fields, &self.models, &self.ip_allow, self.group.as_deref());
        if let Some(budget) = &self.budget {
            budget.check(fields);
        }
        self.limits.check(fields);
    }
}

impl Validate for KeyPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(name) = &self.name {
            validate::name(fields, "name", name);
        }
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        check_common(fields, &list(&self.models), &list(&self.ip_allow), self.group.as_deref());
        if let Some(Some(budget)) = &self.budget {
            budget.check(fields);
        }
        if let Some(limits) = &self.limits {
            limits.check(fields);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

fn check_common(fields: &mut Fields, models: &[String], ip_allow: &[String], group: Option<&str>) {
    validate::at_most(fields, "models", models.len(), 200);
    for model in models {
        validate::model_name(fields, "models", model);
    }
    validate::at_most(fields, "ip_allow", ip_allow.len(), 100);
    for network in ip_allow {
        validate::network(fields, "ip_allow", network);
    }
    if let Some(group) = group {
        validate::name(fields, "group", group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_absent_from_null() {
        let read = |text: &str| serde_json::from_str::<KeyPatch>(text).unwrap().expires_at;
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"expires_at":null}"#), Some(None));
        assert!(matches!(read(r#"{"expires_at":"2026-11-23T08:30:00.000Z"}"#), Some(Some(_))));
    }

    #[test]
    fn addresses_and_networks_are_accepted_and_nothing_else() {
        let faults = |network: &str| {
            let patch = KeyPatch { ip_allow: Some(vec![network.to_owned()]), ..KeyPatch::default() };
            patch.validate().is_err()
        };
        for good in ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0"] {
            assert!(!faults(good), "{good}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0", "::/129", "10.0.0.1/", "10.0.0.1/+8", "1.2.3.4-9"] {
            assert!(faults(bad), "{bad}");
        }
    }
}
