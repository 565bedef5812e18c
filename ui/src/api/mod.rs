//! What the console asks the server, a file a noun.

mod about;
pub(crate) mod account;
pub(crate) mod attention;
pub(crate) mod budget;
pub(crate) mod channels;
mod client;
pub(crate) mod dashboard;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod models;
pub(crate) mod onboarding;
pub(crate) mod playground;
pub(crate) mod providers;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod usage;
pub(crate) mod users;
pub(crate) mod verify;

pub(crate) use about::{about, on_about_changed};
pub(crate) use client::{Failure, on_signed_out};
