//! What waits for a person to look at it.

use serde::{Deserialize, Serialize};

use crate::{Time, budgets::Period, words::words};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attention {
    /// Enabled channels whose last test failed. Only for admins.
    pub channels: i64,
    /// Models that were used in the last day and that nobody says the price of. Only for admins.
    pub unpriced: i64,
    /// Sums that weren't what their requests come to when the books were counted last. Only for admins.
    pub differing: i64,
    /// The fullest budgets of which more is gone than they warn from. Members see those of their own keys, and their own.
    pub budgets: Vec<NearBudget>,
    /// How many of those there are.
    pub budgets_near: i64,
}

words!(
    /// Whose a budget is.
    BudgetOwner {
        Key = "key",
        User = "user",
        Group = "group",
        Gateway = "gateway",
    }
);

/// A budget that is spent or near its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NearBudget {
    pub owner: BudgetOwner,
    /// The key's or the user's.
    pub id: Option<i64>,
    /// The key's, the user's or the group's.
    pub name: Option<String>,
    pub period: Period,
    /// Of the limit, charged and held for requests that run. 100 and more: it is spent.
    pub percent: i64,
    /// `null`: never.
    pub resets_at: Option<Time>,
}
