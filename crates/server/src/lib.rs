//! The gateway: the relay that clients talk to, the console's API and pages, and the life of the process around them.
//!
//! Knows neither windows nor SQL. The desktop app and the headless program both call [`start()`].

#![forbid(unsafe_code)]

mod app;
mod assets;
mod client;
mod config;
mod console;
mod guard;
mod linger;
mod listen;
mod models;
mod prices;
mod providers;
mod relay;
mod retention;
mod router;
mod settings;
mod start;
mod tasks;
#[cfg(test)]
mod testing;
mod threads;
mod verify;

pub use api::settings::{Egress, Setting, Source};
pub use config::Config;
pub use console::{SESSION_COOKIE, openapi};
pub use settings::Given;
pub use start::{Gateway, StartError, random_secret, start};
