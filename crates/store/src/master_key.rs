//! Finding the master key, and proving that it is the one that this data directory was sealed with.
//!
//! A directory says in `master-key.source` where its key comes from. A key is made only for a database that holds no secret yet.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::vault::Key;
use crate::{files, keyring};

/// Where to take the master key from.
#[derive(Debug, Clone, Default)]
pub enum MasterKeySource {
    /// The value of `AIGW_MASTER_KEY`: 32 bytes in base64 or hex.
    Env(SecretString),
    /// A file that holds 32 bytes in base64 or hex and that only its owner may read.
    File(PathBuf),
    /// What the data directory says, else the operating system's keyring.
    Keyring,
    /// What the data directory says, else `<data>/master.key`.
    #[default]
    Default,
}

/// Where this directory's master key comes from. Also what `master-key.source` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeyMode {
    Env,
    File(PathBuf),
    Keyring,
    /// `<data>/master.key`.
    Data,
}

impl fmt::Display for MasterKeyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env => f.write_str("env"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Keyring => f.write_str("keyring"),
            Self::Data => f.write_str("data"),
        }
    }
}

impl MasterKeyMode {
    fn parse(text: &str) -> Option<Self> {
        match text.trim_end_matches(['\r', '\n']) {
            "env" => Some(Self::Env),
            "keyring" => Some(Self::Keyring),
            "data" => Some(Self::Data),
            text => text.strip_prefix("file:").map(|path| Self::File(path.into())),
        }
    }
}

/// Why there is no usable master key. Each says what to do; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error(
        "{origin} doesn't hold a master key: expected 32 bytes in base64 or hex. Make one with `openssl rand -base64 32`."
    )]
    Malformed { origin: String },
    #[error("the master key file {} can't be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error(
        "others than its owner may read the master key file {path}. Close it with `chmod 600 {path}`.",
        path = path.display()
    )]
    OpenToOthers { path: PathBuf },
    #[error(
        "this data directory's master key comes from AIGW_MASTER_KEY, which isn't set. Set it to the value that was used before."
    )]
    EnvMissing,
    #[error(
        "the master key file {} is missing, but the database holds secrets that it sealed. Put the file back; a new key can't open them.",
        path.display()
    )]
    Missing { path: PathBuf },
    #[error(
        "the master key from {origin} isn't the one that this data directory's secrets were sealed with{recorded}. Give the key that was used before."
    )]
    Wrong { origin: String, recorded: String },
    #[error("{} says nothing that this version knows: expected `env`, `data`, `keyring` or `file:PATH`. Put back what it said before.", path.display())]
    UnknownSource { path: PathBuf },
    #[error("the master key is kept in the system's keyring, which {why}.")]
    Keyring { why: String },
    #[error("the master key couldn't be written to {}: {error}", path.display())]
    Unwritable { path: PathBuf, error: io::Error },
    #[error("the system gave no randomness for a master key: {0}")]
    Random(#[from] getrandom::Error),
}

/// A key that was found or made.
pub(crate) struct Found {
    pub(crate) key: Key,
    pub(crate) mode: MasterKeyMode,
    /// Where a new one was written.
    pub(crate) created: Option<PathBuf>,
    recorded: Option<MasterKeyMode>,
}

impl Found {
    /// The error for a key that doesn't open what it should.
    pub(crate) fn wrong(&self) -> MasterKeyError {
        MasterKeyError::Wrong {
            origin: self.mode.origin(),
            recorded: match &self.recorded {
                Some(recorded) if *recorded != self.mode => {
                    format!(", which came from {}", recorded.origin())
                }
                _ => String::new(),
            },
        }
    }

    /// Lets the directory say where its key comes from, once the key has proved right.
    pub(crate) fn record(&self, data_dir: &Path) -> Result<(), MasterKeyError> {
        if self.recorded.as_ref() == Some(&self.mode) {
            return Ok(());
        }
        let path = data_dir.join(SOURCE_FILE);
        files::replace_private(&path, format!("{}\n", self.mode).as_bytes())
            .map_err(|error| MasterKeyError::Unwritable { path, error })
    }
}

impl MasterKeyMode {
    fn origin(&self) -> String {
        match self {
            Self::Env => "AIGW_MASTER_KEY".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Keyring => "the system's keyring".to_owned(),
            Self::Data => KEY_FILE.to_owned(),
        }
    }
}

const SOURCE_FILE: &str = "master-key.source";
const KEY_FILE: &str = "master.key";

