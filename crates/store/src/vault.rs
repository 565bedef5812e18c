//! Seals what must be read again and fingerprints what must only be compared, each under a key of its own.
//!
//! All keys come from the one master key by HKDF-SHA256. What is sealed for one place (table, column, row) opens nowhere else.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub(crate) type Key = Zeroizing<[u8; 32]>;

/// XChaCha20-Poly1305, 24 bytes nonce, then the ciphertext with its tag.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// Holds the keys that the master key gives. Can't print them.
pub struct Vault {
    columns: Key,
    access_keys: Key,
    fingerprints: Key,
}

/// A sealed value didn't open: it was sealed under another master key, for another place, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was sealed under another master key or for another row, or was changed")]
pub struct SealError;

impl Vault {
    pub fn new(master_key: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, master_key);
        let derive = |purpose: &str| {
            let mut key = Key::default();
            hkdf.expand(purpose.as_bytes(), key.as_mut()).expect("32 bytes are within what HKDF-SHA256 can give");
            key
        };
        Self {
            columns: derive("ai-gateway/column/v1"),
            access_keys: derive("ai-gateway/access-key/v1"),
            fingerprints: derive("ai-gateway/fingerprint/v1"),
        }
    }

    /// Seals a value for one column of one row.
    pub fn seal(&self, table: &str, column: &str, row_id: i64, plaintext: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        self.seal_at(&place(table, column, &row_id.to_be_bytes()), plaintext)
    }

    /// Opens what [`Vault::seal`] sealed for the same place.
    pub fn open(&self, table: &str, column: &str, row_id: i64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open_at(&place(table, column, &row_id.to_be_bytes()), sealed)
    }

    /// [`Vault::seal`] for a row that has a name instead of a number.
    pub(crate) fn seal_named(
        &self,
        table: &str,
        column: &str,
        row: &str,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, getrandom::Error> {
        self.seal_at(&place(table, column, row.as_bytes()), plaintext)
    }

    pub(crate) fn open_named(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open_at(&place(table, column, row.as_bytes()), sealed)
    }

    fn seal_at(&self, place: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: place })
            .expect("a column's value is far below the cipher's limit of 256 GiB");
        let mut sealed = Vec::with_capacity(1 + NONCE + ciphertext.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    fn open_at(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&format, rest) = sealed.split_first().ok_or(SealError)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError)?;
        if format != FORMAT {
            return Err(SealError);
        }
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: place })
            .map(Zeroizing::new)
            .map_err(|_| SealError)
    }

    /// What is stored of an access key's secret. Bound to the key's public part.
    pub fn access_key_mac(&self, public_id: &str, secret: &str) -> [u8; 32] {
        mac(&self.access_keys, &[public_id.as_bytes(), secret.as_bytes()])
    }

    /// Tells equal provider keys apart from different ones; can't be guessed without the master key.
    pub(crate) fn fingerprint(&self, secret: &str) -> [u8; 32] {
        mac(&self.fingerprints, &[secret.as_bytes()])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.columns).into())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

fn mac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&**key).expect("HMAC takes any length");
    for part in parts {
        mac.update(&length(part));
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Where a value belongs, such that no two places read the same.
fn place(table: &str, column: &str, row: &[u8]) -> Vec<u8> {
    let mut place = vec![FORMAT];
    for part in [table, column] {
        place.extend_from_slice(&length(part.as_bytes()));
        place.extend_from_slice(part.as_bytes());
    }
    place.extend_from_slice(row);
    place
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_sealed_value_opens_where_it_was_sealed() {
        let vault = Vault::new(&KEY);
        let sealed = vault.seal("channel_keys", "sealed", 1, b"sk-1").unwrap();
        let opened = vault.open("channel_keys", "sealed", 1, &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"sk-1");
    }

    #[test]
    fn a_sealed_value_opens_nowhere_else() {
        let vault = Vault::new(&KEY);
        let sealed = vault.seal("ab", "c", 1, b"sk-1").unwrap();
        for (table, column, row) in [("ab", "c", 2), ("ab", "d", 1), ("x", "c", 1), ("a", "bc", 1)] {
            assert_eq!(vault.open(table, column, row, &sealed), Err(SealError));
        }
        let other = Vault::new(&[8; 32]);
        assert_eq!(other.open("ab", "c", 1, &sealed), Err(SealError));
    }

    #[test]
    fn a_changed_value_does_not_open() {
        let vault = Vault::new(&KEY);
        let sealed = vault.seal("t", "c", 1, b"sk-1").unwrap();
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(vault.open("t", "c", 1, &changed), Err(SealError), "byte {i}");
            assert_eq!(vault.open("t", "c", 1, &sealed[..i]), Err(SealError));
        }
    }

    #[test]
    fn the_same_value_never_seals_to_the_same_bytes() {
        let vault = Vault::new(&KEY);
        let seal = || vault.seal("t", "c", 1, b"sk-1").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn sealing_hides_the_value() {
        let vault = Vault::new(&KEY);
        let sealed = vault.seal("t", "c", 1, b"sk-canary").unwrap();
        assert!(!sealed.windows(9).any(|window| window == b"sk-canary"));
        assert!(!format!("{vault:?}").contains('7'));
    }

    #[test]
    fn a_mac_belongs_to_one_id_and_one_secret() {
        let vault = Vault::new(&KEY);
        let mac = vault.access_key_mac("ab", "c");
        assert_ne!(mac, vault.access_key_mac("a", "bc"));
        assert_ne!(mac, vault.access_key_mac("ab", "d"));
        assert_ne!(mac, Vault::new(&[8; 32]).access_key_mac("ab", "c"));
    }
}
