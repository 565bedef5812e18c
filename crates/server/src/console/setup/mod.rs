//! The first start: whoever holds the printed link makes the owner.

mod create;
mod gate;
mod read;

pub(super) use create::*;
pub(crate) use gate::SetupGate;
pub(super) use read::*;
