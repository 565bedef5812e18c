//! What is looked at in a stream that passes through.

use crate::usage::Told;

/// Looks at a stream's events, one after the other.
pub(crate) trait Watch: std::fmt::Debug + Send {
    /// What isn't an event says nothing; it still passes through.
    fn look(&mut self, data: &[u8]) -> Seen;
}

/// What one event says.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bytes of text, thinking and tool arguments.
    pub(crate) content: usize,
    /// Why the answer ends has been said.
    pub(crate) finished: bool,
    /// Nothing is coming that counts.
    pub(crate) ended: bool,
    pub(crate) usage: Told,
    /// Has usage and nothing for the client to show.
    pub(crate) is_usage_only: bool,
    /// The upstream's words when it gave up.
    pub(crate) error: Option<String>,
}
