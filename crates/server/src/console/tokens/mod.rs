//! One's own personal tokens.

mod create;
mod delete;
mod list;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
