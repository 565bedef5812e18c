//! Tokens by class, as upstreams tell them.

use api::bill::MOST_TOKENS;
pub use api::bill::Usage;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// What stood where usage is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Told {
    #[default]
    Nothing,
    Usage(Usage),
    /// Something that can't be true, or can be read in two ways. It would become someone's bill, so it isn't believed.
    Anomalous,
}

impl Told {
    pub(crate) fn usage(self) -> Option<Usage> {
        if let Self::Usage(usage) = self { Some(usage) } else { None }
    }
}

/// `usage` as OpenAI-compatible upstreams send it.
#[derive(Debug, Deserialize)]
struct Wire<'a> {
    #[serde(default, deserialize_with = "count")]
    prompt_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    completion_tokens: Option<i64>,
    /// Embeddings of some vendors send this alone.
    #[serde(default, deserialize_with = "count")]
    total_tokens: Option<i64>,
    #[serde(borrow, default)]
    prompt_tokens_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    completion_tokens_details: Option<&'a RawValue>,
    /// One vendor's spelling of `prompt_tokens_details.cached_tokens`.
    #[serde(default, deserialize_with = "count")]
    prompt_cache_hit_tokens: Option<i64>,
    /// Another's.
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<i64>,
    /// Pictures that were made, where a vendor counts them.
    #[serde(default, deserialize_with = "count")]
    generated_images: Option<i64>,
    /// As another one calls them.
    #[serde(default, deserialize_with = "count")]
    image_count: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct PromptDetails<'a> {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_tokens: Option<i64>,
    /// What vendors call `cache_write_tokens` that took the name from another protocol.
    #[serde(default, deserialize_with = "count")]
    cache_creation_input_tokens: Option<i64>,
    #[serde(borrow, default)]
    cache_creation: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "count")]
    audio_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    image_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct CacheCreation {
    #[serde(default, deserialize_with = "count")]
    ephemeral_5m_input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    ephemeral_1h_input_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct CompletionDetails {
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    audio_tokens: Option<i64>,
}

/// Reads a `usage` member.
pub(crate) fn read(raw: Option<&RawValue>) -> Told {
    match raw {
        None => Told::Nothing,
        Some(raw) => object::<Wire<'_>>(Some(raw)).and_then(Wire::read).unwrap_or_else(|told| told),
    }
}

/// `usage` as Responses has it: the same by other names.
#[derive(Debug, Deserialize)]
struct ResponsesWire<'a> {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    total_tokens: Option<i64>,
    #[serde(borrow, default)]
    input_tokens_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output_tokens_details: Option<&'a RawValue>,
}

/// Reads a `usage` member of Responses.
pub(crate) fn read_responses(raw: Option<&RawValue>) -> Told {
    let Some(raw) = raw else { return Told::Nothing };
    let read = object::<ResponsesWire<'_>>(Some(raw)).and_then(|wire| {
        let wire = Wire {
            prompt_tokens: wire.input_tokens,
            completion_tokens: wire.output_tokens,
            total_tokens: wire.total_tokens,
            prompt_tokens_details: wire.input_tokens_details,
            completion_tokens_details: wire.output_tokens_details,
            prompt_cache_hit_tokens: None,
            generated_images: None,
            image_count: None,
            cached_tokens: None,
        };
        wire.read()
    });
    read.unwrap_or_else(|told| told)
}

