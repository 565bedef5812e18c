//! The text of an access key: `sk-aigw-<10 characters id>-<43 characters secret>`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

const PREFIX: &str = "sk-aigw-";
const ID_LEN: usize = 10;
/// Base64url of 256 bits.
const SECRET_LEN: usize = 43;
/// 32 characters, so that five random bits pick one without bias; none that reads like another.
const ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Splits an access key into its public id and its secret. `None` if it can't be one of this gateway's.
pub fn parse_access_key(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_at_checked(ID_LEN)?;
    let secret = secret.strip_prefix('-')?;
    let well_formed = id.bytes().all(|b| ID_ALPHABET.contains(&b))
        && secret.len() == SECRET_LEN
        && secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    well_formed.then_some((id, secret))
}

/// A new random key.
pub(crate) struct Generated {
    pub(crate) public_id: String,
    pub(crate) secret: Zeroizing<String>,
}

impl Generated {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; ID_LEN];
        getrandom::fill(&mut bytes)?;
        let public_id = bytes.iter().map(|b| char::from(ID_ALPHABET[usize::from(b & 31)])).collect();
        Ok(Self { public_id, secret: random_token()? })
    }

    /// The whole key, as clients present it.
    pub(crate) fn text(&self) -> String {
        format!("{PREFIX}{}-{}", self.public_id, *self.secret)
    }
}

/// 256 random bits in base64url.
pub(crate) fn random_token() -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut())?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
}

/// The last four characters of a secret long enough that they give nothing away.
pub(crate) fn last4(secret: &str) -> String {
    let mut last: Vec<char> = secret.chars().rev().take(4).collect();
    last.reverse();
    if secret.chars().count() < 12 {
        last.clear();
    }
    last.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_made_can_be_parsed() {
        for _ in 0..200 {
            let key = Generated::new().unwrap();
            let text = key.text();
            assert_eq!(parse_access_key(&text), Some((key.public_id.as_str(), key.secret.as_str())));
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let good = format!("sk-aigw-abcdefghij-{}", "A".repeat(43));
        assert!(parse_access_key(&good).is_some());
        for bad in [
            "",
            "sk-aigw-",
            "sk-proj-abcdefghij-AAAA",
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.replace("abc", "ABC"),
            &good.replace('A', "+"),
            &good.replace("j-A", "jAA"),
            &good.replace("abcdefghi", "日日日"),
        ] {
            assert_eq!(parse_access_key(bad), None, "{bad}");
        }
    }

    #[test]
    fn short_secrets_show_nothing() {
        assert_eq!(last4("sk-12345678"), "");
        assert_eq!(last4("sk-123456789"), "6789");
        assert_eq!(last4("日日日日日日日日日日月火水木"), "月火水木");
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_harm(text in "(sk-aigw-)?\\PC{0,70}") {
            if let Some((id, secret)) = parse_access_key(&text) {
                prop_assert_eq!(format!("sk-aigw-{id}-{secret}"), text);
            }
        }
    }
}
