//! What this gateway is and where it listens.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    pub version: String,
    /// What clients put before `/v1`, such as `http://127.0.0.1:3000`.
    pub base_url: String,
    /// Whether this is the desktop app.
    pub desktop: bool,
}
