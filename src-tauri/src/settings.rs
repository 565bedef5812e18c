//! Settings, in layers: defaults, then the file, then `AIGW_…` variables, then flags. What is chosen in the console stands right above
//! the defaults; the gateway itself puts it there.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{ArgMatches, Args, ValueEnum, parser::ValueSource};
use serde::Deserialize;
use server::{Config, Egress, Given, Setting, Source};
use store::{Durability, MasterKeySource, Zone};

/// Each is a flag, an environment variable and a member of the file, by the same name.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Flags {
    /// Read settings from this TOML file; environment and flags go before it.
    #[arg(long, env = "AIGW_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "AIGW_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Where data lives [default: the platform's place for it]
    #[arg(long, env = "AIGW_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Addresses under which the gateway is reached, such as `https://ai.example.com`; several by comma
    #[arg(long, env = "AIGW_PUBLIC_URLS", value_name = "URLS", value_delimiter = ',')]
    public_urls: Option<Vec<url::Url>>,
    /// Networks of proxies whose X-Forwarded-For is believed; several by comma
    #[arg(long, env = "AIGW_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    trusted_proxies: Option<Vec<ipnet::IpNet>>,
    /// What an answered request survives: power loss, or the end of the process [default: power]
    #[arg(long, env = "AIGW_DURABILITY")]
    durability: Option<DurabilityName>,
    /// Where channels may point: also at private addresses, or only at public ones [default: private]
    #[arg(long, env = "AIGW_EGRESS")]
    egress: Option<EgressName>,
    /// File that holds the master key [default: master.key in the data directory]
    #[arg(long, env = "AIGW_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// The master key itself: 32 bytes in base64 or hex
    #[arg(long, env = "AIGW_MASTER_KEY", hide = true, hide_env_values = true)]
    #[serde(skip)]
    master_key: Option<String>,
    /// Makes the owner at the first start
    #[arg(long, env = "AIGW_ADMIN_USERNAME", hide = true, requires = "admin_password")]
    #[serde(skip)]
    admin_username: Option<String>,
    #[arg(long, env = "AIGW_ADMIN_PASSWORD", hide = true, hide_env_values = true, requires = "admin_username")]
    #[serde(skip)]
    admin_password: Option<String>,
    /// Seconds that running answers get to finish at shutdown [default: 30]
    #[arg(long, env = "AIGW_DRAIN_SECONDS", value_name = "SECONDS")]
    drain_seconds: Option<u64>,
    /// Days that rows of the audit are kept; 0 keeps them for ever [default: 365]
    #[arg(long, env = "AIGW_AUDIT_DAYS", value_name = "DAYS")]
    audit_days: Option<u16>,
    /// Time zone in which budgets' days, weeks and months begin, such as `Asia/Shanghai` [default: UTC]
    #[arg(long, env = "AIGW_TIME_ZONE", value_name = "ZONE")]
    time_zone: Option<Zone>,
    /// Days that requests are kept; 0 keeps them for ever [default: 90]
    #[arg(long, env = "AIGW_LOG_DAYS", value_name = "DAYS")]
    log_days: Option<u16>,
    /// MiB that the database may hold before the oldest requests are removed; 0 sets no bound [default: 4096]
    #[arg(long, env = "AIGW_LOG_MB", value_name = "MIB")]
    log_mb: Option<u32>,
    /// Days that kept bodies of requests and answers stay; 0 for as long as their requests [default: 7]
    #[arg(long, env = "AIGW_BODY_DAYS", value_name = "DAYS")]
    body_days: Option<u16>,
    /// MiB that kept bodies may take together before the oldest are removed; 0 sets no bound [default: 512]
    #[arg(long, env = "AIGW_BODY_MB", value_name = "MIB")]
    body_mb: Option<u32>,
    /// KiB of a body that are kept, from its beginning [default: 256]
    #[arg(long, env = "AIGW_BODY_KB", value_name = "KIB")]
    body_kb: Option<u16>,
    /// Names of those that the environment gave.
    #[arg(skip)]
    #[serde(skip)]
    from_environment: BTreeSet<&'static str>,
}

#[derive(Debug, Clone, Copy, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum DurabilityName {
    Power,
    Process,
}

#[derive(Debug, Clone, Copy, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum EgressName {
    Private,
    Public,
}

/// What the layers come to.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) data_dir: PathBuf,
    pub(crate) durability: Durability,
    pub(crate) master_key: MasterKeySource,
}

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

impl EgressName {
    const fn word(self) -> &'static str {
        match self {
            Self::Private => Egress::Private.as_str(),
            Self::Public => Egress::Public.as_str(),
        }
    }
}

impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flags").field("listen", &self.listen).field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

/// Those that hold until the gateway ends, as the console shows them.
const FIXED: [&str; 4] = ["listen", "data_dir", "durability", MASTER_KEY];

/// Those that can be changed while it runs.
const CHANGEABLE: [&str; 11] = [
    "public_urls",
    "trusted_proxies",
    "egress",
    "audit_days",
    "log_days",
    "log_mb",
    "body_days",
    "body_mb",
    "body_kb",
    "drain_seconds",
    "time_zone",
];

/// Its value is known only when the store is open: the data directory remembers its own.
const MASTER_KEY: &str = "master_key";

impl Flags {
    /// Notes which settings the environment gave, which the values alone don't tell.
    pub(crate) fn note_sources(&mut self, matches: &ArgMatches) {
        let names = FIXED.into_iter().chain(CHANGEABLE).chain(["master_key_file"]);
        self.from_environment =
            names.filter(|name| matches.value_source(name) == Some(ValueSource::EnvVariable)).collect();
    }

    pub(crate) fn settings(self, demo: bool) -> anyhow::Result<Settings> {
        let file = match &self.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        let origins = FIXED.map(|name| self.origin(name, &file));
        let given = CHANGEABLE.into_iter().filter_map(|name| self.given(name, &file)).collect();
        let data_dir = match self.data_dir.or(file.data_dir) {
            Some(dir) => dir,
            None => default_data_dir()?,
        };
        let master_key = match (self.master_key, self.master_key_file.or(file.master_key_file)) {
            (Some(key), _) => MasterKeySource::Env(key.into()),
            (None, Some(path)) => MasterKeySource::File(path),
            (None, None) => MasterKeySource::Default,
        };
        let mut settings = Settings {
            config: Config {
                listen: self.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
                admin: self.admin_username.zip(self.admin_password.map(Into::into)),
                demo,
                desktop: false,
                given,
                fixed: Vec::new(),
            },
            data_dir,
            durability: match self.durability.or(file.durability) {
                Some(DurabilityName::Process) => Durability::Process,
                Some(DurabilityName::Power) | None => Durability::Power,
            },
            master_key,
        };
        settings.config.fixed =
            FIXED.into_iter().zip(origins).map(|(name, origin)| settings.shown(name, origin)).collect();
        Ok(settings)
    }

    /// Where a setting comes from: the source, and its name there.
    fn origin(&self, name: &'static str, file: &Self) -> (Source, Option<String>) {
        let own = if name == MASTER_KEY && !self.has(name) { "master_key_file" } else { name };
        if self.from_environment.contains(own) {
            (Source::Environment, Some(format!("AIGW_{}", own.to_uppercase())))
        } else if self.has(own) {
            (Source::Flag, Some(format!("--{}", own.replace('_', "-"))))
        } else if file.has(own) {
            (Source::File, self.config.as_ref().map(|path| path.display().to_string()))
        } else {
            (Source::Default, None)
        }
    }

    /// One of [`CHANGEABLE`], if anything sets it.
    fn given(&self, name: &'static str, file: &Self) -> Option<Given> {
        let (source, origin) = self.origin(name, file);
        Some(match name {
            "public_urls" => {
                let urls = self.public_urls.as_deref().or(file.public_urls.as_deref())?;
                Given::new(name, listed(urls), source, origin)
            }
            "trusted_proxies" => {
                let networks = self.trusted_proxies.as_deref().or(file.trusted_proxies.as_deref())?;
                Given::new(name, listed(networks), source, origin)
            }
            "egress" => Given::new(name, self.egress.or(file.egress)?.word(), source, origin),
            "audit_days" => Given::new(name, self.audit_days.or(file.audit_days)?, source, origin),
            "log_days" => Given::new(name, self.log_days.or(file.log_days)?, source, origin),
            "log_mb" => Given::new(name, self.log_mb.or(file.log_mb)?, source, origin),
            "body_days" => Given::new(name, self.body_days.or(file.body_days)?, source, origin),
            "body_mb" => Given::new(name, self.body_mb.or(file.body_mb)?, source, origin),
            "body_kb" => Given::new(name, self.body_kb.or(file.body_kb)?, source, origin),
            "drain_seconds" => Given::new(name, self.drain_seconds.or(file.drain_seconds)?, source, origin),
            "time_zone" => {
                let zone = self.time_zone.as_ref().or(file.time_zone.as_ref())?;
                Given::new(name, zone.name(), source, origin)
            }
            _ => return None,
        })
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "listen" => self.listen.is_some(),
            "public_urls" => self.public_urls.is_some(),
            "trusted_proxies" => self.trusted_proxies.is_some(),
            "egress" => self.egress.is_some(),
            "data_dir" => self.data_dir.is_some(),
            "durability" => self.durability.is_some(),
            "master_key" => self.master_key.is_some(),
            "master_key_file" => self.master_key_file.is_some(),
            "audit_days" => self.audit_days.is_some(),
            "log_days" => self.log_days.is_some(),
            "log_mb" => self.log_mb.is_some(),
            "body_days" => self.body_days.is_some(),
            "body_mb" => self.body_mb.is_some(),
            "body_kb" => self.body_kb.is_some(),
            "drain_seconds" => self.drain_seconds.is_some(),
            "time_zone" => self.time_zone.is_some(),
            _ => false,
        }
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} isn't right", path.display()))
    }
}

