//! What a model costs, since when, and what it will.

mod create;
mod list;
#[cfg(test)]
mod tests;

pub(super) use create::*;
pub(super) use list::*;