impl Wire<'_> {
    fn read(self) -> Result<Told, Told> {
        if self.prompt_tokens.is_none() && self.completion_tokens.is_none() && self.total_tokens.is_none() {
            return Ok(Told::Nothing);
        }
        let input_details: PromptDetails<'_> = details(self.prompt_tokens_details)?;
        let output_details: CompletionDetails = details(self.completion_tokens_details)?;
        let created: CacheCreation = details(input_details.cache_creation)?;
        let cache_write_1h = created.ephemeral_1h_input_tokens.unwrap_or(0);
        let mut usage = Usage {
            input: self.prompt_tokens.or(self.total_tokens).unwrap_or(0),
            output: self.completion_tokens.unwrap_or(0),
            cache_read: input_details
                .cached_tokens
                .or(self.prompt_cache_hit_tokens)
                .or(self.cached_tokens)
                .unwrap_or(0),
            cache_write: input_details
                .cache_write_tokens
                .or(input_details.cache_creation_input_tokens)
                .unwrap_or_else(|| created.ephemeral_5m_input_tokens.unwrap_or(0).saturating_add(cache_write_1h)),
            cache_write_1h,
            input_audio: input_details.audio_tokens.unwrap_or(0),
            input_image: input_details.image_tokens.unwrap_or(0),
            reasoning: output_details.reasoning_tokens.unwrap_or(0),
            output_audio: output_details.audio_tokens.unwrap_or(0),
            images: self.generated_images.or(self.image_count).unwrap_or(0),
        };
        if let (Some(prompt), Some(completion), Some(total)) =
            (self.prompt_tokens, self.completion_tokens, self.total_tokens)
        {
            // Some vendors leave reasoning out of `completion_tokens` and count it in the total only.
            let hidden = total.saturating_sub(prompt).saturating_sub(completion);
            if hidden > 0 && (usage.reasoning == hidden || usage.reasoning == 0) {
                usage.output = usage.output.saturating_add(hidden);
                usage.reasoning = hidden;
            }
        }
        if is_plausible(&usage) { Ok(Told::Usage(usage)) } else { Err(Told::Anomalous) }
    }
}

pub(crate) fn is_plausible(usage: &Usage) -> bool {
    let Usage { input, output, cache_read, cache_write, cache_write_1h, .. } = *usage;
    let Usage { input_audio, input_image, reasoning, output_audio, images, .. } = *usage;
    [input, output, cache_read, cache_write, cache_write_1h, input_audio, input_image, reasoning, output_audio, images]
        .iter()
        .all(|n| (0..=MOST_TOKENS).contains(n))
        && cache_read + cache_write <= input
        && cache_write_1h <= cache_write
        && input_audio <= input
        && input_image <= input
        && reasoning <= output
        && output_audio <= output
}

/// An object's members; [`Told::Nothing`] for what is no object, [`Told::Anomalous`] for one that has a member twice.
fn object<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, Told> {
    let text = raw.map_or("", RawValue::get);
    if !text.starts_with('{') {
        return Err(Told::Nothing);
    }
    serde_json::from_str(text).map_err(|_| Told::Anomalous)
}

/// Details that may be missing.
fn details<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> Result<T, Told> {
    match object(raw) {
        Err(Told::Nothing) => Ok(T::default()),
        details => details,
    }
}

/// A whole number, or nothing for `null`. Whatever else stands there reads as -1, which isn't plausible.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    Ok((raw != "null").then(|| raw.parse::<i64>().unwrap_or(-1)))
}

