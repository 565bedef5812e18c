//! The parts of a streamed event that are looked at on its way through.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::usage::Counts;
use crate::{
    json::Text,
    through::{Seen, Watch},
};

/// Looks at events. Usage is told in parts.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    counts: Counts,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    data: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    partial_json: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
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
        self.counts.hear(event.message.and_then(|message| message.usage));
        self.counts.hear(event.usage);
        let size = |texts: [Option<Text<'_>>; 3]| -> usize { texts.into_iter().flatten().map(|text| text.len()).sum() };
        let mut seen = Seen {
            // Its last word comes with the stop; until then it tells the input alone.
            usage: self.counts.told(),
            ended: kind == "message_stop",
            ..Seen::default()
        };
        if let Some(block) = event.content_block {
            seen.content += size([block.name, block.text, block.data]);
        }
        if let Some(delta) = event.delta {
            seen.finished = delta.stop_reason.is_some();
            seen.content += size([delta.text, delta.partial_json, delta.thinking]);
        }
        if kind == "error" {
            let words = event.error.and_then(|error| error.message).map(|text| text.decode().into_owned());
            seen.error = Some(words.unwrap_or_else(|| "The provider failed.".to_owned()));
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use crate::{Dialect, How, Through, Usage};

    const STREAM: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}\n\n\
        event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
        event: ping\ndata: {\"type\":\"ping\"}\n\n\
        event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n\
        event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
        event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\n\
        event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    fn run(chunks: &[&[u8]]) -> (String, String, crate::Summary) {
        let mut through = Through::new(Dialect::Messages, true);
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
        let usage = Usage { input: 15, cache_read: 5, output: 7, ..Usage::default() };
        for at in 0..STREAM.len() {
            let (a, b) = STREAM.as_bytes().split_at(at);
            let (out, tail, summary) = run(&[a, b]);
            assert_eq!(out + &tail, STREAM, "cut at {at}");
            assert!(tail.starts_with("event: message_stop"));
            assert_eq!((summary.usage, summary.content, summary.error), (Some(usage), 5, None));
        }
    }

    #[test]
    fn a_stream_that_ends_early_ends_in_an_error_of_its_own_dialect() {
        let stop = STREAM.find("event: message_delta").unwrap();
        let (out, _, summary) = run(&[&STREAM.as_bytes()[..stop]]);
        assert!(out.contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\""), "{out}");
        assert!(summary.error.is_some());
    }

    #[test]
    fn an_upstreams_own_error_passes_and_is_known() {
        let event = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
        let mut through = Through::new(Dialect::Messages, true);
        let mut out = BytesMut::new();
        through.feed(event.as_bytes(), &mut out);
        assert_eq!(through.failed_first(), Some("Overloaded"));
        through.finish(How::Eof, &mut out);
        assert_eq!(&out[..], event.as_bytes());
    }
}
