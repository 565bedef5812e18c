//! Groups of keys.

mod create;
mod delete;
mod list;
mod update;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use update::*;
