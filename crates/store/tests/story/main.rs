//! The store's promises, each shown on a data directory of its own.

mod canary;
mod ledger;
mod opening;
mod people;
mod resources;
mod support;
