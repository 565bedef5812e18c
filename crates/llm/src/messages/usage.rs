//! Tokens as this dialect counts them: what caches are read from and written to is not in `input_tokens`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Usage,
    convert::fresh,
    json::write::Object,
    usage::{Told, count, is_plausible},
};

#[derive(Debug, Default, Deserialize)]
struct Wire<'a> {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_creation_input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_read_input_tokens: Option<i64>,
    #[serde(borrow, default)]
    cache_creation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output_tokens_details: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
struct CacheCreation {
    #[serde(default, deserialize_with = "count")]
    ephemeral_5m_input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    ephemeral_1h_input_tokens: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct OutputDetails {
    #[serde(default, deserialize_with = "count")]
    thinking_tokens: Option<i64>,
}

/// What has been told so far. A stream tells it in parts, and corrects itself: the last word of each counts.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    input: Option<i64>,
    output: Option<i64>,
    read: Option<i64>,
    write: Option<i64>,
    write_1h: Option<i64>,
    thinking: Option<i64>,
    anomalous: bool,
}

impl Counts {
    pub(super) fn hear(&mut self, raw: Option<&RawValue>) {
        let Some(raw) = raw.filter(|raw| raw.get().starts_with('{')) else { return };
        let Ok(wire) = serde_json::from_str::<Wire<'_>>(raw.get()) else {
            self.anomalous = true;
            return;
        };
        let created: CacheCreation = parse(wire.cache_creation);
        let details: OutputDetails = parse(wire.output_tokens_details);
        let split = created.ephemeral_5m_input_tokens.zip(created.ephemeral_1h_input_tokens);
        let written = wire.cache_creation_input_tokens.or(split.map(|(short, long)| short.saturating_add(long)));
        self.input = wire.input_tokens.or(self.input);
        self.output = wire.output_tokens.or(self.output);
        self.read = wire.cache_read_input_tokens.or(self.read);
        self.write = written.or(self.write);
        self.write_1h = created.ephemeral_1h_input_tokens.or(self.write_1h);
        self.thinking = details.thinking_tokens.or(self.thinking);
    }

    pub(super) fn told(&self) -> Told {
        if self.anomalous {
            return Told::Anomalous;
        }
        if self.input.is_none() && self.output.is_none() {
            return Told::Nothing;
        }
        let [input, read, write] = [self.input, self.read, self.write].map(|tokens| tokens.unwrap_or(0));
        let usage = Usage {
            input: input.saturating_add(read).saturating_add(write),
            output: self.output.unwrap_or(0),
            cache_read: read,
            cache_write: write,
            cache_write_1h: self.write_1h.unwrap_or(0),
            reasoning: self.thinking.unwrap_or(0),
            ..Usage::default()
        };
        if input >= 0 && is_plausible(&usage) { Told::Usage(usage) } else { Told::Anomalous }
    }
}

fn parse<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

pub(super) fn write_usage(usage: &Usage, out: &mut Object<'_>) {
    out.int("input_tokens", fresh(usage));
    out.int("cache_creation_input_tokens", usage.cache_write).int("cache_read_input_tokens", usage.cache_read);
    out.object("cache_creation")
        .int("ephemeral_5m_input_tokens", usage.cache_write - usage.cache_write_1h)
        .int("ephemeral_1h_input_tokens", usage.cache_write_1h);
    out.int("output_tokens", usage.output);
    if usage.reasoning > 0 {
        out.object("output_tokens_details").int("thinking_tokens", usage.reasoning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(parts: &[&str]) -> Told {
        let mut counts = Counts::default();
        for part in parts {
            counts.hear(Some(serde_json::from_str(part).unwrap()));
        }
        counts.told()
    }

    #[test]
    fn what_caches_hold_is_part_of_the_input_and_the_last_word_counts() {
        let Told::Usage(usage) = told(&[
            r#"{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":100,
                "cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3},"output_tokens":1}"#,
            r#"{"input_tokens":12,"output_tokens":40,"output_tokens_details":{"thinking_tokens":30}}"#,
        ]) else {
            panic!("told")
        };
        let expected = Usage {
            input: 117,
            output: 40,
            cache_read: 100,
            cache_write: 5,
            cache_write_1h: 3,
            reasoning: 30,
            ..Usage::default()
        };
        assert_eq!(usage, expected);
        let mut out = bytes::BytesMut::new();
        write_usage(&usage, &mut Object::new(&mut out));
        assert_eq!(told(&[std::str::from_utf8(&out).unwrap()]), Told::Usage(usage));
    }

    #[test]
    fn usage_that_cannot_be_true_is_not_believed() {
        for part in [
            r#"{"input_tokens":-1,"output_tokens":1}"#,
            r#"{"input_tokens":1e300}"#,
            r#"{"input_tokens":1,"input_tokens":2}"#,
        ] {
            assert_eq!(told(&[part]), Told::Anomalous, "{part}");
        }
        assert_eq!(told(&["{}"]), Told::Nothing);
    }
}
