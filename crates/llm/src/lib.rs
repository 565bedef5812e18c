//! Wire protocols of language models: who speaks what, how bodies are read, edited and answered.
//!
//! Pure: bytes and events in, bytes and facts out. Knows neither sockets nor clocks nor databases, so that everything
//! here can be tested with a table of inputs.
//!
//! A vendor is data ([`vendor`]), a dialect is code ([`Dialect`], a folder each). Equal dialects pass through untouched
//! ([`Through`]). Between others everything goes through one neutral form ([`neutral`]): a reader into it and a writer
//! out of it for each dialect, never a pair.
//!
//! ```text
//! request   client's body ── read_request ──▶ neutral::Request ── write_request ──▶ Written { body, losses, names, headers }
//! answer    provider's body ── read_answer ──▶ neutral::Reply ── write_answer ──▶ client's body     (convert_reply)
//! stream    frames ──▶ Reader ── strokes of the Pen ──▶ Ledger ──▶ Writer ──▶ client's events        (Convert)
//! failure   any provider's error ── read_failure ──▶ Failure ── write_failure ──▶ client's error
//! ```
//!
//! What is large is borrowed from the body that it came in and copied once, into the body that it goes out in: texts stay
//! as JSON wrote them ([`json::Text`]), schemas and arguments are raw JSON. What a target can't say is refused, named in
//! [`Written::losses`], or left out in silence, by what losing it means ([`neutral::Lost`]).
//!
//! What a request uses and costs has the console API's types.

#![forbid(unsafe_code)]

pub mod catalogue;
pub mod chat;
mod converse;
mod convert;
pub mod demo;
mod dialect;
pub mod failure;
pub mod gemini;
pub mod json;
pub mod messages;
pub mod neutral;
mod ollama;
pub mod price;
mod read;
pub mod responses;
pub mod sse;
pub mod stream;
pub mod through;
pub mod usage;
pub mod vendor;
mod write;

pub use convert::{Asked, Quirks, Target, Written, convert_reply};
pub use dialect::{Dialect, Upstream};
pub use failure::{Failure, Kind, read_failure};
pub use stream::{Convert, How, Passage, Summary};
pub use through::{Endpoint, Through};
pub use usage::Usage;
pub use vendor::{Auth, Vendor};
