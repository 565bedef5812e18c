//! Requests that passed through. Members see their own; admins everyone's.

mod bodies;
mod export;
mod list;
mod live;
mod read;
mod seats;
mod summary;

pub(super) use bodies::*;
pub(super) use export::*;
pub(super) use list::*;
pub(super) use live::*;
pub(super) use read::*;
pub(crate) use seats::Seats;
pub(super) use summary::*;
