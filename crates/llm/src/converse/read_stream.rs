//! Reads a stream's events. Text and thinking begin with their first piece; usage comes after the end.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::read_answer::{Called, finish, usage};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Issuer, Seal},
    read_failure,
    stream::{BlockId, Opening, Pen, Piece, Start, StreamReader},
};

/// An event: the members of all of them, of which each has a few.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(default)]
    content_block_index: usize,
    #[serde(borrow, default)]
    start: Option<Begin<'a>>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begin<'a> {
    #[serde(borrow, default)]
    tool_use: Option<Called<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    tool_use: Option<Input<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Reasoning<'a>>,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow, default)]
    input: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasoning<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    redacted_content: Option<Text<'a>>,
}

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// The provider's number of the block that is open, and ours.
    open: Option<(usize, BlockId)>,
}

impl StreamReader for Reader {
    fn read(&mut self, kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        let event: Event<'_> = match serde_json::from_slice(data) {
            Ok(event) => event,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        let index = event.content_block_index;
        match kind {
            "messageStart" => pen.start(&Start::default()),
            "contentBlockStart" => {
                self.close(pen);
                // Others than calls begin with their first piece, whatever is said before.
                if let Some(call) = event.start.and_then(|start| start.tool_use) {
                    let block = pen.open(
                        0,
                        Opening::Call {
                            id: call.tool_use_id.map(Text::into_decoded).unwrap_or_default(),
                            name: call.name.map(Text::into_decoded).unwrap_or_default(),
                            namespace: None,
                            is_free: false,
                            seal: None,
                        },
                    );
                    self.open = Some((index, block));
                }
            }
            "contentBlockDelta" => {
                let Some(delta) = event.delta else { return };
                if let Some(text) = delta.text {
                    let block = self.block(index, Opening::Text, pen);
                    pen.piece(block, Piece::Text(text));
                }
                if let Some(input) = delta.tool_use.and_then(|call| call.input)
                    && let Some((_, block)) = self.open
                {
                    pen.piece(block, Piece::Text(input));
                }
                if let Some(reasoning) = delta.reasoning_content {
                    let block = self.block(index, Opening::Thinking { is_summary: false }, pen);
                    if let Some(text) = reasoning.text {
                        pen.piece(block, Piece::Text(text));
                    }
                    if let Some(data) = reasoning.signature.or(reasoning.redacted_content) {
                        pen.piece(block, Piece::Seal(Seal::open(Issuer::Converse, data)));
                    }
                }
            }
            "contentBlockStop" => self.close(pen),
            "messageStop" => pen.finish(0, finish(event.stop_reason.as_ref())),
            "metadata" => {
                pen.usage(usage(event.usage));
                pen.end();
            }
            // An exception, named by its kind.
            kind if kind.ends_with("Exception") || kind == "error" => pen.fail(&read_failure(502, data, Some(kind))),
            _ => {}
        }
    }
}

impl Reader {
    fn block(&mut self, index: usize, opening: Opening<'_>, pen: &mut Pen<'_>) -> BlockId {
        if let Some((open, block)) = self.open
            && open == index
        {
            return block;
        }
        self.close(pen);
        let block = pen.open(0, opening);
        self.open = Some((index, block));
        block
    }

    fn close(&mut self, pen: &mut Pen<'_>) {
        if let Some((_, block)) = self.open.take() {
            pen.close(block);
        }
    }
}
