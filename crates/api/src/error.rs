//! How the console API says no.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is wrong with each field, by its name in the request.
pub type Fields = BTreeMap<String, String>;

/// The body of every 4xx and 5xx answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// Stable, for programs: `validation_failed`, `not_found`, `unauthenticated`, …
    pub code: String,
    /// For people: what happened and what to do.
    pub message: String,
    /// What is wrong with which field; empty unless `code` is `validation_failed`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
}
