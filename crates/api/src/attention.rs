//! What waits for a person to look at it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attention {
    /// Enabled channels whose last test failed.
    pub channels: i64,
    /// Models that were used in the last day and that nobody says the price of.
    pub unpriced: i64,
}
