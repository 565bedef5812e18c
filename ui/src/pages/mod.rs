//! One page a noun.

pub(crate) mod channels;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod not_found;
pub(crate) mod setup;
