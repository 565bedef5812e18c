//! Writes a stream's events.

use bytes::BytesMut;

use super::write_answer::{
    Head, Ids, annotation, called, incomplete, message, picture, reasoning, refusal_part, text_part,
};
use crate::{
    Asked, Failure, Usage,
    chat::shape,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Args, Block, Call, Citation, Content, Finish, Seal, Thinking},
    stream::{BlockId, End, Opening, Piece, Start, StreamWriter},
};

/// A writer of one stream. The last event has the whole answer, so what was said is kept.
#[derive(Debug)]
pub(crate) struct Writer {
    asked: Asked,
    id: String,
    model: String,
    created: Option<i64>,
    sequence: i64,
    /// The items that are done, as they are in the answer.
    items: Vec<BytesMut>,
    open: Open,
}

/// The item that is open: one at a time.
#[derive(Debug)]
enum Open {
    None,
    /// Words that follow each other are parts of one message: it stays open until something else comes.
    Message {
        done: Vec<Block<'static>>,
        part: Option<Words>,
    },
    Reasoning {
        text: Text<'static>,
        seal: Option<Seal<'static>>,
    },
    Call(Call<'static>, Text<'static>),
}

/// The part of a message that is open.
#[derive(Debug)]
struct Words {
    text: Text<'static>,
    is_refusal: bool,
    citations: Vec<Citation<'static>>,
}

impl Words {
    fn write(&self, out: &mut BytesMut) {
        if self.is_refusal {
            refusal_part(&self.text, out);
        } else {
            text_part(&self.text, &self.citations, out);
        }
    }
}

