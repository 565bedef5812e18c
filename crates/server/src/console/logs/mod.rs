//! Requests that passed through. Members see their own; admins everyone's.

mod list;
mod read;

pub(super) use list::*;
pub(super) use read::*;
