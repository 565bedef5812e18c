//! Tokens as this dialect counts them: the whole is told, and parts of it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Usage,
    json::write::Object,
    usage::{Told, count, is_plausible},
};

#[derive(Debug, Default, Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<i64>,
    #[serde(default)]
    input_tokens_details: Option<InputDetails>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<i64>,
    #[serde(default)]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Default, Deserialize)]
struct InputDetails {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct OutputDetails {
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<i64>,
}

/// Reads `usage`.
pub(super) fn read(raw: Option<&RawValue>) -> Told {
    let Some(raw) = raw.filter(|raw| raw.get().starts_with('{')) else { return Told::Nothing };
    let Ok(wire) = serde_json::from_str::<Wire>(raw.get()) else { return Told::Anomalous };
    let (Some(input), Some(output)) = (wire.input_tokens, wire.output_tokens) else { return Told::Nothing };
    let details = wire.input_tokens_details.unwrap_or_default();
    let usage = Usage {
        input,
        output,
        cache_read: details.cached_tokens.unwrap_or(0),
        cache_write: details.cache_write_tokens.unwrap_or(0),
        reasoning: wire.output_tokens_details.and_then(|details| details.reasoning_tokens).unwrap_or(0),
        ..Usage::default()
    };
    if is_plausible(&usage) { Told::Usage(usage) } else { Told::Anomalous }
}

pub(super) fn write_usage(usage: &Usage, out: &mut Object<'_>) {
    out.int("input_tokens", usage.input);
    {
        let mut details = out.object("input_tokens_details");
        details.int("cached_tokens", usage.cache_read);
        if usage.cache_write > 0 {
            details.int("cache_write_tokens", usage.cache_write);
        }
    }
    out.int("output_tokens", usage.output);
    out.object("output_tokens_details").int("reasoning_tokens", usage.reasoning);
    out.int("total_tokens", usage.input.saturating_add(usage.output));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_the_same_and_what_cannot_be_true_is_not_believed() {
        let usage = Usage { input: 100, output: 20, cache_read: 60, cache_write: 5, reasoning: 10, ..Usage::default() };
        let mut out = bytes::BytesMut::new();
        write_usage(&usage, &mut Object::new(&mut out));
        assert_eq!(read(Some(serde_json::from_slice(&out).unwrap())), Told::Usage(usage));
        for json in [r#"{"input_tokens":-1,"output_tokens":0}"#, r#"{"input_tokens":1,"output_tokens":1e99}"#] {
            assert_eq!(read(Some(serde_json::from_str(json).unwrap())), Told::Anomalous, "{json}");
        }
    }
}
