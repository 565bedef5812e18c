//! Starts the real program against a scripted provider and looks at it from outside.

mod cancel;
mod errors;
mod failover;
mod relay;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
