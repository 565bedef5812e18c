//! The parts of a streamed event that are looked at on its way through.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::usage;
use crate::{
    json::Text,
    through::{Seen, Watch},
};

/// Looks at events, each of which says all by itself. Nothing marks the end but the reason for it.
#[derive(Debug)]
pub(crate) struct Watcher;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    prompt_feedback: Option<Feedback<'a>>,
    #[serde(borrow, default)]
    usage_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<Words<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow, default)]
    content: Option<Content<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    parts: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback<'a> {
    #[serde(borrow, default)]
    block_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
}

impl Watch for Watcher {
    fn look(&mut self, data: &[u8]) -> Seen {
        let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else { return Seen::default() };
        let candidates = event.candidates.unwrap_or_default();
        let blocked = event.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some());
        Seen {
            finished: blocked || candidates.iter().any(|candidate| candidate.finish_reason.is_some()),
            content: candidates.iter().map(Candidate::size).sum(),
            usage: usage::read(event.usage_metadata),
            error: event.error.map(|error| {
                let words = error.message.map(|text| text.decode().into_owned());
                words.unwrap_or_else(|| "The provider failed.".to_owned())
            }),
            ..Seen::default()
        }
    }
}

impl Candidate<'_> {
    fn size(&self) -> usize {
        let parts = self.content.as_ref().and_then(|content| content.parts.as_deref()).unwrap_or_default();
        parts.iter().map(|raw| size(raw)).sum()
    }
}

/// Of a text its length; of anything else, such as a call, the whole.
fn size(raw: &RawValue) -> usize {
    match serde_json::from_str::<Part<'_>>(raw.get()) {
        Ok(Part { text: Some(text) }) => text.len(),
        _ => raw.get().len(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use crate::{Dialect, How, Through, Usage};

    const STREAM: &str = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}],\"role\":\"model\"}}],\"usageMetadata\":{\"promptTokenCount\":4}}\r\n\r\n\
        data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":2,\"thoughtsTokenCount\":3}}\r\n\r\n";

    fn run(chunks: &[&[u8]]) -> (String, crate::Summary) {
        let mut through = Through::new(Dialect::Gemini, false);
        let mut out = BytesMut::new();
        for chunk in chunks {
            through.feed(chunk, &mut out);
        }
        through.finish(How::Eof, &mut out);
        out.extend_from_slice(&through.take_tail());
        (String::from_utf8(out.to_vec()).unwrap(), through.summary().clone())
    }

    #[test]
    fn a_stream_passes_byte_for_byte_however_it_is_cut() {
        let usage = Usage { input: 4, output: 5, reasoning: 3, ..Usage::default() };
        for at in 0..STREAM.len() {
            let (a, b) = STREAM.as_bytes().split_at(at);
            let (out, summary) = run(&[a, b]);
            assert_eq!(out, STREAM, "cut at {at}");
            assert_eq!((summary.usage, summary.content, summary.error), (Some(usage), 5, None));
        }
    }

    #[test]
    fn a_stream_without_a_reason_to_end_ends_in_an_error() {
        let first = STREAM.find("\r\n\r\n").unwrap() + 4;
        let (out, summary) = run(&[&STREAM.as_bytes()[..first]]);
        assert!(out.contains("\"error\":{\"code\":502"), "{out}");
        assert!(summary.error.is_some());
    }
}