/// Finds the key, or makes one where `may_make` says that nothing is sealed yet.
pub(crate) async fn find(data_dir: &Path, source: &MasterKeySource, may_make: bool) -> Result<Found, MasterKeyError> {
    let recorded = recorded(data_dir)?;
    let mode = match source {
        MasterKeySource::Env(_) => MasterKeyMode::Env,
        MasterKeySource::File(path) => MasterKeyMode::File(absolute(path)),
        MasterKeySource::Keyring => recorded.clone().unwrap_or(MasterKeyMode::Keyring),
        MasterKeySource::Default => recorded.clone().unwrap_or(MasterKeyMode::Data),
    };
    let mut created = None;
    let key = match &mode {
        MasterKeyMode::Env => match source {
            MasterKeySource::Env(value) => {
                decode(value.expose_secret()).ok_or_else(|| MasterKeyError::Malformed { origin: mode.origin() })?
            }
            _ => return Err(MasterKeyError::EnvMissing),
        },
        MasterKeyMode::File(path) => read(path)?
            .ok_or_else(|| MasterKeyError::Unreadable { path: path.clone(), error: io::ErrorKind::NotFound.into() })?,
        MasterKeyMode::Data => {
            let path = data_dir.join(KEY_FILE);
            match read(&path)? {
                Some(key) => key,
                None if may_make => {
                    let key = random()?;
                    files::write_new_private(&path, encode(&key).as_bytes())
                        .map_err(|error| MasterKeyError::Unwritable { path: path.clone(), error })?;
                    created = Some(path);
                    key
                }
                None => return Err(MasterKeyError::Missing { path }),
            }
        }
        MasterKeyMode::Keyring => keyring::find(data_dir, may_make).await?,
    };
    Ok(Found { key, mode, created, recorded })
}

fn recorded(data_dir: &Path) -> Result<Option<MasterKeyMode>, MasterKeyError> {
    let path = data_dir.join(SOURCE_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => match MasterKeyMode::parse(&text) {
            Some(mode) => Ok(Some(mode)),
            None => Err(MasterKeyError::UnknownSource { path }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MasterKeyError::Unreadable { path, error }),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The key in a file; `None` if there is no file.
fn read(path: &Path) -> Result<Option<Key>, MasterKeyError> {
    let unreadable = |error| MasterKeyError::Unreadable { path: path.to_owned(), error };
    let text = match std::fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if files::is_open_to_others(path).map_err(unreadable)? {
        return Err(MasterKeyError::OpenToOthers { path: path.to_owned() });
    }
    std::str::from_utf8(&text)
        .ok()
        .and_then(decode)
        .map(Some)
        .ok_or_else(|| MasterKeyError::Malformed { origin: path.display().to_string() })
}

pub(crate) fn random() -> Result<Key, MasterKeyError> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut())?;
    Ok(key)
}

const BASE64: GeneralPurpose = engine(&alphabet::STANDARD);
const BASE64_URL: GeneralPurpose = engine(&alphabet::URL_SAFE);

const fn engine(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent))
}

fn encode(key: &Key) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(**key) + "\n")
}

/// 32 bytes in hex or in either alphabet of base64, with or without padding.
fn decode(text: &str) -> Option<Key> {
    let text = text.trim();
    let bytes = if text.len() == 64 {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32));
        for i in (0..64).step_by(2) {
            let pair = text.get(i..i + 2)?;
            // `from_str_radix` takes a sign.
            if !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
        }
        bytes
    } else {
        Zeroizing::new(BASE64.decode(text).or_else(|_| BASE64_URL.decode(text)).ok()?)
    };
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Key::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_hex_and_in_any_base64() {
        let key = Key::new([0xfb; 32]);
        let base64 = encode(&key);
        for text in [
            base64.to_string(),
            base64.trim().trim_end_matches('=').to_owned(),
            base64.replace('+', "-").replace('/', "_"),
            "fb".repeat(32),
            "FB".repeat(32),
        ] {
            assert_eq!(decode(&text).as_deref(), Some(&*key), "{text}");
        }
    }

    #[test]
    fn what_is_not_32_bytes_is_no_key() {
        for text in ["", "short", &"fb".repeat(31), &"+b".repeat(32), &"日".repeat(64), &"A".repeat(44)] {
            assert!(decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_mode_is_read_as_it_is_written() {
        for mode in [
            MasterKeyMode::Env,
            MasterKeyMode::Data,
            MasterKeyMode::Keyring,
            MasterKeyMode::File("/etc/gateway key".into()),
        ] {
            assert_eq!(MasterKeyMode::parse(&format!("{mode}\n")), Some(mode));
        }
        assert_eq!(MasterKeyMode::parse("vault"), None);
    }
}
