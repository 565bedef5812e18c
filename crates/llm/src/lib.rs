//! Wire protocols of language models: who speaks what, how bodies are read, edited and answered.
//!
//! Pure: bytes and events in, bytes and facts out. Knows neither sockets nor clocks nor databases, so that everything
//! here can be tested with a table of inputs.
//!
//! A vendor is data ([`vendor`]), a dialect is code ([`chat`]). What is used and what it costs has the console API's types.

#![forbid(unsafe_code)]

pub mod catalogue;
pub mod chat;
pub mod demo;
pub mod failure;
pub mod json;
pub mod price;
pub mod sse;
pub mod usage;
pub mod vendor;

pub use failure::{Failure, Kind};
pub use usage::Usage;
pub use vendor::{Auth, Vendor};

/// A wire protocol that clients or upstreams speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI Chat Completions, and the endpoints that share its errors: completions, embeddings, models.
    Chat,
}

impl Dialect {
    /// The name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
        }
    }
}
