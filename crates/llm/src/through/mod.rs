//! Passing through: client and provider speak the same dialect, so the bytes pass and a few members are read on the side.

mod endpoint;
mod estimate;
mod reply;
mod request;
mod stream;
mod watch;

pub use endpoint::Endpoint;
pub use estimate::{USUAL_OUTPUT, read_input};
pub use reply::read_reply;
pub use request::Request;
pub use stream::Through;
pub(crate) use watch::{Seen, Watch};
