//! The store's promises, each shown on a data directory of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod audit;
mod bodies;
mod budgets;
mod canary;
mod catalogue;
mod dashboard;
mod ledger;
mod lists;
mod logs;
mod onboarding;
mod opening;
mod people;
mod prices;
mod report;
mod resources;
mod retention;
mod support;
mod usage;
