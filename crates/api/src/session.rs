//! Who is signed in.

use serde::{Deserialize, Serialize};

use crate::{Fields, Time, Validate, validate};

/// What a person may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Own keys and own logs.
    Member,
    /// Channels, models, every key and log.
    Admin,
    /// Everything.
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub role: Role,
}

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub user: User,
}

/// One's own profile: what to change. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfilePatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// One's own password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub current: String,
    /// 12 to 1,024 bytes.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub new: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange(…)")
    }
}

/// Somewhere that one is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    pub id: String,
    pub created_at: Time,
    /// To the minute.
    pub last_used_at: Time,
    /// Where it was opened from.
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    /// The one that asks.
    pub current: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub username: String,
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("username", &self.username).finish_non_exhaustive()
    }
}

impl Validate for ProfilePatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(name) = &self.display_name {
            validate::name(fields, "display_name", name);
        }
    }
}

impl Validate for PasswordChange {
    fn check(&self, fields: &mut Fields) {
        if self.current.is_empty() {
            fields.insert("current".to_owned(), "Enter your password.".to_owned());
        }
        password(fields, "new", &self.new);
    }
}

/// Bytes; the upper bound keeps hashing cheap to refuse.
pub const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 12..=1024;

pub(crate) fn password(fields: &mut Fields, field: &str, value: &str) {
    let fault = if value.len() < *PASSWORD_BYTES.start() {
        "Use at least 12 characters."
    } else if value.len() > *PASSWORD_BYTES.end() {
        "Use at most 1,024 bytes."
    } else if value.bytes().all(|b| b == value.as_bytes()[0]) {
        "Use more than one character."
    } else {
        return;
    };
    fields.insert(field.to_owned(), fault.to_owned());
}
