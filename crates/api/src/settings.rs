//! What the gateway was started with. Changed where it comes from, not here.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setting {
    /// As in the configuration file: `listen`, `public_urls`, …
    pub name: String,
    /// Several by comma; empty if there is none.
    pub value: String,
    pub source: Source,
    /// The file's path, the variable's name or the flag; `null` for a default.
    pub origin: Option<String>,
}

/// Where a setting comes from; each goes before the ones above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Default,
    File,
    Environment,
    Flag,
}
