//! Writes a stream's events. Every item and part is announced, told in pieces, told whole and closed before the next one
//! begins, and the last event has all of them again: clients build on any of these.

use bytes::BytesMut;

use super::{
    item::{Item, Kind, Part, write_annotation},
    write_answer::{Ending, Head},
};
use crate::{
    Asked, Failure,
    json::{Text, write::Object},
    neutral::{Args, Finish, MediaKind, Seal, Source},
    stream::{BlockId, End, Opening, Piece, Start, StreamWriter},
};

/// A writer of one stream.
#[derive(Debug)]
pub(crate) struct Writer {
    asked: Asked,
    head: Head,
    /// The number of the next event.
    sequence: i64,
    /// The items that are closed, as the last event has them.
    items: BytesMut,
    /// How many those are: the number of the item that is open.
    place: usize,
    /// A message stays open until something else begins: more text is another part of it, and only the end tells whether
    /// it was cut off. So does every item.
    item: Option<Item<'static>>,
    refuses: bool,
}

impl Writer {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            head: Head::new("", "", None, asked),
            sequence: 0,
            items: BytesMut::new(),
            place: 0,
            item: None,
            refuses: false,
        }
    }

    /// An event with its name and number.
    fn event(&mut self, name: &str, out: &mut BytesMut, write: impl FnOnce(&Self, &mut Object<'_>)) {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: ");
        {
            let mut event = Object::new(out);
            event.str("type", name).int("sequence_number", self.sequence);
            write(self, &mut event);
        }
        out.extend_from_slice(b"\n\n");
        self.sequence += 1;
    }

    /// An event about the whole answer.
    fn account(&mut self, name: &str, end: Ending<'_>, usage: Option<crate::Usage>, out: &mut BytesMut) {
        self.event(name, out, |writer, event| {
            let mut response = event.object("response");
            writer.head.write(&writer.asked, end, &writer.items, usage, &mut response);
        });
    }

    /// An event about the item that is open: in it, or in its part or paragraph of this name.
    fn inside(
        &mut self,
        name: &str,
        part: Option<&str>,
        out: &mut BytesMut,
        write: impl FnOnce(&Item<'_>, &mut Object<'_>),
    ) {
        self.event(name, out, |writer, event| {
            let Some(item) = &writer.item else { return };
            event.str("item_id", &item.id).int("output_index", number(writer.place));
            if let Some(part) = part {
                let at = if let Kind::Message(parts) = &item.kind { parts.len().saturating_sub(1) } else { 0 };
                event.int(part, number(at));
            }
            write(item, event);
        });
    }

    fn begin(&mut self, kind: Kind<'static>, out: &mut BytesMut) {
        self.shut("completed", out);
        let is_own = kind.own().is_some();
        self.item = Some(kind.at(self.place, &self.head.id));
        // What they are called with is told with their beginning.
        if !is_own {
            self.announce(out);
        }
    }

    fn announce(&mut self, out: &mut BytesMut) {
        self.event("response.output_item.added", out, |writer, event| {
            event.int("output_index", number(writer.place));
            if let Some(item) = &writer.item {
                item.write("in_progress", &mut event.object("item"));
            }
        });
    }

    /// Closes the item that is open.
    fn shut(&mut self, status: &str, out: &mut BytesMut) {
        let Some(item) = &self.item else { return };
        if self.place > 0 {
            self.items.extend_from_slice(b",");
        }
        let start = self.items.len();
        item.write(status, &mut Object::new(&mut self.items));
        self.event("response.output_item.done", out, |writer, event| {
            event.int("output_index", number(writer.place));
            event.member("item").extend_from_slice(&writer.items[start..]);
        });
        self.refuses |= item_refuses(self.item.take());
        self.place += 1;
    }

    fn begin_part(&mut self, part: Part<'static>, out: &mut BytesMut) {
        if !matches!(self.item, Some(Item { kind: Kind::Message(_), .. })) {
            self.begin(Kind::Message(Vec::new()), out);
        }
        if let Some(Item { kind: Kind::Message(parts), .. }) = &mut self.item {
            parts.push(part);
        }
        self.inside("response.content_part.added", Some("content_index"), out, write_part);
    }

    /// A thought that nobody can read, which belongs to what follows.
    fn sealed(&mut self, seal: Seal<'static>, out: &mut BytesMut) {
        self.begin(Kind::Reasoning { text: Text::default(), is_summary: true, seal: Some(seal) }, out);
    }

    fn say(&mut self, text: &Text<'_>, out: &mut BytesMut) {
        let Some(item) = &mut self.item else { return };
        let (name, part, is_text) = match &mut item.kind {
            Kind::Message(parts) => {
                let Some(part) = parts.last_mut() else { return };
                part.text.push(text);
                let name = if part.is_refusal { "response.refusal.delta" } else { "response.output_text.delta" };
                (name, Some("content_index"), !part.is_refusal)
            }
            Kind::Reasoning { text: all, is_summary, .. } => {
                let (is_first, is_summary) = (all.is_empty(), *is_summary);
                if is_first {
                    self.begin_thought(is_summary, out);
                }
                if let Some(Item { kind: Kind::Reasoning { text: all, .. }, .. }) = &mut self.item {
                    all.push(text);
                }
                let (name, part) = thought_names(is_summary);
                (name[1], Some(part), false)
            }
            Kind::Call { args, .. } => {
                let is_free = matches!(args, Args::Free(_));
                if let Args::Free(all) | Args::Quoted(all) = args {
                    all.push(text);
                }
                if item.kind.own().is_some() {
                    return;
                }
                (call_names(is_free)[0], None, false)
            }
            Kind::Image(_) => return,
        };
        self.inside(name, part, out, |_, event| {
            event.text("delta", text);
            if is_text {
                event.array("logprobs");
            }
        });
    }

    fn begin_thought(&mut self, is_summary: bool, out: &mut BytesMut) {
        let (names, part) = thought_names(is_summary);
        self.inside(names[0], Some(part), out, |_, event| thought_part(is_summary, &Text::default(), event));
    }

    /// Tells the part or the arguments whole.
    fn whole(&mut self, out: &mut BytesMut) {
        match self.item.as_ref().map(|item| &item.kind) {
            Some(Kind::Message(parts)) => {
                let is_refusal = parts.last().is_some_and(|part| part.is_refusal);
                let name = if is_refusal { "response.refusal.done" } else { "response.output_text.done" };
                self.inside(name, Some("content_index"), out, |item, event| {
                    let Kind::Message(parts) = &item.kind else { return };
                    let Some(part) = parts.last() else { return };
                    event.text(if is_refusal { "refusal" } else { "text" }, &part.text);
                    if !is_refusal {
                        event.array("logprobs");
                    }
                });
                self.inside("response.content_part.done", Some("content_index"), out, write_part);
            }
            Some(Kind::Reasoning { text, is_summary, .. }) if !text.is_empty() => {
                let is_summary = *is_summary;
                let (names, part) = thought_names(is_summary);
                let of = |item: &Item<'_>, event: &mut Object<'_>, in_part: bool| {
                    let Kind::Reasoning { text, .. } = &item.kind else { return };
                    if in_part {
                        thought_part(is_summary, text, event);
                    } else {
                        event.text("text", text);
                    }
                };
                self.inside(names[2], Some(part), out, |item, event| of(item, event, false));
                self.inside(names[3], Some(part), out, |item, event| of(item, event, true));
            }
            Some(kind @ Kind::Call { args, .. }) => {
                if kind.own().is_some() {
                    return self.announce(out);
                }
                let is_free = matches!(args, Args::Free(_));
                // No arguments are an empty object: clients parse what they were sent.
                if matches!(args, Args::Quoted(text) if text.is_blank()) {
                    self.say(&Text::plain("{}"), out);
                }
                self.inside(call_names(is_free)[1], None, out, |item, event| {
                    let Kind::Call { name, args, .. } = &item.kind else { return };
                    match args {
                        Args::Free(input) => event.text("input", input),
                        args => event.str("name", name).text("arguments", &args.quoted()),
                    };
                });
            }
            _ => {}
        }
    }
}

