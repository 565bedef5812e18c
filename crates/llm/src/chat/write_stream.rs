//! Writes a stream's chunks.

use bytes::BytesMut;

use super::write_answer::{annotation, finish_reason, id, images, stop_reason, thinking_block, write_usage};
use crate::{
    Asked, Failure,
    json::{
        Text,
        write::{Object, text},
    },
    neutral::{Issuer, Thinking},
    stream::{BlockId, End, Opening, Piece, Start, StreamWriter},
};

/// A writer of one stream.
#[derive(Debug)]
pub(crate) struct Writer {
    asked: Asked,
    /// What every chunk begins with.
    head: BytesMut,
    blocks: Vec<(BlockId, Block)>,
    /// How many calls each choice has begun, and whether its role was said.
    choices: Vec<(i64, bool)>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    choice: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Refusal,
    Thinking,
    Call { index: i64, is_free: bool, any: bool },
}

impl Writer {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self { asked: asked.clone(), head: BytesMut::new(), blocks: Vec::new(), choices: Vec::new() }
    }

    fn begin(&self, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&self.head);
    }

    /// A chunk with one choice's delta.
    fn delta(&mut self, choice: usize, out: &mut BytesMut, delta: impl FnOnce(&mut Object<'_>)) {
        if self.choices.len() <= choice {
            self.choices.resize(choice + 1, (0, false));
        }
        let is_first = !std::mem::replace(&mut self.choices[choice].1, true);
        self.begin(out);
        out.extend_from_slice(b",\"choices\":[");
        {
            let mut item = Object::new(out);
            item.int("index", i64::try_from(choice).unwrap_or(0));
            {
                let mut object = item.object("delta");
                if is_first {
                    object.str("role", "assistant");
                }
                delta(&mut object);
            }
            item.null("finish_reason");
        }
        self.close_chunk(out);
    }

    fn close_chunk(&self, out: &mut BytesMut) {
        out.extend_from_slice(if self.asked.include_usage { b"],\"usage\":null}\n\n" } else { b"]}\n\n" });
    }

    fn block(&self, id: BlockId) -> Option<Block> {
        self.blocks.iter().rev().find(|(known, _)| *known == id).map(|(_, block)| *block)
    }

    fn call_piece(&mut self, block: Block, index: i64, is_free: bool, piece: &Text<'_>, out: &mut BytesMut) {
        self.delta(block.choice, out, |delta| {
            let mut calls = delta.array("tool_calls");
            let mut call = calls.object();
            call.int("index", index);
            if is_free {
                call.object("custom").text("input", piece);
            } else {
                call.object("function").text("arguments", piece);
            }
        });
    }
}

impl StreamWriter for Writer {
    fn interleaves(&self) -> bool {
        true
    }

    fn start(&mut self, start: &Start<'_>, _out: &mut BytesMut) {
        let model = if start.model.is_empty() { &self.asked.model } else { &*start.model };
        let mut head = BytesMut::new();
        {
            let mut object = Object::new(&mut head);
            object.str("id", &id(&start.id, &self.asked)).str("object", "chat.completion.chunk");
            object.int("created", start.created.unwrap_or(self.asked.created)).str("model", model);
        }
        head.truncate(head.len() - 1);
        self.head = head;
    }

    fn open(&mut self, block: BlockId, choice: usize, kind: &Opening<'_>, out: &mut BytesMut) {
        let kind = match kind {
            Opening::Text => Kind::Text,
            Opening::Refusal => Kind::Refusal,
            Opening::Thinking { .. } => Kind::Thinking,
            Opening::Media(media) => {
                return self.delta(choice, out, |delta| images(&[media], delta));
            }
            Opening::Call { id, name, is_free, seal, .. } => {
                let is_legacy = self.asked.legacy_functions;
                let index = self.choices.get(choice).map_or(0, |(calls, _)| *calls);
                self.delta(choice, out, |delta| {
                    if is_legacy {
                        delta.object("function_call").str("name", name).str("arguments", "");
                        return;
                    }
                    let mut calls = delta.array("tool_calls");
                    let mut call = calls.object();
                    call.int("index", index).str("id", id);
                    if *is_free {
                        call.str("type", "custom");
                        call.object("custom").str("name", name).str("input", "");
                    } else {
                        call.str("type", "function");
                        call.object("function").str("name", name).str("arguments", "");
                    }
                    if let Some(seal) = seal.as_ref().filter(|seal| seal.issuer == Issuer::Gemini) {
                        call.object("extra_content").object("google").text("thought_signature", &seal.data);
                    }
                });
                self.choices[choice].0 += 1;
                Kind::Call { index, is_free: *is_free, any: false }
            }
        };
        self.blocks.push((block, Block { choice, kind }));
    }

