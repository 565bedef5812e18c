//! Groups: which channels a key may use, and what its requests cost.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    budgets::{Budget, NewBudget},
    limits::Limits,
    patch::named,
    validate,
};

/// The price as it is: a multiplier of 1.
pub const ONE_PPM: i64 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    pub name: String,
    /// What a request costs, in parts per million of the price.
    pub multiplier_ppm: i64,
    /// What all keys in it together may spend; anything if `null`.
    pub budget: Option<Budget>,
    pub limits: Limits,
    /// How many users are in it.
    pub users: i64,
    /// How many keys are in it.
    pub keys: i64,
    /// How many channels serve it.
    pub channels: i64,
    pub created_at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    pub name: String,
    #[serde(default = "one")]
    pub multiplier_ppm: i64,
    /// What all keys in it together may spend; anything if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<NewBudget>,
    #[serde(default)]
    pub limits: Limits,
}

/// What to change. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupPatch {
    /// Users, keys and channels follow. The default group keeps its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplier_ppm: Option<i64>,
    /// `null` lets its keys spend anything.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NewBudget>))]
    pub budget: Option<Option<NewBudget>>,
    /// All of them: what isn't named isn't limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

impl Validate for NewGroup {
    fn check(&self, fields: &mut Fields) {
        name(fields, &self.name);
        multiplier(fields, self.multiplier_ppm);
        if let Some(budget) = &self.budget {
            budget.check(fields);
        }
        self.limits.check(fields);
    }
}

impl Validate for GroupPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(new) = &self.name {
            name(fields, new);
        }
        if let Some(multiplier_ppm) = self.multiplier_ppm {
            multiplier(fields, multiplier_ppm);
        }
        if let Some(Some(budget)) = &self.budget {
            budget.check(fields);
        }
        if let Some(limits) = &self.limits {
            limits.check(fields);
        }
    }
}

/// It stands in addresses.
fn name(fields: &mut Fields, name: &str) {
    validate::name(fields, "name", name);
    if name.contains('/') {
        fields.insert("name".to_owned(), "Leave out the slash.".to_owned());
    }
}

fn multiplier(fields: &mut Fields, ppm: i64) {
    if !(0..=1_000 * ONE_PPM).contains(&ppm) {
        fields.insert("multiplier_ppm".to_owned(), "Use a multiplier from 0 to 1,000.".to_owned());
    }
}

const fn one() -> i64 {
    ONE_PPM
}
