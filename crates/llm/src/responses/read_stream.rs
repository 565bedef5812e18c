//! Reads a stream's events.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    item::{Annotation, Item, Words, kind},
    read_answer::{Answer, seconds},
    usage,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::Args,
    read_failure,
    stream::{BlockId, Opening, Pen, Piece, Start, StreamReader},
};

/// An event: the members of all of them, of which each has a few.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    output_index: usize,
    #[serde(default)]
    content_index: usize,
    #[serde(default)]
    summary_index: usize,
    #[serde(borrow, default)]
    delta: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<Text<'a>>,
    #[serde(borrow, default)]
    input: Option<Text<'a>>,
    #[serde(borrow, default)]
    item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    annotation: Option<Annotation<'a>>,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
}

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    open: Vec<Open>,
}

/// A block that more of may come.
#[derive(Debug)]
struct Open {
    output: usize,
    part: Part,
    block: BlockId,
    /// Whether anything came: if not, the event that says it is done has all of it.
    any: bool,
}

/// Which part of an item it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text(usize),
    Refusal(usize),
    /// Of a thought all parts are one block.
    Thinking,
    Call,
}

impl StreamReader for Reader {
    fn read(&mut self, _kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        let event: Event<'_> = match serde_json::from_slice(data) {
            Ok(event) => event,
            // Some gateways end their streams like Chat's.
            Err(_) if data == b"[DONE]" => return,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        let output = event.output_index;
        match &*event.kind.decode() {
            "response.created" | "response.in_progress" | "response.queued" => Self::start(event.response, pen),
            "response.output_item.added" => self.added(output, event.item, pen),
            "response.output_item.done" => self.done(output, event.item, pen),
            "response.output_text.delta" => self.piece(output, Part::Text(event.content_index), event.delta, pen),
            "response.output_text.done" => self.repair(output, Part::Text(event.content_index), event.text, pen),
            "response.refusal.delta" => self.piece(output, Part::Refusal(event.content_index), event.delta, pen),
            "response.refusal.done" => self.repair(output, Part::Refusal(event.content_index), event.refusal, pen),
            "response.reasoning_summary_part.added" if event.summary_index > 0 => {
                self.piece(output, Part::Thinking, Some(Text::plain("\n\n")), pen);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.piece(output, Part::Thinking, event.delta, pen);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.piece(output, Part::Call, event.delta, pen);
            }
            "response.function_call_arguments.done" => self.repair(output, Part::Call, event.arguments, pen),
            "response.custom_tool_call_input.done" => self.repair(output, Part::Call, event.input, pen),
            "response.output_text.annotation.added" => {
                let Some(citation) = event.annotation.and_then(Annotation::into_citation) else { return };
                let block = self.block(output, Part::Text(event.content_index), pen);
                pen.piece(block, Piece::Citation(citation));
            }
            "response.completed" | "response.incomplete" => Self::end(event.response, pen),
            "response.failed" | "response.cancelled" => {
                let failure = event.response.map_or(data, |response| response.get().as_bytes());
                pen.fail(&read_failure(502, failure, None));
            }
            "error" => pen.fail(&read_failure(502, data, None)),
            _ => {}
        }
    }
}

impl Reader {
    fn start(response: Option<&RawValue>, pen: &mut Pen<'_>) {
        let answer: Answer<'_> = response.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        pen.start(&Start {
            id: answer.id.map(Text::into_decoded).unwrap_or_default(),
            model: answer.model.map(Text::into_decoded).unwrap_or_default(),
            created: answer.created_at.and_then(seconds),
            usage: usage::read(answer.usage),
        });
    }

    fn added(&mut self, output: usize, item: Option<&RawValue>, pen: &mut Pen<'_>) {
        let Some(item) = item.and_then(|raw| serde_json::from_str::<Item<'_>>(raw.get()).ok()) else { return };
        let kind = kind(&item);
        let is_free = kind == "custom_tool_call";
        if is_free || kind == "function_call" {
            let call = item.into_call(is_free);
            let opening =
                Opening::Call { id: call.id, name: call.name, namespace: call.namespace, is_free, seal: None };
            let block = pen.open(0, opening);
            self.open.push(Open { output, part: Part::Call, block, any: false });
        }
    }

    /// The whole item: what of it hasn't come yet comes from here.
    fn done(&mut self, output: usize, item: Option<&RawValue>, pen: &mut Pen<'_>) {
        let parsed = item.and_then(|raw| serde_json::from_str::<Item<'_>>(raw.get()).ok());
        if let Some(parsed) = parsed {
            match &*kind(&parsed) {
                name @ ("function_call" | "custom_tool_call") => {
                    let is_free = name == "custom_tool_call";
                    if !self.open.iter().any(|open| open.output == output) {
                        self.added(output, item, pen);
                    }
                    let call = parsed.into_call(is_free);
                    let args = if let Args::Free(text) = call.args { text } else { call.args.quoted().into_owned() };
                    self.repair(output, Part::Call, Some(args), pen);
                }
                "reasoning" => {
                    let thinking = parsed.into_thinking();
                    self.repair(output, Part::Thinking, Some(thinking.text), pen);
                    if let Some(seal) = thinking.seal {
                        let block = self.block(output, Part::Thinking, pen);
                        pen.piece(block, Piece::Seal(seal));
                    }
                }
                "message" => {
                    let words: Vec<Words<'_>> =
                        parsed.content.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
                    for (at, words) in words.into_iter().enumerate() {
                        self.repair(output, Part::Text(at), words.text, pen);
                        self.repair(output, Part::Refusal(at), words.refusal, pen);
                    }
                }
                _ => {}
            }
        }
        for open in self.open.iter().filter(|open| open.output == output) {
            pen.close(open.block);
        }
        self.open.retain(|open| open.output != output);
    }

    fn block(&mut self, output: usize, part: Part, pen: &mut Pen<'_>) -> BlockId {
        if let Some(open) = self.open.iter().find(|open| open.output == output && open.part == part) {
            return open.block;
        }
        // A part of a message ends where the next begins.
        for open in self.open.iter().filter(|open| open.output == output) {
            pen.close(open.block);
        }
        self.open.retain(|open| open.output != output);
        let block = pen.open(
            0,
            match part {
                Part::Text(_) => Opening::Text,
                Part::Refusal(_) => Opening::Refusal,
                Part::Thinking => Opening::Thinking { is_summary: true },
                Part::Call => {
                    Opening::Call { id: "".into(), name: "".into(), namespace: None, is_free: false, seal: None }
                }
            },
        );
        self.open.push(Open { output, part, block, any: false });
        block
    }

    fn piece(&mut self, output: usize, part: Part, text: Option<Text<'_>>, pen: &mut Pen<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        let block = self.block(output, part, pen);
        if let Some(open) = self.open.iter_mut().find(|open| open.block == block) {
            open.any = true;
        }
        pen.piece(block, Piece::Text(text));
    }

    /// All of a part, which counts only if no piece of it came.
    fn repair(&mut self, output: usize, part: Part, text: Option<Text<'_>>, pen: &mut Pen<'_>) {
        let known = self.open.iter().find(|open| open.output == output && open.part == part);
        let others = self.open.iter().any(|open| open.output == output);
        if known.is_some_and(|open| !open.any) || known.is_none() && !others {
            self.piece(output, part, text, pen);
        }
    }

    fn end(response: Option<&RawValue>, pen: &mut Pen<'_>) {
        let answer: Answer<'_> = response.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        pen.usage(usage::read(answer.usage));
        pen.finish(0, answer.finish());
        pen.end();
    }
}