impl Settings {
    fn shown(&self, name: &str, (source, origin): (Source, Option<String>)) -> Setting {
        let value = match name {
            "listen" => self.config.listen.to_string(),
            "data_dir" => self.data_dir.display().to_string(),
            "durability" if matches!(self.durability, Durability::Process) => "process".to_owned(),
            "durability" => "power".to_owned(),
            _ => String::new(),
        };
        let default = match name {
            "listen" => Some(DEFAULT_LISTEN.to_string()),
            "durability" => Some("power".to_owned()),
            _ => None,
        };
        Setting { name: name.to_owned(), value, default, source, origin, changeable: false }
    }

    /// Tells where the master key really is, once the store is open.
    pub(crate) fn show_master_key(&mut self, place: &impl ToString) {
        if let Some(setting) = self.config.fixed.iter_mut().find(|setting| setting.name == MASTER_KEY) {
            setting.value = place.to_string();
        }
    }
}

fn listed<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

fn default_data_dir() -> anyhow::Result<PathBuf> {
    let place = dirs::data_local_dir().context("there is no home directory; name a place with --data-dir")?;
    Ok(place.join("ai-gateway"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    fn given(settings: &Settings) -> Vec<(&str, Value, Source, Option<&str>)> {
        let given = settings.config.given.iter();
        given.map(|given| (given.name, given.value.clone(), given.source, given.origin.as_deref())).collect()
    }

    fn flags(arguments: &[&str]) -> Flags {
        Line::parse_from(std::iter::once(&"x").chain(arguments)).flags
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gateway.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:4000\"\ndurability = \"process\"\negress = \"public\"\n").unwrap();
        let file = file.to_str().unwrap();
        let settings = flags(&["--config", file, "--egress", "private", "--data-dir", "d"]).settings(false).unwrap();
        assert_eq!(settings.config.listen.port(), 4000);
        assert!(matches!(settings.durability, Durability::Process));
        assert_eq!(given(&settings), [("egress", json!("private"), Source::Flag, Some("--egress"))]);
        let settings = flags(&["--data-dir", "d"]).settings(false).unwrap();
        assert_eq!(settings.config.listen, DEFAULT_LISTEN);
    }

    #[test]
    fn each_setting_tells_where_it_comes_from() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gateway.toml");
        let text = "durability = \"process\"\nmaster_key_file = \"key\"\npublic_urls = [\"https://ai.example.com\"]\n";
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let mut flags = flags(&["--config", file, "--listen", "127.0.0.1:4000", "--drain-seconds", "7"]);
        flags.from_environment.insert("drain_seconds");
        let settings = flags.settings(false).unwrap();
        let told = |name: &str| {
            let setting = settings.config.fixed.iter().find(|setting| setting.name == name).unwrap();
            (setting.value.as_str(), setting.source, setting.origin.as_deref())
        };
        assert_eq!(told("listen"), ("127.0.0.1:4000", Source::Flag, Some("--listen")));
        assert_eq!(told("durability"), ("process", Source::File, Some(file)));
        assert_eq!(told(MASTER_KEY), ("", Source::File, Some(file)));
        let expected = [
            ("public_urls", json!(["https://ai.example.com/"]), Source::File, Some(file)),
            ("drain_seconds", json!(7), Source::Environment, Some("AIGW_DRAIN_SECONDS")),
        ];
        assert_eq!(given(&settings), expected);
    }

    #[test]
    fn a_misspelt_member_of_the_file_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gateway.toml");
        std::fs::write(&file, "lisen = \"127.0.0.1:4000\"\n").unwrap();
        let error = flags(&["--config", file.to_str().unwrap()]).settings(false).unwrap_err();
        assert!(format!("{error:#}").contains("lisen"), "{error:#}");
    }
}
