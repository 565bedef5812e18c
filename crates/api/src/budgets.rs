//! Budgets: what a key, a user, a group or the whole gateway may spend in a time.

use serde::{Deserialize, Serialize};

use crate::{Fields, Time, Validate, validate};

/// When what was spent begins again at nothing. Days begin at midnight in the gateway's time zone, weeks on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Never.
    #[default]
    Total,
    Daily,
    Weekly,
    Monthly,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Total, Self::Daily, Self::Weekly, Self::Monthly];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

/// A budget, and how much of it is gone in the time that runs now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budget {
    pub limit_nusd: i64,
    pub period: Period,
    /// From this share of the limit on, the console warns; never if `null`.
    pub warn_percent: Option<i64>,
    /// Charged. More than the limit if a request came to more than was estimated.
    pub used_nusd: i64,
    /// Held for requests that run.
    pub reserved_nusd: i64,
    /// `null`: never.
    pub resets_at: Option<Time>,
}

/// A budget as it is to be. A change of the period begins a new one, of which nothing is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewBudget {
    /// Nano-USD.
    pub limit_nusd: i64,
    #[serde(default)]
    pub period: Period,
    #[serde(default = "usual_warning")]
    pub warn_percent: Option<i64>,
}

/// The whole gateway's budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayBudget {
    /// `null`: all keys together may spend anything.
    pub budget: Option<Budget>,
}

/// What the whole gateway's budget is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GatewayBudgetPut {
    /// `null` does away with it.
    pub budget: Option<NewBudget>,
}

impl Validate for GatewayBudgetPut {
    fn check(&self, fields: &mut Fields) {
        if let Some(budget) = &self.budget {
            budget.check(fields);
        }
    }
}

/// A billion dollars: far from what the sums can hold.
const MOST_NUSD: i64 = 1_000_000_000 * 1_000_000_000;

#[expect(clippy::unnecessary_wraps, reason = "serde wants the member's own type")]
const fn usual_warning() -> Option<i64> {
    Some(80)
}

impl NewBudget {
    pub(crate) fn check(&self, fields: &mut Fields) {
        if !(0..=MOST_NUSD).contains(&self.limit_nusd) {
            let fault = "Use an amount from 0 to 1,000,000,000 dollars.".to_owned();
            fields.insert("budget.limit_nusd".to_owned(), fault);
        }
        if let Some(percent) = self.warn_percent {
            validate::range(fields, "budget.warn_percent", percent, 1, 100);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_says_at_least_how_much() {
        let budget: NewBudget = serde_json::from_str(r#"{"limit_nusd":100000000}"#).unwrap();
        assert_eq!(budget, NewBudget { limit_nusd: 100_000_000, period: Period::Total, warn_percent: Some(80) });
        let silent: NewBudget = serde_json::from_str(r#"{"limit_nusd":1,"warn_percent":null}"#).unwrap();
        assert_eq!(silent.warn_percent, None);
    }

    #[test]
    fn amounts_that_cannot_be_meant_are_refused() {
        for (limit_nusd, warn_percent, fault) in [
            (-1, None, "budget.limit_nusd"),
            (i64::MAX, None, "budget.limit_nusd"),
            (1, Some(0), "budget.warn_percent"),
            (1, Some(101), "budget.warn_percent"),
        ] {
            let mut fields = Fields::new();
            NewBudget { limit_nusd, period: Period::Daily, warn_percent }.check(&mut fields);
            assert_eq!(fields.keys().collect::<Vec<_>>(), [fault]);
        }
    }
}
