//! What the gateway runs with: told at its start, or chosen in the console.

use serde::{Deserialize, Serialize};

use crate::{Fields, Validate, patch::named, validate, words::words};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setting {
    /// As in the configuration file: `listen`, `public_urls`, …
    pub name: String,
    /// Several by comma; empty if there is none.
    pub value: String,
    /// What holds if nobody says anything, written as `value` is; `null` where the platform decides.
    pub default: Option<String>,
    pub source: Source,
    /// The file's path, the variable's name or the flag; `null` for a default and for what was chosen in the console.
    pub origin: Option<String>,
    /// Whether `PATCH /api/settings` takes it: it holds only from a start on, or it is set where the gateway is started, if not.
    pub changeable: bool,
}

/// Where a setting comes from; each goes before the ones above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Default,
    Console,
    File,
    Environment,
    Flag,
}

words!(
    /// Where channels may point.
    Egress {
        /// Also at this machine and its network, where local models run.
        Private = "private",
        /// Only at public addresses.
        Public = "public",
    }
);

/// What to change, at once and without a restart. What is absent stays; `null` goes back to the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    /// Addresses under which people and tools reach the gateway, besides IP addresses and `localhost`.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub public_urls: Option<Option<Vec<String>>>,
    /// Networks whose `X-Forwarded-For` is believed.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub trusted_proxies: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Egress>))]
    pub egress: Option<Option<Egress>>,
    /// Seconds that running answers get to finish at shutdown.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub drain_seconds: Option<Option<i64>>,
    /// Days that rows of the audit are kept; 0 keeps them for ever.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub audit_days: Option<Option<i64>>,
    /// In which budgets' days, weeks and months begin, by its IANA name.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Asia/Shanghai"))]
    pub time_zone: Option<Option<String>>,
    /// Days that requests are kept; 0 keeps them for ever.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub log_days: Option<Option<i64>>,
    /// MiB that the database may hold before the oldest requests are removed; 0 sets no bound.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub log_mb: Option<Option<i64>>,
    /// Days that kept bodies of requests and answers stay; 0 for as long as their requests.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub body_days: Option<Option<i64>>,
    /// MiB that kept bodies may take together before the oldest are removed; 0 sets no bound.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub body_mb: Option<Option<i64>>,
    /// KiB of a body that are kept, from its beginning.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub body_kb: Option<Option<i64>>,
}

impl Validate for SettingsPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(Some(urls)) = &self.public_urls {
            validate::at_most(fields, "public_urls", urls.len(), 50);
            for url in urls {
                validate::url(fields, "public_urls", url, "https://ai.example.com");
            }
        }
        if let Some(Some(networks)) = &self.trusted_proxies {
            validate::at_most(fields, "trusted_proxies", networks.len(), 100);
            for network in networks {
                validate::network(fields, "trusted_proxies", network);
            }
        }
        if let Some(Some(seconds)) = self.drain_seconds {
            validate::range(fields, "drain_seconds", seconds, 0, 3_600);
        }
        for (name, days) in
            [("audit_days", self.audit_days), ("log_days", self.log_days), ("body_days", self.body_days)]
        {
            if let Some(Some(days)) = days {
                validate::range(fields, name, days, 0, 36_500);
            }
        }
        for (name, mb) in [("log_mb", self.log_mb), ("body_mb", self.body_mb)] {
            if let Some(Some(mb)) = mb {
                validate::range(fields, name, mb, 0, 100_000_000);
            }
        }
        if let Some(Some(kb)) = self.body_kb {
            validate::range(fields, "body_kb", kb, 1, 32_768);
        }
    }
}
