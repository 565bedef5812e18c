//! Reads a stream's events. Everything is told twice: piece by piece, and whole when it is done, which mends what was lost.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::read_answer::{Annotation, Incomplete, Item, finish, seconds};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Args, Content},
    read_failure,
    stream::{BlockId, Opening, Pen, Piece, Start, StreamReader},
    usage,
};

/// An event: the members of all of them, of which each has a few. Unknown events may have others by these names.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output_index: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content_index: Option<&'a RawValue>,
    #[serde(borrow, default)]
    summary_index: Option<&'a RawValue>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    annotation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    incomplete_details: Option<Incomplete<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    started: bool,
    /// Whether any item was announced.
    any: bool,
    refuses: bool,
    /// Blocks that are open.
    open: Vec<Open>,
    /// Numbers of the items that are done.
    done: HashSet<usize>,
}

/// A block that is open, and where it stands.
#[derive(Debug)]
struct Open {
    item: usize,
    part: usize,
    kind: Said,
    block: BlockId,
    /// Characters that were passed on, to know what is missing when the whole is told.
    chars: usize,
    /// Where in a thought told in short the piece before stood.
    paragraph: usize,
    cited: bool,
}

/// What a block is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Text,
    Refusal,
    Thought,
    Summary,
    Call,
}

impl StreamReader for Reader {
    fn read(&mut self, _kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        if data == b"[DONE]" {
            return;
        }
        let event: Event<'_> = match serde_json::from_slice(data) {
            Ok(event) => event,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        let kind = event.kind.as_ref().map(Text::decode).unwrap_or_default();
        let item = number(event.output_index);
        match &*kind {
            "response.created" => {
                if std::mem::replace(&mut self.started, true) {
                    // A proxy tried again and sent a second answer after the first.
                    let message = "The provider began a second answer in the middle of the first.";
                    return pen.fail(&Failure::new(Kind::BadGateway, message));
                }
                start(event.response, pen);
            }
            "response.in_progress" | "response.queued" => start(event.response, pen),
            "response.output_item.added" => self.added(item, event.item, pen),
            "response.output_item.done" => self.finished(item, event.item, pen),
            "response.output_text.delta" => self.piece(Said::Text, item, &event, pen),
            "response.refusal.delta" => self.piece(Said::Refusal, item, &event, pen),
            "response.reasoning_text.delta" => self.piece(Said::Thought, item, &event, pen),
            "response.reasoning_summary_text.delta" => self.piece(Said::Summary, item, &event, pen),
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                if let Some(open) = self.open.iter_mut().rev().find(|open| open.item == item) {
                    open.add(text(event.delta), pen);
                }
            }
            "response.output_text.annotation.added" => {
                let annotation =
                    event.annotation.and_then(|raw| serde_json::from_str::<Annotation<'_>>(raw.get()).ok());
                let part = number(event.content_index);
                let open = self.open.iter_mut().rev().find(|open| open.item == item && open.part == part);
                if let (Some(open), Some(citation)) = (open, annotation.and_then(Annotation::into_citation)) {
                    open.cited = true;
                    pen.piece(open.block, Piece::Citation(citation));
                }
            }
            "response.completed" => self.end("completed", event.response, pen),
            "response.incomplete" => self.end("incomplete", event.response, pen),
            "response.failed" | "response.cancelled" => {
                let response: Response<'_> = parse(event.response);
                let error = response.error.map_or("{\"message\":\"The provider's answer failed.\"}", RawValue::get);
                pen.fail(&read_failure(502, error.as_bytes(), None));
            }
            "error" => pen.fail(&read_failure(502, data, None)),
            // How other protocols, and gateways before us, say that they failed.
            "" if event.error.is_some() => pen.fail(&read_failure(502, data, None)),
            _ => {}
        }
    }
}

fn number(raw: Option<&RawValue>) -> usize {
    raw.and_then(|raw| raw.get().parse().ok()).unwrap_or(0)
}

fn text(raw: Option<&RawValue>) -> Text<'_> {
    raw.and_then(Text::of).unwrap_or_default()
}

fn parse<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

fn start(response: Option<&RawValue>, pen: &mut Pen<'_>) {
    let response: Response<'_> = parse(response);
    pen.start(&Start {
        id: response.id.map(Text::into_decoded).unwrap_or_default(),
        model: response.model.map(Text::into_decoded).unwrap_or_default(),
        created: seconds(response.created_at),
        usage: usage::read_responses(response.usage),
    });
}

impl Open {
    fn add(&mut self, text: Text<'_>, pen: &mut Pen<'_>) {
        self.chars += text.decode().chars().count();
        pen.piece(self.block, Piece::Text(text));
    }

    /// Adds what is missing of the whole.
    fn mend(&mut self, whole: &Text<'_>, pen: &mut Pen<'_>) {
        let missing = {
            let plain = whole.decode();
            plain.char_indices().nth(self.chars).map(|(at, _)| plain[at..].to_owned())
        };
        match missing {
            None => {}
            Some(_) if self.chars == 0 => self.add(whole.borrowed(), pen),
            Some(missing) => self.add(Text::plain(missing), pen),
        }
    }
}

