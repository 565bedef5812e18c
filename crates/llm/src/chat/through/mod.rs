//! Chat in, Chat out: the bytes pass, a few members are read on the side.

mod chunk;
mod estimate;
mod reply;
mod request;
mod stream;

pub use estimate::USUAL_OUTPUT;
pub use reply::read_reply;
pub use request::{Endpoint, Request};
pub use stream::Through;
