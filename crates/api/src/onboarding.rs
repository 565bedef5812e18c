//! What a new gateway still lacks before it is of use.

use serde::{Deserialize, Serialize};

/// The first steps, in order. Each finishes itself when what it asks for is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Onboarding {
    /// A person who manages channels has all four; a member the last two, about their own keys and requests.
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    pub kind: StepKind,
    pub done: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// There is a channel.
    Channel,
    /// A channel passed its test, or has answered a request.
    Test,
    /// There is an access key.
    Key,
    /// A request was answered to its end.
    Request,
}
