//! What black-box tests share: the gateway's program, a provider that does what a test says, and a client.
//!
//! Nothing here links the gateway's own code: a test sees what a user sees.

mod client;
mod gateway;
mod prepared;
mod provider;
mod script;
mod upstream;

use std::time::{Duration, Instant};

pub(crate) use self::{
    client::{Client, Reply, Streamed, exchange, raw},
    gateway::{Gateway, Launch, PASSWORD, Process, USERNAME},
    prepared::{node_module, python, repository},
    provider::{chat, chunk, usage_chunk},
    script::{Gate, Script},
    upstream::Upstream,
};

/// Longer than anything here takes; only a test that fails waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `found` has something.
pub(crate) async fn eventually<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = found().await {
            return value;
        }
        assert!(Instant::now() < deadline, "it never happened that {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