/// Tokens that a text of so many bytes is at most likely to have; generous, because it stands in for a bill.
pub fn estimate_tokens(bytes: usize) -> i64 {
    i64::try_from(bytes.div_ceil(3)).unwrap_or(MOST_TOKENS).min(MOST_TOKENS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(json: &str) -> Told {
        read(Some(serde_json::from_str(json).unwrap()))
    }

    fn usage(json: &str) -> Usage {
        match told(json) {
            Told::Usage(usage) => usage,
            told => panic!("{told:?}: {json}"),
        }
    }

    #[test]
    fn every_class_is_read() {
        let usage = usage(
            r#"{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29,
                "prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2,"audio_tokens":3,"image_tokens":1,
                    "cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":1}},
                "completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":2}}"#,
        );
        assert_eq!(
            usage,
            Usage {
                input: 20,
                output: 9,
                cache_read: 4,
                cache_write: 2,
                cache_write_1h: 1,
                input_audio: 3,
                input_image: 1,
                reasoning: 5,
                output_audio: 2,
                images: 0,
            }
        );
    }

    #[test]
    fn vendors_spellings_of_cached_tokens_are_read() {
        for json in [
            r#"{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
            r#"{"prompt_tokens":10,"cached_tokens":4}"#,
        ] {
            assert_eq!(usage(json).cache_read, 4, "{json}");
        }
        for details in [
            r#"{"cache_creation_input_tokens":4}"#,
            r#"{"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":1}}"#,
        ] {
            let json = format!(r#"{{"prompt_tokens":10,"prompt_tokens_details":{details}}}"#);
            assert_eq!(usage(&json).cache_write, 4, "{json}");
        }
    }

    #[test]
    fn pictures_are_counted_where_the_usage_counts_them() {
        assert_eq!(usage(r#"{"total_tokens":4096,"generated_images":2}"#).images, 2);
        assert_eq!(usage(r#"{"prompt_tokens":10,"image_count":3}"#).images, 3);
        assert_eq!(usage(r#"{"prompt_tokens":10}"#).images, 0);
    }

    #[test]
    fn reasoning_that_only_the_total_has_is_output() {
        for (json, expected) in [
            (
                r#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":19,
                    "completion_tokens_details":{"reasoning_tokens":7}}"#,
                (9, 7),
            ),
            (r#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":19}"#, (9, 7)),
            (
                r#"{"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,
                    "completion_tokens_details":{"reasoning_tokens":7}}"#,
                (9, 7),
            ),
        ] {
            let usage = usage(json);
            assert_eq!((usage.output, usage.reasoning), expected, "{json}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_true_are_not_believed() {
        for json in [
            r#"{"prompt_tokens":-1000000}"#,
            r#"{"prompt_tokens":1e300}"#,
            r#"{"prompt_tokens":1.5}"#,
            r#"{"prompt_tokens":"12"}"#,
            r#"{"prompt_tokens":[1]}"#,
            r#"{"prompt_tokens":99999999999999999999}"#,
            r#"{"prompt_tokens":1,"completion_tokens":4294967296}"#,
            r#"{"prompt_tokens":9223372036854775807,"total_tokens":-9223372036854775808,"completion_tokens":1}"#,
            r#"{"prompt_tokens":1,"completion_tokens_details":{"reasoning_tokens":-5}}"#,
            r#"{"prompt_tokens":5,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":2}}"#,
            r#"{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":6}}"#,
            r#"{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":3}}"#,
            r#"{"prompt_tokens":5,"prompt_tokens_details":{"audio_tokens":6}}"#,
        ] {
            assert_eq!(told(json), Told::Anomalous, "{json}");
        }
    }

    #[test]
    fn numbers_that_stand_twice_are_not_believed() {
        for json in [
            r#"{"prompt_tokens":1,"prompt_tokens":1000}"#,
            r#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":1,"cached_tokens":9}}"#,
        ] {
            assert_eq!(told(json), Told::Anomalous, "{json}");
        }
    }

    #[test]
    fn strange_members_do_not_cost_the_rest() {
        let json = r#"{"prompt_tokens":3,"completion_tokens":null,"prompt_tokens_details":"none","cost":"0.1"}"#;
        assert_eq!(usage(json), Usage { input: 3, ..Usage::default() });
        for json in ["{}", "null", "7", "[]", r#""x""#, r#"{"cost":1}"#] {
            assert_eq!(told(json), Told::Nothing, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_is_believed_is_within_bounds(
            prompt in any::<i64>(), completion in -10i64..1 << 33, total in any::<i64>(), cached in any::<i64>(),
            written in any::<i64>(), hour in any::<i64>(), reasoning in any::<i64>(),
        ) {
            let json = format!(
                r#"{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{total},
                    "prompt_tokens_details":{{"cached_tokens":{cached},"cache_write_tokens":{written},
                    "cache_creation":{{"ephemeral_1h_input_tokens":{hour}}}}},
                    "completion_tokens_details":{{"reasoning_tokens":{reasoning}}}}}"#
            );
            if let Told::Usage(usage) = told(&json) {
                prop_assert!(is_plausible(&usage));
            }
        }
    }
}
