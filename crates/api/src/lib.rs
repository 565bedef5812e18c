//! The console API's types, shared by the server and the console.
//!
//! Knows JSON shapes and the validation both sides apply; knows neither storage nor HTTP. Compiles for wasm32.
//! Secrets appear in request types only: no reply type has a field for one, but for [`keys::KeyCreated`] and [`tokens::TokenCreated`].

#![forbid(unsafe_code)]

pub mod about;
pub mod attention;
pub mod audit;
pub mod bill;
pub mod budgets;
pub mod channels;
pub mod dashboard;
pub mod error;
pub mod export;
pub mod groups;
pub mod keys;
pub mod limits;
pub mod list;
pub mod logs;
pub mod models;
pub mod money;
pub mod onboarding;
pub mod page;
mod patch;
pub mod playground;
pub mod prices;
pub mod providers;
pub mod session;
pub mod settings;
pub mod setup;
mod time;
pub mod tokens;
pub mod usage;
pub mod users;
mod validate;
pub mod verify;
pub mod words;

pub use error::{ErrorBody, ErrorDetail, Fields};
pub use page::{Keyset, Page};
pub use time::Time;
pub use validate::Validate;