impl Writer {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            id: String::new(),
            model: String::new(),
            created: None,
            sequence: 0,
            items: Vec::new(),
            open: Open::None,
        }
    }

    fn event(&mut self, name: &str, out: &mut BytesMut, write: impl FnOnce(&mut Object<'_>)) {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: ");
        {
            let mut event = Object::new(out);
            event.str("type", name).int("sequence_number", self.sequence);
            write(&mut event);
        }
        out.extend_from_slice(b"\n\n");
        self.sequence += 1;
    }

    /// The whole answer as it is now.
    fn response(&self, finish: Option<&Finish<'_>>, usage: Option<Usage>, out: &mut BytesMut) {
        let mut output = BytesMut::new();
        {
            let mut list = Array::new(&mut output);
            for item in &self.items {
                list.element().extend_from_slice(item);
            }
        }
        let head = Head { id: &self.id, model: &self.model, created: self.created, asked: &self.asked };
        head.write(finish, &output, usage, out);
    }

    fn index(&self) -> i64 {
        i64::try_from(self.items.len()).unwrap_or(0)
    }

    fn item_id(&self, kind: &str) -> String {
        Ids { answer: &self.id, asked: &self.asked }.item(kind, self.items.len())
    }

    fn added(&mut self, out: &mut BytesMut, item: impl FnOnce(&mut Object<'_>)) {
        let index = self.index();
        self.event("response.output_item.added", out, |event| {
            event.int("output_index", index);
            item(&mut event.object("item"));
        });
    }

    fn done(&mut self, item: BytesMut, out: &mut BytesMut) {
        let index = self.index();
        self.event("response.output_item.done", out, |event| {
            event.int("output_index", index).member("item").extend_from_slice(&item);
        });
        self.items.push(item);
    }

    /// An event about a part of the open item.
    fn part(
        &mut self,
        name: &str,
        id: &str,
        at: (&str, usize),
        out: &mut BytesMut,
        write: impl FnOnce(&mut Object<'_>),
    ) {
        let index = self.index();
        self.event(name, out, |event| {
            event.str("item_id", id).int("output_index", index);
            event.int(at.0, i64::try_from(at.1).unwrap_or(0));
            write(event);
        });
    }

    fn begin_words(&mut self, is_refusal: bool, out: &mut BytesMut) {
        let id = self.item_id("msg");
        if !matches!(self.open, Open::Message { .. }) {
            self.added(out, |item| {
                item.str("type", "message").str("id", &id).str("status", "in_progress").str("role", "assistant");
                item.array("content");
            });
            self.open = Open::Message { done: Vec::new(), part: None };
        }
        let Open::Message { done, part } = &mut self.open else { return };
        let at = done.len();
        let words = Words { text: Text::default(), is_refusal, citations: Vec::new() };
        let mut written = BytesMut::new();
        words.write(&mut written);
        *part = Some(words);
        self.part("response.content_part.added", &id, ("content_index", at), out, |event| {
            event.member("part").extend_from_slice(&written);
        });
    }

    fn end_words(&mut self, out: &mut BytesMut) {
        let id = self.item_id("msg");
        let Open::Message { done, part } = &mut self.open else { return };
        let Some(words) = part.take() else { return };
        let at = ("content_index", done.len());
        let mut written = BytesMut::new();
        words.write(&mut written);
        let content = if words.is_refusal {
            Content::Refusal(words.text.clone())
        } else {
            Content::Text { text: words.text.clone(), citations: words.citations }
        };
        done.push(content.into());
        if words.is_refusal {
            self.part("response.refusal.done", &id, at, out, |event| {
                event.text("refusal", &words.text);
            });
        } else {
            self.part("response.output_text.done", &id, at, out, |event| {
                event.text("text", &words.text).array("logprobs");
            });
        }
        self.part("response.content_part.done", &id, at, out, |event| {
            event.member("part").extend_from_slice(&written);
        });
    }

    /// Ends the open item, because another begins or the answer ends.
    fn end_message(&mut self, out: &mut BytesMut) {
        self.end_words(out);
        if !matches!(self.open, Open::Message { .. }) {
            return;
        }
        let id = self.item_id("msg");
        if let Open::Message { done, .. } = std::mem::replace(&mut self.open, Open::None) {
            let mut item = BytesMut::new();
            message(&done.iter().collect::<Vec<_>>(), &id, &mut item);
            self.done(item, out);
        }
    }

    fn begin_call(&mut self, call: Call<'static>, out: &mut BytesMut) {
        let is_free = matches!(call.args, Args::Free(_));
        let id = self.item_id("fc");
        self.added(out, |item| {
            item.str("type", if is_free { "custom_tool_call" } else { "function_call" });
            item.str("id", &id).str("status", "in_progress").str("call_id", &call.id).str("name", &call.name);
            if let Some(namespace) = &call.namespace {
                item.str("namespace", namespace);
            }
            item.str(if is_free { "input" } else { "arguments" }, "");
        });
        self.open = Open::Call(call, Text::default());
    }

    fn end_call(&mut self, mut call: Call<'static>, said: Text<'static>, out: &mut BytesMut) {
        let id = self.item_id("fc");
        let index = self.index();
        if let Args::Free(_) = call.args {
            self.event("response.custom_tool_call_input.done", out, |event| {
                event.str("item_id", &id).int("output_index", index).text("input", &said);
            });
            call.args = Args::Free(said);
        } else {
            call.args = Args::Quoted(said);
            let (name, args) = (call.name.clone(), call.args.quoted().into_owned());
            self.event("response.function_call_arguments.done", out, |event| {
                event.str("item_id", &id).int("output_index", index).str("name", &name).text("arguments", &args);
            });
        }
        let mut item = BytesMut::new();
        called(&call, &id, &mut item);
        self.done(item, out);
    }

    fn end_reasoning(&mut self, text: Text<'static>, seal: Option<Seal<'static>>, out: &mut BytesMut) {
        let id = self.item_id("rs");
        let at = ("summary_index", 0);
        if text.is_empty() {
            self.begin_reasoning(&id, out);
        } else {
            self.part("response.reasoning_summary_text.done", &id, at, out, |event| {
                event.text("text", &text);
            });
            self.part("response.reasoning_summary_part.done", &id, at, out, |event| {
                event.object("part").str("type", "summary_text").text("text", &text);
            });
        }
        let mut item = BytesMut::new();
        reasoning(&Thinking { text, is_summary: true, seal }, &id, &mut item);
        self.done(item, out);
    }

    fn begin_reasoning(&mut self, id: &str, out: &mut BytesMut) {
        self.added(out, |item| {
            item.str("type", "reasoning").str("id", id).array("summary");
        });
    }
}

impl StreamWriter for Writer {
    fn start(&mut self, start: &Start<'_>, out: &mut BytesMut) {
        self.id = start.id.to_string();
        self.model = start.model.to_string();
        self.created = start.created;
        for name in ["response.created", "response.in_progress"] {
            let mut response = BytesMut::new();
            self.response(None, None, &mut response);
            self.event(name, out, |event| event.member("response").extend_from_slice(&response));
        }
    }

    fn open(&mut self, _block: BlockId, _choice: usize, kind: &Opening<'_>, out: &mut BytesMut) {
        if !matches!(kind, Opening::Text | Opening::Refusal) {
            self.end_message(out);
        }
        match kind {
            Opening::Text | Opening::Refusal => self.begin_words(matches!(kind, Opening::Refusal), out),
            Opening::Thinking { .. } => self.open = Open::Reasoning { text: Text::default(), seal: None },
            Opening::Call { id, name, namespace, is_free, seal } => {
                // A seal on a call has no slot; thinking before it has.
                if let Some(seal) = seal {
                    self.end_reasoning(Text::default(), Some(seal.clone().into_owned()), out);
                }
                let args = if *is_free { Args::Free(Text::default()) } else { Args::Quoted(Text::default()) };
                let call = Call {
                    id: id.to_string().into(),
                    name: name.to_string().into(),
                    namespace: namespace.as_ref().map(|namespace| namespace.to_string().into()),
                    args,
                    seal: None,
                };
                self.begin_call(call, out);
            }
            Opening::Media(media) => {
                let id = self.item_id("ig");
                self.added(out, |item| {
                    item.str("type", "image_generation_call")
                        .str("id", &id)
                        .str("status", "in_progress")
                        .null("result");
                });
                let mut item = BytesMut::new();
                picture(media, &id, &mut item);
                self.done(item, out);
            }
        }
    }

    fn piece(&mut self, _block: BlockId, piece: &Piece<'_>, out: &mut BytesMut) {
        match (&mut self.open, piece) {
            (Open::Message { done, part: Some(words) }, Piece::Text(text)) => {
                words.text.push(text);
                let (at, is_refusal) = (("content_index", done.len()), words.is_refusal);
                let id = self.item_id("msg");
                let name = if is_refusal { "response.refusal.delta" } else { "response.output_text.delta" };
                self.part(name, &id, at, out, |event| {
                    event.text("delta", text);
                    if !is_refusal {
                        event.array("logprobs");
                    }
                });
            }
            (Open::Message { done, part: Some(words) }, Piece::Citation(citation)) => {
                let (at, number) = (("content_index", done.len()), words.citations.len());
                let whole = (0, words.text.decode().chars().count());
                let mut citation = citation.clone().into_owned();
                citation.span.get_or_insert(whole);
                words.citations.push(citation.clone());
                let id = self.item_id("msg");
                self.part("response.output_text.annotation.added", &id, at, out, |event| {
                    event.int("annotation_index", i64::try_from(number).unwrap_or(0));
                    annotation(&citation, whole, event.member("annotation"));
                });
            }
            (Open::Reasoning { text, .. }, Piece::Text(more)) => {
                let is_first = text.is_empty();
                text.push(more);
                let (id, at) = (self.item_id("rs"), ("summary_index", 0));
                if is_first {
                    self.begin_reasoning(&id, out);
                    self.part("response.reasoning_summary_part.added", &id, at, out, |event| {
                        event.object("part").str("type", "summary_text").str("text", "");
                    });
                }
                self.part("response.reasoning_summary_text.delta", &id, at, out, |event| {
                    event.text("delta", more);
                });
            }
            (Open::Reasoning { seal, .. }, Piece::Seal(piece)) => match seal {
                Some(seal) => seal.data.push(&piece.data),
                None => *seal = Some(piece.clone().into_owned()),
            },
            (Open::Call(call, said), Piece::Text(more)) => {
                said.push(more);
                let name = match call.args {
                    Args::Free(_) => "response.custom_tool_call_input.delta",
                    _ => "response.function_call_arguments.delta",
                };
                let (id, index) = (self.item_id("fc"), self.index());
                self.event(name, out, |event| {
                    event.str("item_id", &id).int("output_index", index).text("delta", more);
                });
            }
            _ => {}
        }
    }

    fn close(&mut self, _block: BlockId, out: &mut BytesMut) {
        match std::mem::replace(&mut self.open, Open::None) {
            Open::None => {}
            open @ Open::Message { .. } => {
                self.open = open;
                self.end_words(out);
            }
            Open::Reasoning { text, seal } => self.end_reasoning(text, seal, out),
            Open::Call(call, said) => self.end_call(call, said, out),
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut BytesMut) {
        let finish = end.finishes.first().cloned().unwrap_or_default();
        if let Some(explanation) = &finish.explanation {
            self.end_message(out);
            self.begin_words(true, out);
            self.piece(BlockId(0), &Piece::Text(explanation.borrowed()), out);
        }
        self.end_message(out);
        let mut response = BytesMut::new();
        self.response(Some(&finish), end.usage, &mut response);
        let name = if incomplete(&finish).is_none() { "response.completed" } else { "response.incomplete" };
        self.event(name, out, |event| event.member("response").extend_from_slice(&response));
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        let (_, _, code) = shape(failure.kind);
        let (id, model) = (self.id.clone(), self.model.clone());
        let id = if id.is_empty() { self.asked.id.clone() } else { id };
        let created = self.created.unwrap_or(self.asked.created);
        self.event("response.failed", out, |event| {
            let mut response = event.object("response");
            response.str("id", &if id.starts_with("resp_") { id.clone() } else { format!("resp_{id}") });
            response.str("object", "response").int("created_at", created).str("status", "failed");
            response.object("error").str("code", code.unwrap_or("server_error")).str("message", &failure.message);
            response.null("incomplete_details").null("instructions").object("metadata");
            response.str("model", &model).array("output");
            response.bool("parallel_tool_calls", true).str("tool_choice", "auto").array("tools");
            response.null("temperature").null("top_p").null("usage");
        });
    }
}
