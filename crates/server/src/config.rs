//! What the gateway is told at its start.

use std::{net::SocketAddr, time::Duration};

use api::settings::Setting;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

/// Everything that [`crate::start()`] needs besides the store.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Addresses under which people and programs reach the gateway, besides IP addresses and `localhost`.
    pub public_urls: Vec<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub egress: Egress,
    /// Makes the owner at the first start, so that nobody has to follow the setup link.
    pub admin: Option<(String, SecretString)>,
    /// Makes a channel at the demo provider and a key for it.
    pub demo: bool,
    /// The console is shown in the app's own window.
    pub desktop: bool,
    /// How long running answers may take to finish at shutdown.
    pub drain: Duration,
    /// Days that rows of the audit are kept; 0 keeps them for ever.
    pub audit_days: u16,
    /// All of this and of the store's options as admins see it, each with where it comes from.
    pub settings: Vec<Setting>,
}

/// Where channels may point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Egress {
    /// Also at this machine and its network, where local models run.
    #[default]
    Private,
    /// Only at public addresses.
    Public,
}
