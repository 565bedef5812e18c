//! Whether every sum is what its requests come to.

mod read;
mod run;

pub(super) use read::*;
pub(super) use run::*;
