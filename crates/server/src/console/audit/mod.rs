//! The audit: every change leaves a row.
//!
//! [`record()`] stands around each route of [`super::access::Api::route`], so no handler can leave it out. What a row says
//! beyond who, when and which route, the handler says with a [`Change`] in its answer.

mod change;
mod list;
mod record;

pub(super) use change::{Change, NoChange};
pub(super) use list::*;
pub(super) use record::record;
