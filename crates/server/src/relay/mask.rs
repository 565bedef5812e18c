//! Takes credentials out of what is kept. Knows the shapes that well-known ones have, and names that stand before others.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// What stands instead.
const MASK: &[u8] = b"[masked]";

/// The first group stays; the rest of a match is masked.
const SHAPES: [&str; 5] = [
    // Keys and tokens that say by their beginning what they are, a quirk of each who gives them out.
    r"(?-u:\b)(sk-|sk_live_|sk_test_|rk_live_|pk_live_|aigw-pat-|AIza|AKIA|ASIA|gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|hf_|gsk_|xai-|npm_|pypi-|dop_v1_|shpat_|ya29\.)[A-Za-z0-9_\-.]{8,}",
    // JSON Web Tokens.
    r"(?-u:\b)(eyJ)[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?",
    r"(?i)((?-u:\b)(?:bearer|basic)\s+)[A-Za-z0-9._~+/=\-]{8,}",
    // Members by their name, also inside a text that is JSON itself.
    r#"(?i)(\\*"(?:api[_-]?key|x-api-key|x-goog-api-key|authorization|password|passwd|client[_-]?secret|secret[_-]?key|secret|access[_-]?token|refresh[_-]?token|id[_-]?token|private[_-]?key)\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])+"#,
    r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    SHAPES.into_iter().map(|shape| Regex::new(shape).expect("a shape is a regular expression")).collect()
});

/// The text without credentials. Takes a while for a long one: no work for a thread that serves connections.
pub(super) fn mask(text: &[u8]) -> Vec<u8> {
    let replacement = [&b"${1}"[..], MASK].concat();
    let mut text = text.to_vec();
    for pattern in PATTERNS.iter() {
        if let std::borrow::Cow::Owned(masked) = pattern.replace_all(&text, replacement.as_slice()) {
            text = masked;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8(mask(text.as_bytes())).unwrap()
    }

    #[test]
    fn known_kinds_of_credentials_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("my key is sk-proj-abcDEF0123456789, keep it", "my key is sk-[masked], keep it"),
            ("AIzaSyA0123456789abcdef", "AIza[masked]"),
            ("export GH=ghp_0123456789abcdefABCDEF\n", "export GH=ghp_[masked]\n"),
            ("Authorization: Bearer abc.def-0123456789==", "Authorization: Bearer [masked]"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0abc.sig", "eyJ[masked]"),
            (r#"{"password": "hunter2", "max_tokens": 5}"#, r#"{"password": "[masked]", "max_tokens": 5}"#),
            (
                r#"{"arguments":"{\"api_key\":\"abc123\",\"q\":1}"}"#,
                r#"{"arguments":"{\"api_key\":\"[masked]\",\"q\":1}"}"#,
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----x",
                "-----BEGIN RSA PRIVATE KEY-----[masked]x",
            ),
            ("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----[masked]"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in ["a task-based plan", "sk-", r#"{"model":"sk","token":"count"}"#, "the secret: nothing", "é中文 ok"]
        {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn what_is_no_text_stays_as_it_is() {
        assert_eq!(mask(&[0xff, 0xfe, b'a']), [0xff, 0xfe, b'a']);
    }
}
