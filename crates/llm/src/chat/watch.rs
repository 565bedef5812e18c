//! The parts of a streamed chunk that are looked at on its way through.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    through::{Seen, Watch},
    usage,
};

/// Looks at chunks, each of which says all by itself.
#[derive(Debug)]
pub(crate) struct Watcher;

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    /// A quirk of one vendor, that puts its usage here.
    #[serde(borrow, default, rename = "x_groq")] // quirk
    nested: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    finish_reason: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow, default)]
    function_call: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Nested<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

impl Watch for Watcher {
    fn look(&mut self, data: &[u8]) -> Seen {
        if data == b"[DONE]" {
            return Seen { ended: true, ..Seen::default() };
        }
        read(data)
    }
}

fn read(data: &[u8]) -> Seen {
    let Ok(wire) = serde_json::from_slice::<Wire<'_>>(data) else {
        return Seen::default();
    };
    let choices = wire.choices.unwrap_or_default();
    let nested = wire.nested.and_then(|raw| serde_json::from_str::<Nested<'_>>(raw.get()).ok());
    let usage = usage::read(wire.usage.or(nested.and_then(|nested| nested.usage)));
    Seen {
        content: choices.iter().map(Choice::content).sum(),
        finished: choices.iter().any(|choice| choice.finish_reason.is_some_and(|raw| raw.get().len() > 2)),
        is_usage_only: choices.is_empty() && wire.usage.is_some() && wire.error.is_none(),
        usage,
        error: wire.error.map(|raw| error_text(raw.get())),
        ended: false,
    }
}

impl Choice<'_> {
    fn content(&self) -> usize {
        let delta = self.delta.as_ref().map_or(0, |delta| {
            [
                delta.content,
                delta.reasoning_content,
                delta.reasoning,
                delta.refusal,
                delta.tool_calls,
                delta.function_call,
            ]
            .into_iter()
            .map(text_bytes)
            .sum()
        });
        delta + text_bytes(self.text)
    }
}

/// Bytes of a text; of an array or object, of all of it: close enough for what is only counted when nobody else does.
fn text_bytes(raw: Option<&RawValue>) -> usize {
    raw.map_or(0, |raw| raw.get().len().saturating_sub(2))
}

/// The message of an error object, or the whole of what stands there.
fn error_text(raw: &str) -> String {
    #[derive(Deserialize)]
    struct Error {
        message: String,
    }
    serde_json::from_str::<Error>(raw).map_or_else(|_| raw.to_owned(), |error| error.message)
}
