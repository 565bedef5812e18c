//! Starts the real program against a scripted provider and looks at it from outside.

mod accounts;
mod assets;
mod bodies;
mod browser;
mod budgets;
mod canary;
mod cancel;
mod catalogue;
mod console;
mod dialects;
mod disk;
mod errors;
mod failover;
mod limits;
mod matrix;
mod money;
mod pages;
mod prices;
mod relay;
mod restart;
mod sdk;
mod settings;
mod setup;
mod shutdown;
mod smuggling;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
mod usage;
