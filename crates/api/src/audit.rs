//! Who changed what, newest first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Time;

/// What a thing looked like, by the names that the API uses.
pub type Members = BTreeMap<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    pub id: i64,
    pub at: Time,
    /// `null` if nobody was signed in.
    pub user_id: Option<i64>,
    /// As it was then; empty if nobody was signed in.
    pub username: String,
    pub action: Action,
    pub subject: SubjectKind,
    pub subject_id: Option<String>,
    /// As it was then.
    pub subject_name: String,
    /// Before an update only the members that it changed; `null` if there was nothing before.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<Members>,
    /// After an update only the members that it changed; `null` if nothing is left.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<Members>,
    pub client_ip: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A route that says no more about itself.
    Call,
    Create,
    Delete,
    /// Of what somebody else asked and was answered.
    Read,
    SetPassword,
    SignIn,
    SignInFailed,
    SignOut,
    Test,
    Update,
}

impl Action {
    pub const ALL: [Self; 10] = [
        Self::Call,
        Self::Create,
        Self::Delete,
        Self::Read,
        Self::SetPassword,
        Self::SignIn,
        Self::SignInFailed,
        Self::SignOut,
        Self::Test,
        Self::Update,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Read => "read",
            Self::SetPassword => "set_password",
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignOut => "sign_out",
            Self::Test => "test",
            Self::Update => "update",
        }
    }
}

/// What kind of thing it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Channel,
    Group,
    Key,
    Model,
    Provider,
    Request,
    /// Of [`Action::Call`]: a method and a path.
    Route,
    Session,
    Setting,
    Token,
    User,
}

impl SubjectKind {
    pub const ALL: [Self; 11] = [
        Self::Channel,
        Self::Group,
        Self::Key,
        Self::Model,
        Self::Provider,
        Self::Request,
        Self::Route,
        Self::Session,
        Self::Setting,
        Self::Token,
        Self::User,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Key => "key",
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Request => "request",
            Self::Route => "route",
            Self::Session => "session",
            Self::Setting => "setting",
            Self::Token => "token",
            Self::User => "user",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// 1 to 200; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// `next` of the answer before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_stored_as_it_is_shown() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
        for kind in SubjectKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
