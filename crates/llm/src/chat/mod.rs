//! OpenAI Chat Completions, and the older endpoints that share its shapes: completions and embeddings.

mod chunk;
mod estimate;
mod reply;
mod request;
mod stream;

pub use estimate::USUAL_OUTPUT;
pub use reply::read_reply;
pub use request::{Endpoint, Request};
pub use stream::{How, Summary, Through};
