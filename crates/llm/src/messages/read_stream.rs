//! Reads a stream's events.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    read_answer::{StopDetails, WireCitation, finish},
    usage::Counts,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Issuer, Seal},
    read_failure,
    stream::{BlockId, Opening, Pen, Piece, Start, StreamReader},
};

/// An event: the members of all of them, of which each has a few.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    index: Option<usize>,
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Block<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    data: Option<Text<'a>>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    partial_json: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    citation: Option<WireCitation<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_sequence: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_details: Option<StopDetails<'a>>,
}

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    counts: Counts,
    /// The provider's number of the block that is open, ours, and the call's arguments if they came with its beginning:
    /// they count only if no pieces follow.
    open: Option<(usize, BlockId, Option<String>)>,
    started: bool,
}

impl StreamReader for Reader {
    fn read(&mut self, _kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        let event: Event<'_> = match serde_json::from_slice(data) {
            Ok(event) => event,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        match &*event.kind.decode() {
            "message_start" => {
                if std::mem::replace(&mut self.started, true) {
                    // A proxy tried again and sent a second answer after the first.
                    let message = "The provider began a second answer in the middle of the first.";
                    return pen.fail(&Failure::new(Kind::BadGateway, message));
                }
                let Some(message) = event.message else { return };
                self.counts.hear(message.usage);
                pen.start(&Start {
                    id: message.id.map(Text::into_decoded).unwrap_or_default(),
                    model: message.model.map(Text::into_decoded).unwrap_or_default(),
                    created: None,
                    usage: self.counts.told(),
                });
            }
            "content_block_start" => self.begin(event.index.unwrap_or(0), event.content_block.unwrap_or_default(), pen),
            "content_block_delta" => self.piece(event.index.unwrap_or(0), event.delta.unwrap_or_default(), pen),
            "content_block_stop" => self.close(pen),
            "message_delta" => {
                self.counts.hear(event.usage);
                pen.usage(self.counts.told());
                let delta = event.delta.unwrap_or_default();
                if let Some(finish) = finish(delta.stop_reason, delta.stop_sequence, delta.stop_details) {
                    pen.finish(0, finish);
                }
            }
            "message_stop" => pen.end(),
            "ping" => pen.ping(),
            "error" => pen.fail(&read_failure(502, data, None)),
            _ => {}
        }
    }
}

impl Reader {
    fn begin(&mut self, index: usize, block: Block<'_>, pen: &mut Pen<'_>) {
        // One that begins ends the one before, even if it has its number: that has been seen.
        self.close(pen);
        let mut early = None;
        let id = match &*block.kind.map(Text::into_decoded).unwrap_or_default() {
            "text" => pen.open(0, Opening::Text),
            "thinking" => pen.open(0, Opening::Thinking { is_summary: false }),
            "redacted_thinking" => {
                let id = pen.open(0, Opening::Thinking { is_summary: false });
                if let Some(data) = block.data {
                    pen.piece(id, Piece::Seal(Seal::open(Issuer::MessagesRedacted, data)));
                }
                id
            }
            "tool_use" => {
                early = block.input.map(RawValue::get).filter(|input| input.len() > 2).map(str::to_owned);
                pen.open(
                    0,
                    Opening::Call {
                        id: block.id.map(Text::into_decoded).unwrap_or_default(),
                        name: block.name.map(Text::into_decoded).unwrap_or_default(),
                        namespace: None,
                        is_free: false,
                        seal: None,
                    },
                )
            }
            // What the provider's own tools do has no words elsewhere.
            _ => return,
        };
        self.open = Some((index, id, early));
        for text in block.text.into_iter().chain(block.thinking) {
            pen.piece(id, Piece::Text(text));
        }
        if let Some(signature) = block.signature {
            pen.piece(id, Piece::Seal(Seal::open(Issuer::Messages, signature)));
        }
    }

    fn piece(&mut self, index: usize, delta: Delta<'_>, pen: &mut Pen<'_>) {
        let Some((open, id, early)) = &mut self.open else { return };
        if *open != index {
            return;
        }
        let id = *id;
        if let Some(json) = delta.partial_json.filter(|json| !json.is_empty()) {
            *early = None;
            pen.piece(id, Piece::Text(json));
        }
        for text in delta.text.into_iter().chain(delta.thinking) {
            pen.piece(id, Piece::Text(text));
        }
        if let Some(signature) = delta.signature {
            pen.piece(id, Piece::Seal(Seal::open(Issuer::Messages, signature)));
        }
        if let Some(citation) = delta.citation.and_then(WireCitation::into_citation) {
            pen.piece(id, Piece::Citation(citation));
        }
    }

    fn close(&mut self, pen: &mut Pen<'_>) {
        let Some((_, id, early)) = self.open.take() else { return };
        if let Some(input) = early {
            pen.piece(id, Piece::Text(Text::plain(input)));
        }
        pen.close(id);
    }
}
