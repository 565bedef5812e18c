//! What requests came to, by day and by thing. Members see their own; admins everyone's.

mod export;
mod read;

pub(super) use export::*;
pub(super) use read::*;