/// The events of a thought, and what says which of its paragraphs they are about.
const fn thought_names(is_summary: bool) -> ([&'static str; 4], &'static str) {
    if is_summary {
        let names = [
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta",
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
        ];
        (names, "summary_index")
    } else {
        let names = [
            "response.content_part.added",
            "response.reasoning_text.delta",
            "response.reasoning_text.done",
            "response.content_part.done",
        ];
        (names, "content_index")
    }
}

/// The events of what a tool is called with.
const fn call_names(is_free: bool) -> [&'static str; 2] {
    if is_free {
        ["response.custom_tool_call_input.delta", "response.custom_tool_call_input.done"]
    } else {
        ["response.function_call_arguments.delta", "response.function_call_arguments.done"]
    }
}

fn thought_part(is_summary: bool, text: &Text<'_>, event: &mut Object<'_>) {
    let kind = if is_summary { "summary_text" } else { "reasoning_text" };
    event.object("part").str("type", kind).text("text", text);
}

fn write_part(item: &Item<'_>, event: &mut Object<'_>) {
    let Kind::Message(parts) = &item.kind else { return };
    if let Some(part) = parts.last() {
        part.write(&mut event.object("part"));
    }
}

fn item_refuses(item: Option<Item<'_>>) -> bool {
    item.is_some_and(|item| item.refuses())
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

impl StreamWriter for Writer {
    fn keeps(&self) -> bool {
        true
    }

    fn start(&mut self, start: &Start<'_>, out: &mut BytesMut) {
        self.head = Head::new(&start.id, &start.model, start.created, &self.asked);
        self.account("response.created", Ending::Running, None, out);
        self.account("response.in_progress", Ending::Running, None, out);
    }

    fn open(&mut self, _block: BlockId, _choice: usize, kind: &Opening<'_>, out: &mut BytesMut) {
        match kind {
            Opening::Text => self.begin_part(Part::default(), out),
            Opening::Refusal => self.begin_part(Part::refusal(Text::default()), out),
            Opening::Thinking { is_summary } => {
                let is_summary = *is_summary || self.asked.summaries;
                self.begin(Kind::Reasoning { text: Text::default(), is_summary, seal: None }, out);
            }
            Opening::Call { id, name, namespace, is_free, seal } => {
                // A seal on a call has no slot; a thought before it has.
                if let Some(seal) = seal {
                    self.sealed(seal.clone().into_owned(), out);
                }
                let args = if *is_free { Args::Free(Text::default()) } else { Args::Quoted(Text::default()) };
                let kind = Kind::Call {
                    call_id: id.to_string(),
                    name: name.to_string(),
                    namespace: namespace.as_deref().map(str::to_owned),
                    args,
                };
                self.begin(kind, out);
            }
            Opening::Media(media) => match (&media.source, media.kind) {
                (Source::Inline { data, .. }, MediaKind::Image) => {
                    self.begin(Kind::Image(data.clone().into_owned()), out);
                }
                (Source::Url(url), _) => {
                    self.begin_part(Part::default(), out);
                    self.say(url, out);
                    self.whole(out);
                }
                _ => {}
            },
        }
    }

    fn piece(&mut self, _block: BlockId, piece: &Piece<'_>, out: &mut BytesMut) {
        match piece {
            Piece::Text(text) => self.say(text, out),
            Piece::Seal(piece) => {
                if let Some(Item { kind: Kind::Reasoning { seal, .. }, .. }) = &mut self.item {
                    match seal {
                        // Seals come in pieces too.
                        Some(seal) => seal.data.push(&piece.data),
                        None => *seal = Some(piece.clone().into_owned()),
                    }
                }
            }
            Piece::Citation(citation) => {
                let Some(Item { kind: Kind::Message(parts), .. }) = &mut self.item else { return };
                let Some(part) = parts.last_mut().filter(|part| !part.is_refusal) else { return };
                let (at, whole) = (part.citations.len(), part.chars());
                part.citations.push((citation.clone().into_owned(), whole));
                self.inside("response.output_text.annotation.added", Some("content_index"), out, |_, event| {
                    event.int("annotation_index", number(at));
                    write_annotation(citation, whole, &mut event.object("annotation"));
                });
            }
        }
    }

    fn close(&mut self, _block: BlockId, out: &mut BytesMut) {
        self.whole(out);
    }

    fn end(&mut self, end: &End<'_>, out: &mut BytesMut) {
        let default = Finish::default();
        let finish = end.finishes.first().unwrap_or(&default);
        if let Some(explanation) = &finish.explanation {
            self.begin_part(Part::refusal(Text::default()), out);
            self.say(explanation, out);
            self.whole(out);
        }
        let refuses = self.refuses || self.item.as_ref().is_some_and(Item::refuses);
        let ending = Ending::of(finish, refuses);
        self.shut(ending.status(), out);
        let name = if let Ending::Incomplete(_) = ending { "response.incomplete" } else { "response.completed" };
        self.account(name, ending, end.usage, out);
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        self.account("response.failed", Ending::Failed(failure), None, out);
    }
}
