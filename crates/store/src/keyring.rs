//! The operating system's keyring, in builds that have it.

#[cfg(feature = "keyring")]
pub(crate) use with::find;
#[cfg(not(feature = "keyring"))]
pub(crate) use without::find;

#[cfg(feature = "keyring")]
mod with {
    use std::path::Path;
    use std::time::Duration;

    use keyring::{Entry, Error};
    use tokio::sync::oneshot;
    use zeroize::Zeroizing;

    use crate::master_key::{MasterKeyError, random};
    use crate::vault::Key;

    const SERVICE: &str = "ai-gateway";

    /// Long enough for a person to unlock it.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// The key that the keyring holds for this directory, or a new one put there.
    pub(crate) async fn find(data_dir: &Path, may_make: bool) -> Result<Key, MasterKeyError> {
        let account = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned()).display().to_string();
        let (answer, answered) = oneshot::channel();
        // Not one of the runtime's threads: it would wait at shutdown for a keyring that never answers.
        std::thread::spawn(move || answer.send(ask(&account, may_make)).ok());
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(failed("failed"))),
            Err(_) => Err(failed("doesn't answer. Unlock it and start again")),
        }
    }

    fn ask(account: &str, may_make: bool) -> Result<Key, MasterKeyError> {
        let unusable = |error| failed(&format!("can't be used: {error}"));
        let entry = Entry::new(SERVICE, account).map_err(unusable)?;
        match entry.get_secret().map(Zeroizing::new) {
            Ok(secret) => <[u8; 32]>::try_from(secret.as_slice())
                .map(Key::new)
                .map_err(|_| failed(&format!("holds something else for {account}"))),
            Err(Error::NoEntry) if may_make => {
                let key = random()?;
                entry.set_secret(key.as_slice()).map_err(unusable)?;
                Ok(key)
            }
            Err(Error::NoEntry) => Err(failed(&format!(
                "has no key for {account}, but the database holds secrets that it sealed. Restore the keyring, or give the key another way"
            ))),
            Err(error) => Err(unusable(error)),
        }
    }

    fn failed(why: &str) -> MasterKeyError {
        MasterKeyError::Keyring { why: why.to_owned() }
    }
}

#[cfg(not(feature = "keyring"))]
mod without {
    use std::path::Path;

    use crate::master_key::MasterKeyError;
    use crate::vault::Key;

    pub(crate) async fn find(_data_dir: &Path, _may_make: bool) -> Result<Key, MasterKeyError> {
        Err(MasterKeyError::Keyring {
            why: "this build of the gateway can't read. Use the desktop app, or give the key another way".to_owned(),
        })
    }
}
