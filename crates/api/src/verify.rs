//! Whether every sum is what its requests add up to.

use serde::{Deserialize, Serialize};

use crate::Time;

/// What counting everything again came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    /// When it was done.
    pub at: Time,
    /// How many requests were counted.
    pub requests: i64,
    /// How many sums differ; none should.
    pub differing: i64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// What counting came to the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastVerification {
    /// `null`: nothing was counted yet.
    pub last: Option<Verification>,
}

/// A number that isn't what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Which: `request 0193…: cost_nusd`, `budget 3 since 2026-11-01T00:00:00.000Z: used_nusd`.
    pub what: String,
    /// As it stands.
    pub kept: i64,
    /// As it should be.
    pub counted: i64,
}
