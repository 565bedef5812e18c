//! Trying models from the console, as oneself and without an access key.

mod chat;
mod models;
#[cfg(test)]
mod tests;

pub(super) use chat::*;
pub(super) use models::*;
