//! Signing in and out.

mod create;
mod delete;
mod read;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use read::*;
