//! What the gateway is told at its start.

use std::net::SocketAddr;

use api::settings::Setting;
use secrecy::SecretString;

use crate::settings::Given;

/// Everything that [`crate::start()`] needs besides the store.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Makes the owner at the first start, so that nobody has to follow the setup link.
    pub admin: Option<(String, SecretString)>,
    /// Makes a channel at the demo provider and a key for it.
    pub demo: bool,
    /// The console is shown in the app's own window.
    pub desktop: bool,
    /// Of the settings that can be changed while the gateway runs, those that can't be changed in the console.
    pub given: Vec<Given>,
    /// The settings that hold until the gateway ends, as admins see them.
    pub fixed: Vec<Setting>,
}
