//! Vendors that a channel can point at.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provider {
    /// Stable name, such as `openai`.
    pub slug: String,
    /// What people call it, such as `OpenAI`.
    pub name: String,
    /// Two letters for its tile.
    pub tile: String,
    /// Where its API lives; `null` where every account has its own.
    pub base_url: Option<String>,
    /// What it is about.
    pub website: String,
    /// Where a person gets an API key.
    pub keys_url: Option<String>,
    pub needs_key: bool,
    /// Runs on the person's own machine or network.
    pub local: bool,
    pub dialects: Vec<Dialect>,
    pub builtin: bool,
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Messages,
    /// Gemini generateContent.
    Gemini,
}
