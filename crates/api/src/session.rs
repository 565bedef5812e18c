//! Who is signed in.

use serde::{Deserialize, Serialize};

use crate::Fields;

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
