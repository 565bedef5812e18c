//! What a person may try in the playground: the request itself is OpenAI's, see `POST /api/playground/chat/completions`.

use serde::{Deserialize, Serialize};

use crate::models::{Capability, ModelKind};

/// A name that a request of this person would be served for: a model or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaygroundModel {
    pub name: String,
    /// The model's name, if this is an alias of it.
    pub alias_of: Option<String>,
    pub owner: Option<String>,
    pub kind: Option<ModelKind>,
    pub capabilities: Vec<Capability>,
    /// Tokens.
    pub context: Option<i64>,
    /// Tokens.
    pub max_output: Option<i64>,
}
