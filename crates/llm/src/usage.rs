//! Tokens by class.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// What a request used. `cache_read` and `cache_write` are parts of `input`, `reasoning` of `output`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: i64,
    pub output: i64,
    pub cache_read: i64,
    pub cache_write: i64,
    pub reasoning: i64,
}

/// More than any request can use. An upstream that claims more, or less than nothing, isn't believed: its numbers
/// would become someone's bill.
const MOST_TOKENS: i64 = 1 << 31;

impl Usage {
    /// `None` if a number can't be true.
    pub(crate) fn plausible(self) -> Option<Self> {
        let parts = [self.input, self.output, self.cache_read, self.cache_write, self.reasoning];
        parts.iter().all(|n| (0..=MOST_TOKENS).contains(n)).then_some(self)
    }
}

/// `usage` as OpenAI-compatible upstreams send it.
#[derive(Debug, Deserialize)]
pub(crate) struct Wire {
    #[serde(default, deserialize_with = "count")]
    prompt_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    completion_tokens: Option<i64>,
    /// Embeddings of some vendors send this alone.
    #[serde(default, deserialize_with = "count")]
    total_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens_details: Option<CompletionDetails>,
    /// One vendor's spelling of `prompt_tokens_details.cached_tokens`.
    #[serde(default, deserialize_with = "count")]
    prompt_cache_hit_tokens: Option<i64>,
    /// Another's.
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct PromptDetails {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct CompletionDetails {
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<i64>,
}

impl Wire {
    /// `None` if it says nothing, or something that can't be true.
    pub(crate) fn read(&self) -> Option<Usage> {
        if self.prompt_tokens.is_none() && self.completion_tokens.is_none() && self.total_tokens.is_none() {
            return None;
        }
        let input = self.prompt_tokens.or(self.total_tokens).unwrap_or(0);
        let details = self.prompt_tokens_details.as_ref();
        Usage {
            input,
            output: self.completion_tokens.unwrap_or(0),
            cache_read: details
                .and_then(|details| details.cached_tokens)
                .or(self.prompt_cache_hit_tokens)
                .or(self.cached_tokens)
                .unwrap_or(0),
            cache_write: details.and_then(|details| details.cache_write_tokens).unwrap_or(0),
            reasoning: self
                .completion_tokens_details
                .as_ref()
                .and_then(|details| details.reasoning_tokens)
                .unwrap_or(0),
        }
        .plausible()
    }
}

/// A whole number, or nothing for whatever else stands there: a strange member must not cost the rest. A number that
/// doesn't fit reads as -1, which [`Usage::plausible`] refuses.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    Ok(raw.parse::<i64>().ok().or_else(|| raw.starts_with(|c: char| c.is_ascii_digit() || c == '-').then_some(-1)))
}

fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_str(<&RawValue>::deserialize(deserializer)?.get()).ok())
}

/// Tokens that a text of so many bytes is at most likely to have; generous, because it stands in for a bill.
pub fn estimate_tokens(bytes: usize) -> i64 {
    i64::try_from(bytes.div_ceil(3)).unwrap_or(MOST_TOKENS).min(MOST_TOKENS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Usage> {
        serde_json::from_str::<Wire>(json).unwrap().read()
    }

    #[test]
    fn every_class_is_read() {
        let usage = read(
            r#"{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,
                "prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2,"audio_tokens":0},
                "completion_tokens_details":{"reasoning_tokens":5}}"#,
        );
        assert_eq!(usage, Some(Usage { input: 10, output: 7, cache_read: 4, cache_write: 2, reasoning: 5 }));
    }

    #[test]
    fn vendors_spellings_of_cached_tokens_are_read() {
        for json in [
            r#"{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
            r#"{"prompt_tokens":10,"cached_tokens":4}"#,
        ] {
            assert_eq!(read(json).unwrap().cache_read, 4, "{json}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_true_are_not_believed() {
        for json in [
            r#"{"prompt_tokens":-1000000}"#,
            r#"{"prompt_tokens":1e300}"#,
            r#"{"prompt_tokens":1.5}"#,
            r#"{"prompt_tokens":99999999999999999999}"#,
            r#"{"prompt_tokens":1,"completion_tokens":4294967296}"#,
            r#"{"prompt_tokens":1,"completion_tokens_details":{"reasoning_tokens":-5}}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn strange_members_do_not_cost_the_rest() {
        let usage = read(r#"{"prompt_tokens":3,"completion_tokens":null,"prompt_tokens_details":"none"}"#);
        assert_eq!(usage, Some(Usage { input: 3, ..Usage::default() }));
        assert_eq!(read("{}"), None);
    }
}
