//! One page a noun.

pub(crate) mod channels;
pub(crate) mod dashboard;
#[cfg(feature = "design")]
pub(crate) mod design;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod logs;
pub(crate) mod models;
pub(crate) mod not_found;
pub(crate) mod notices;
pub(crate) mod playground;
pub(crate) mod providers;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod usage;
pub(crate) mod users;
