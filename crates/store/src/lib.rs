//! Everything the gateway keeps: one directory with a database, sealed secrets and the ledger.
//!
//! The only crate that contains SQL, and the only one that sees how secrets lie on disk. Knows rows and transactions; knows neither
//! HTTP nor providers nor when something should happen: its callers pass time in through [`Clock`].

#![forbid(unsafe_code)]

mod access_key;
mod accounts;
mod audit;
mod bodies;
mod budgets;
mod channels;
mod clock;
mod dashboard;
mod engine;
mod error;
mod files;
mod groups;
mod keyring;
mod keys;
mod ledger;
mod list;
mod logs;
mod master_key;
mod models;
mod onboarding;
mod open;
mod passwords;
mod prices;
mod providers;
mod retention;
mod sessions;
mod settings;
mod sql;
mod store;
mod tokens;
mod usage;
mod users;
mod vault;
mod verify;

pub use api::bill::Usage;

pub use access_key::parse_access_key;
pub use accounts::{AccountError, Accounts};
pub use audit::{Audit, NewAuditEntry};
pub use bodies::{Bodies, NewBody};
pub use budgets::zone::{NoSuchZone, Zone};
pub use budgets::{Budgets, Owner};
pub use channels::{ChannelError, Channels, RelayChannel, RelayKey};
pub use clock::{Clock, FixedClock, SystemClock};
pub use dashboard::Dashboards;
pub use engine::Durability;
pub use error::Error;
pub use groups::{GroupError, Groups, RelayGroup};
pub use keys::{AccessKey, KeyError, Keys, Scope};
pub use ledger::{Hold, Ledger, LedgerError, Open, Receipt, Settle, Spent};
pub use logs::Logs;
pub use master_key::{MasterKeyError, MasterKeyMode, MasterKeySource};
pub use models::{ModelError, Models, RelayModel};
pub use open::{OpenError, Opened, Options};
pub use passwords::{PasswordError, PasswordHash, Passwords};
pub use prices::{Charge, PriceError, PriceInEffect, PriceTimeline, Prices};
pub use providers::{ProviderError, ProviderRow, Providers};
pub use sessions::{Sessions, SignedInFrom};
pub use settings::Settings;
pub use store::Store;
pub use tokens::{TOKEN_PREFIX, Tokens};
pub use usage::UsageReports;
pub use users::{LoginUser, UserError, Users};
pub use vault::{SealError, Vault};
pub use verify::verify_directory;
