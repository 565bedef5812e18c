//! Hashing people's passwords with Argon2id, slowly, a few at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Each takes 64 MiB and a core for a tenth of a second.
const AT_ONCE: usize = 2;
/// Beyond that a person waits longer than they would for another try.
const WAITING: usize = 16;

/// A PHC string: algorithm, parameters, salt and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) const fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting. Answer 503 and ask to try again.
    #[error("too many passwords are being checked; try again in a few seconds")]
    Busy,
    /// No memory or no randomness.
    #[error("the password couldn't be hashed: {0}")]
    Failed(String),
}

/// Hashes and verifies, at most two at once, with at most sixteen waiting.
#[derive(Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    present: Arc<AtomicUsize>,
    /// Verified where there is no hash, so that an unknown name takes as long as a wrong password.
    dummy: PasswordHash,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    pub fn new() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            present: Arc::default(),
            // Of no password: it has the right form and cost, and its hash is no output of Argon2's for any input that is known.
            dummy: PasswordHash(
                "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                    .to_owned(),
            ),
        }
    }

    /// Hashes a password with a new random salt.
    pub async fn hash(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        self.run(move || {
            argon2()
                .hash_password(password.expose_secret().as_bytes())
                .map(|hash: phc::PasswordHash| PasswordHash(hash.to_string()))
                .map_err(|error| PasswordError::Failed(error.to_string()))
        })
        .await?
    }

    /// Whether the password is the one that was hashed. `None` takes as long and is never right.
    pub async fn verify(&self, password: SecretString, hash: Option<&PasswordHash>) -> Result<bool, PasswordError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.dummy).clone();
        let right = self
            .run(move || argon2().verify_password(password.expose_secret().as_bytes(), hash.as_str()).is_ok())
            .await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let place = Place::take(&self.present).ok_or(PasswordError::Busy)?;
        let permit = Arc::clone(&self.running).acquire_owned().await.expect("never closed");
        // A caller that leaves doesn't stop the hashing, so both are given back only when it is over.
        tokio::task::spawn_blocking(move || {
            let _held = (place, permit);
            work()
        })
        .await
        .map_err(|error| PasswordError::Failed(error.to_string()))
    }
}

/// A place among those that run or wait.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(present: &Arc<AtomicUsize>) -> Option<Self> {
        present
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| (n < AT_ONCE + WAITING).then_some(n + 1))
            .ok()
            .map(|_| Self(Arc::clone(present)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn argon2() -> Argon2<'static> {
    const MEMORY_KIB: u32 = 64 * 1024;
    const PASSES: u32 = 3;
    const LANES: u32 = 1;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;

    fn password(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash(password("correct horse")).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        assert!(passwords.verify(password("correct horse"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(password("wrong horse"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(password("correct horse"), None).await.unwrap());
    }

    #[test]
    fn the_dummy_costs_what_a_real_hash_costs() {
        let dummy = Passwords::new().dummy;
        let parsed = phc::PasswordHash::new(dummy.as_str()).unwrap();
        let params = Params::try_from(&parsed).unwrap();
        let real = argon2();
        assert_eq!(params.m_cost(), real.params().m_cost());
        assert_eq!(params.t_cost(), real.params().t_cost());
        assert_eq!(params.p_cost(), real.params().p_cost());
        assert_eq!(parsed.hash.unwrap().len(), 32);
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let passwords = Passwords::new();
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let mut running: Vec<_> = (0..AT_ONCE + WAITING)
            .map(|_| {
                let gate = Arc::clone(&gate);
                Box::pin(passwords.run(move || drop(gate.lock())))
            })
            .collect();
        for run in &mut running {
            assert!(run.now_or_never().is_none());
        }
        let one_more = passwords.verify(password("x"), None).now_or_never();
        assert!(matches!(one_more, Some(Err(PasswordError::Busy))));
        drop(closed);
        assert!(join_all(running).await.iter().all(Result::is_ok));
        assert!(passwords.verify(password("x"), None).await.is_ok());
    }
}
