//! People who may sign in, as their owner manages them.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    budgets::{Budget, NewBudget},
    channels::DEFAULT_GROUP,
    limits::Limits,
    list::{Sort, SortKey, list_query},
    patch::named,
    session::{self, Role},
    validate,
    words::words,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub role: Role,
    /// New keys of this person belong to it.
    pub group: String,
    pub status: AccountStatus,
    /// What all of their keys together may spend; anything if `null`.
    pub budget: Option<Budget>,
    pub limits: Limits,
    /// How many access keys they have.
    pub keys: i64,
    /// When they last used the console or its API, to the minute.
    pub last_seen_at: Option<Time>,
    pub created_at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    Enabled,
    /// Can't sign in; their keys and tokens are refused.
    Disabled,
}

words!(
    AccountSort {
        Name = "name",
        /// Who can sign in first.
        State = "state",
        /// Owners first; who can't sign in last either way.
        Role = "role",
        Group = "group",
        Keys = "keys",
        SeenAt = "seen_at",
        CreatedAt = "created_at",
    }
);

impl SortKey for AccountSort {
    const DEFAULT: Sort<Self> = Sort::up(Self::Role);
}

words!(
    AccountShow {
        All = "all",
        /// Owners among them.
        Admins = "admins",
        Members = "members",
        Disabled = "disabled",
    }
);

list_query!(
    /// Which people to answer, and in which order. `search` looks at username, display name and group.
    AccountQuery: AccountSort, AccountShow {}
);

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What they sign in with.
    pub username: String,
    /// The username if empty.
    #[serde(default)]
    pub display_name: String,
    #[serde(default = "member")]
    pub role: Role,
    #[serde(default = "default_group")]
    pub group: String,
    /// What all of their keys together may spend; anything if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<NewBudget>,
    #[serde(default)]
    pub limits: Limits,
    /// 12 to 1,024 bytes.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// What to change. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// What they sign in with from now on; sessions, keys and tokens stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
    /// `null` lets their keys spend anything.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NewBudget>))]
    pub budget: Option<Option<NewBudget>>,
    /// All of them: what isn't named isn't limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// A password that an owner gives to somebody. Ends that person's sessions and tokens.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// 12 to 1,024 bytes.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

impl Validate for NewAccount {
    fn check(&self, fields: &mut Fields) {
        validate::name(fields, "username", &self.username);
        if !self.display_name.trim().is_empty() {
            validate::name(fields, "display_name", &self.display_name);
        }
        validate::name(fields, "group", &self.group);
        session::password(fields, "password", &self.password);
        if let Some(budget) = &self.budget {
            budget.check(fields);
        }
        self.limits.check(fields);
    }
}

impl Validate for AccountPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(name) = &self.username {
            validate::name(fields, "username", name);
        }
        if let Some(name) = &self.display_name {
            validate::name(fields, "display_name", name);
        }
        if let Some(group) = &self.group {
            validate::name(fields, "group", group);
        }
        if let Some(Some(budget)) = &self.budget {
            budget.check(fields);
        }
        if let Some(limits) = &self.limits {
            limits.check(fields);
        }
    }
}

impl Validate for PasswordReset {
    fn check(&self, fields: &mut Fields) {
        session::password(fields, "password", &self.password);
    }
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("username", &self.username).field("role", &self.role).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PasswordReset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordReset(…)")
    }
}

const fn member() -> Role {
    Role::Member
}

fn default_group() -> String {
    DEFAULT_GROUP.to_owned()
}
