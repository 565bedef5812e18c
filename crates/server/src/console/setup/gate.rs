//! The one-time token of the setup link.

use std::sync::{Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Open until there is an owner. The token lives in memory only: a restart makes a new one.
#[derive(Debug)]
pub(crate) struct SetupGate {
    token: Mutex<Option<SecretString>>,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl SetupGate {
    pub(crate) fn new(open: bool) -> Self {
        let mut token = [0; 32];
        let made = open && getrandom::fill(&mut token).is_ok();
        let token = Mutex::new(made.then(|| URL_SAFE_NO_PAD.encode(token).into()));
        Self { token, one_at_a_time: tokio::sync::Mutex::default() }
    }

    pub(crate) fn token(&self) -> Option<SecretString> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for whoever came before, so that of many who race only one has a password hashed.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.one_at_a_time.lock().await
    }

    pub(super) fn admits(&self, token: &str) -> bool {
        self.token().is_some_and(|own| own.expose_secret().as_bytes().ct_eq(token.as_bytes()).into())
    }

    pub(crate) fn close(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