impl Reader {
    /// The block that such text goes into.
    fn open(&mut self, kind: Said, item: usize, part: usize, pen: &mut Pen<'_>) -> &mut Open {
        let found = self.open.iter().rposition(|open| (open.item, open.part) == (item, part));
        let at = found.unwrap_or_else(|| {
            self.refuses |= kind == Said::Refusal;
            let opening = match kind {
                Said::Refusal => Opening::Refusal,
                Said::Thought | Said::Summary => Opening::Thinking { is_summary: kind == Said::Summary },
                Said::Text | Said::Call => Opening::Text,
            };
            self.begin(kind, item, part, opening, pen);
            self.open.len() - 1
        });
        &mut self.open[at]
    }

    fn begin(&mut self, kind: Said, item: usize, part: usize, opening: Opening<'_>, pen: &mut Pen<'_>) {
        self.any = true;
        let block = pen.open(0, opening);
        self.open.push(Open { item, part, kind, block, chars: 0, paragraph: 0, cited: false });
    }

    fn piece(&mut self, kind: Said, item: usize, event: &Event<'_>, pen: &mut Pen<'_>) {
        let text = text(event.delta);
        if text.is_empty() || self.done.contains(&item) {
            return;
        }
        // A thought is one block, however many paragraphs it has.
        let is_thought = matches!(kind, Said::Thought | Said::Summary);
        let paragraph = number(if kind == Said::Summary { event.summary_index } else { event.content_index });
        let open = self.open(kind, item, if is_thought { 0 } else { paragraph }, pen);
        // Told in short or as it was, but not both.
        if open.kind != kind {
            return;
        }
        if is_thought && open.paragraph != paragraph && open.chars > 0 {
            open.add(Text::plain("\n\n"), pen);
        }
        open.paragraph = paragraph;
        open.add(text, pen);
    }

    fn added(&mut self, at: usize, raw: Option<&RawValue>, pen: &mut Pen<'_>) {
        let item: Item<'_> = parse(raw);
        // Some servers number every item 0.
        self.done.remove(&at);
        let kind = item.kind().into_owned();
        if !matches!(&*kind, "function_call" | "custom_tool_call") || self.open.iter().any(|open| open.item == at) {
            return;
        }
        if let Some(call) = item.into_call(&kind) {
            self.call(at, call, pen);
        }
    }

    fn call(&mut self, at: usize, call: crate::neutral::Call<'_>, pen: &mut Pen<'_>) {
        let is_free = matches!(call.args, Args::Free(_));
        let opening = Opening::Call { id: call.id, name: call.name, namespace: call.namespace, is_free, seal: None };
        self.begin(Said::Call, at, 0, opening, pen);
    }

    /// An item is whole: what was lost of it is added, and nothing of it comes any more.
    fn finished(&mut self, at: usize, raw: Option<&RawValue>, pen: &mut Pen<'_>) {
        let Some(raw) = raw.filter(|_| !self.done.contains(&at)) else { return };
        let item: Item<'_> = parse(Some(raw));
        for (part, content) in item.into_contents(raw).into_iter().enumerate() {
            match content {
                Content::Text { text, citations } if !text.is_empty() => {
                    let open = self.open(Said::Text, at, part, pen);
                    open.mend(&text, pen);
                    if !open.cited {
                        for citation in citations {
                            pen.piece(open.block, Piece::Citation(citation));
                        }
                    }
                }
                Content::Refusal(text) if !text.is_empty() => self.open(Said::Refusal, at, part, pen).mend(&text, pen),
                Content::Thinking(thinking) => {
                    let kind = if thinking.is_summary { Said::Summary } else { Said::Thought };
                    let open = self.open(kind, at, 0, pen);
                    if open.kind == kind {
                        open.mend(&thinking.text, pen);
                    }
                    if let Some(seal) = thinking.seal {
                        pen.piece(open.block, Piece::Seal(seal));
                    }
                }
                Content::Call(call) => {
                    let args = match &call.args {
                        Args::Object(raw) => Text::plain(raw.get().to_owned()),
                        Args::Quoted(text) | Args::Free(text) => text.clone().into_owned(),
                    };
                    if !self.open.iter().any(|open| open.item == at) {
                        self.call(at, call, pen);
                    }
                    if let Some(open) = self.open.iter_mut().find(|open| open.item == at) {
                        open.mend(&args, pen);
                    }
                }
                Content::Media(media) => {
                    self.any = true;
                    pen.media(0, media);
                }
                _ => {}
            }
        }
        for open in self.open.iter().filter(|open| open.item == at) {
            pen.close(open.block);
        }
        self.open.retain(|open| open.item != at);
        self.done.insert(at);
    }

    fn end(&mut self, status: &str, response: Option<&RawValue>, pen: &mut Pen<'_>) {
        start(response, pen);
        let response: Response<'_> = parse(response);
        // Some servers tell nothing before the end.
        if !self.any {
            for (at, raw) in response.output.unwrap_or_default().into_iter().enumerate() {
                self.finished(at, Some(raw), pen);
            }
        }
        pen.usage(usage::read_responses(response.usage));
        pen.finish(0, finish(status, response.incomplete_details, self.refuses));
        pen.end();
    }
}
