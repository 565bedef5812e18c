//! What the whole gateway may spend. Budgets of keys, users and groups are members of theirs.

mod read;
mod update;

pub(super) use read::*;
pub(super) use update::*;