    fn piece(&mut self, id: BlockId, piece: &Piece<'_>, out: &mut BytesMut) {
        let Some(block) = self.block(id) else { return };
        match (block.kind, piece) {
            (Kind::Call { index, is_free, any }, Piece::Text(args)) => {
                if !any && let Some((_, known)) = self.blocks.iter_mut().rev().find(|(known, _)| *known == id) {
                    known.kind = Kind::Call { index, is_free, any: true };
                }
                if self.asked.legacy_functions {
                    return self.delta(block.choice, out, |delta| {
                        delta.object("function_call").text("arguments", args);
                    });
                }
                self.call_piece(block, index, is_free, args, out);
            }
            (Kind::Text, Piece::Text(words)) => self.delta(block.choice, out, |delta| {
                text(delta.member("content"), words);
            }),
            (Kind::Refusal, Piece::Text(words)) => self.delta(block.choice, out, |delta| {
                text(delta.member("refusal"), words);
            }),
            (Kind::Thinking, Piece::Text(words)) => self.delta(block.choice, out, |delta| {
                text(delta.member("reasoning_content"), words);
            }),
            (Kind::Thinking, Piece::Seal(seal)) => self.delta(block.choice, out, |delta| {
                if seal.issuer == Issuer::Responses {
                    let mut list = delta.array("reasoning_details");
                    list.object().str("type", "reasoning.encrypted").text("data", &seal.data);
                } else {
                    thinking_block(&Thinking::default(), seal, &mut delta.array("thinking_blocks"));
                }
            }),
            (Kind::Text, Piece::Citation(citation)) => self.delta(block.choice, out, |delta| {
                annotation(citation, (0, 0), &mut delta.array("annotations"));
            }),
            _ => {}
        }
    }

    fn close(&mut self, id: BlockId, out: &mut BytesMut) {
        let Some(block) = self.block(id) else { return };
        // No arguments are an empty object: clients parse what they were sent.
        if let Kind::Call { index, is_free: false, any: false } = block.kind
            && !self.asked.legacy_functions
        {
            self.call_piece(block, index, false, &Text::plain("{}"), out);
        }
        self.blocks.retain(|(known, _)| *known != id);
    }

    fn end(&mut self, end: &End<'_>, out: &mut BytesMut) {
        for (at, finish) in end.finishes.iter().enumerate() {
            self.begin(out);
            out.extend_from_slice(b",\"choices\":[");
            {
                let mut item = Object::new(out);
                item.int("index", i64::try_from(at).unwrap_or(0));
                {
                    let mut delta = item.object("delta");
                    if self.choices.get(at).is_none_or(|(_, said)| !said) {
                        delta.str("role", "assistant").str("content", "");
                    }
                    if let Some(explanation) = &finish.explanation {
                        delta.text("refusal", explanation);
                    }
                }
                item.str("finish_reason", finish_reason(finish.reason, &self.asked));
                stop_reason(finish, &mut item);
            }
            self.close_chunk(out);
        }
        if let Some(usage) = end.usage.filter(|_| self.asked.include_usage) {
            self.begin(out);
            out.extend_from_slice(b",\"choices\":[],\"usage\":");
            write_usage(&usage, &mut Object::new(out));
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        let (_, body) = super::write_failure(failure);
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(&body);
        out.extend_from_slice(b"\n\n");
    }
}
