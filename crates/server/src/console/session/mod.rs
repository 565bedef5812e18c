//! Signing in and out.

mod create;
mod delete;
mod password;
mod read;
mod update;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use password::*;
pub(super) use read::*;
pub(super) use update::*;
