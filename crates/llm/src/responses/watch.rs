//! The parts of a streamed event that are looked at on its way through.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    json::Text,
    through::{Seen, Watch},
    usage,
};

/// Looks at events. Usage comes with the last one.
#[derive(Debug)]
pub(crate) struct Watcher;

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    item: Option<Item<'a>>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
}

impl Watch for Watcher {
    fn look(&mut self, data: &[u8]) -> Seen {
        let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else { return Seen::default() };
        let kind = event.kind.as_ref().map(Text::escaped).unwrap_or_default();
        let mut seen = Seen::default();
        match kind {
            "response.completed" | "response.incomplete" => (seen.finished, seen.ended) = (true, true),
            "response.failed" | "response.cancelled" | "error" => {
                let inner = event.response.as_ref().and_then(|response| response.error.as_ref()?.message.as_ref());
                let words = inner.or(event.message.as_ref()).map(|text| text.decode().into_owned());
                seen.error = Some(words.unwrap_or_else(|| "The provider failed.".to_owned()));
            }
            // What a call is of is content too: whoever sees it begins to wait for the rest.
            "response.output_item.added" => {
                seen.content = event.item.and_then(|item| item.name).map_or(0, |name| name.len());
            }
            _ => seen.content = event.delta.and_then(Text::of).map_or(0, |text| text.len()),
        }
        seen.usage = usage::read_responses(event.response.and_then(|response| response.usage));
        seen
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use crate::{Dialect, How, Through, Usage};

    const STREAM: &str = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"usage\":null}}\n\n\
        event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hello\"}\n\n\
        event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"text\":\"Hello\"}\n\n\
        event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":4,\"output_tokens_details\":{\"reasoning_tokens\":1}}}}\n\n";

    fn run(chunks: &[&[u8]]) -> (String, String, crate::Summary) {
        let mut through = Through::new(Dialect::Responses, false);
        let mut out = BytesMut::new();
        for chunk in chunks {
            through.feed(chunk, &mut out);
        }
        through.finish(How::Eof, &mut out);
        let tail = through.take_tail();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&out), text(&tail), through.summary().clone())
    }

    #[test]
    fn a_stream_passes_byte_for_byte_however_it_is_cut() {
        let usage = Usage { input: 9, output: 4, reasoning: 1, ..Usage::default() };
        for at in 0..STREAM.len() {
            let (a, b) = STREAM.as_bytes().split_at(at);
            let (out, tail, summary) = run(&[a, b]);
            assert_eq!(out + &tail, STREAM, "cut at {at}");
            assert!(tail.starts_with("event: response.completed"));
            assert_eq!((summary.usage, summary.content, summary.error), (Some(usage), 5, None));
        }
    }

    #[test]
    fn a_stream_that_ends_early_ends_in_an_error() {
        let end = STREAM.find("event: response.completed").unwrap();
        let (out, _, summary) = run(&[&STREAM.as_bytes()[..end]]);
        assert!(out.ends_with("\n\n") && out.contains("response.failed"), "{out}");
        assert!(summary.error.is_some());
    }

    #[test]
    fn an_upstreams_own_failure_passes_and_is_known() {
        let event = "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"Overloaded\"}}}\n\n";
        let mut through = Through::new(Dialect::Responses, false);
        let mut out = BytesMut::new();
        through.feed(event.as_bytes(), &mut out);
        assert_eq!(through.failed_first(), Some("Overloaded"));
    }
}
