//! What requests came to over time. Members see their own; admins everyone's.

mod read;

pub(super) use read::*;
