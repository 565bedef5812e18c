//! The first start: making the owner.

use serde::{Deserialize, Serialize};

use crate::{Fields, Validate, session, validate};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupState {
    /// Whether there is no owner yet.
    pub needed: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// From the link that the gateway printed at its start.
    pub token: String,
    pub username: String,
    /// 12 to 1,024 bytes.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("username", &self.username).finish_non_exhaustive()
    }
}

impl Validate for Setup {
    fn check(&self, fields: &mut Fields) {
        validate::name(fields, "username", &self.username);
        session::password(fields, "password", &self.password);
    }
}
