//! Access keys. Members see and change their own; admins everyone's.

mod create;
mod delete;
mod list;
mod read;
mod update;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use update::*;
