//! Writes a stream's events: server-sent ones, or the elements of one array.

use bytes::BytesMut;

use super::{
    failure::body,
    usage::write_usage,
    write_answer::{call_part, finish, grounding, media_part, tail, text_part, thinking_part},
};
use crate::{
    Asked, Failure,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Args, Call, Citation, Seal, Thinking},
    stream::{BlockId, End, Opening, Piece, Start, StreamWriter},
};

/// A writer of one stream.
#[derive(Debug)]
pub(crate) struct Writer {
    asked: Asked,
    id: String,
    model: String,
    /// Events so far, for arrays' commas.
    events: usize,
    open: Option<(usize, Open)>,
    /// Sources of the first candidate's text. They are told at the end.
    text: String,
    citations: Vec<Citation<'static>>,
    malformed: bool,
}

/// The block that is open.
#[derive(Debug)]
enum Open {
    Text,
    Thinking(Option<Seal<'static>>),
    /// Calls are said whole.
    Call {
        call: Call<'static>,
        args: Text<'static>,
        is_free: bool,
    },
}

impl Writer {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            id: String::new(),
            model: String::new(),
            events: 0,
            open: None,
            text: String::new(),
            citations: Vec::new(),
            malformed: false,
        }
    }

    fn event(&mut self, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        let before: &[u8] = match (self.asked.json_array, self.events) {
            (false, _) => b"data: ",
            (true, 0) => b"[",
            (true, _) => b",\r\n",
        };
        out.extend_from_slice(before);
        write(out);
        self.events += 1;
        if !self.asked.json_array {
            out.extend_from_slice(b"\r\n\r\n");
        }
    }

    /// An event with parts of one candidate.
    fn parts(&mut self, choice: usize, out: &mut BytesMut, write: impl FnOnce(&mut Array<'_>)) {
        let (id, model, asked) = (self.id.clone(), self.model.clone(), self.asked.clone());
        self.event(out, |out| {
            let mut body = Object::new(out);
            {
                let mut candidates = body.array("candidates");
                let mut item = candidates.object();
                {
                    let mut content = item.object("content");
                    content.str("role", "model");
                    write(&mut content.array("parts"));
                }
                item.int("index", i64::try_from(choice).unwrap_or(0));
            }
            tail(&id, &model, &asked, &mut body);
        });
    }
}

impl StreamWriter for Writer {
    fn start(&mut self, start: &Start<'_>, _out: &mut BytesMut) {
        self.id = start.id.to_string();
        self.model = start.model.to_string();
    }

    fn open(&mut self, _block: BlockId, choice: usize, kind: &Opening<'_>, out: &mut BytesMut) {
        let open = match kind {
            Opening::Text | Opening::Refusal => Open::Text,
            Opening::Thinking { .. } => Open::Thinking(None),
            Opening::Media(media) => return self.parts(choice, out, |parts| media_part(media, parts)),
            Opening::Call { id, name, is_free, seal, .. } => Open::Call {
                call: Call {
                    id: id.to_string().into(),
                    name: name.to_string().into(),
                    namespace: None,
                    args: Args::Quoted(Text::default()),
                    seal: seal.clone().map(Seal::into_owned),
                },
                args: Text::default(),
                is_free: *is_free,
            },
        };
        self.open = Some((choice, open));
    }

    fn piece(&mut self, _block: BlockId, piece: &Piece<'_>, out: &mut BytesMut) {
        let Some((choice, open)) = &mut self.open else { return };
        let choice = *choice;
        match (open, piece) {
            (Open::Text, Piece::Text(text)) => {
                if choice == 0 {
                    self.text.push_str(&text.decode());
                }
                self.parts(choice, out, |parts| text_part(text, parts));
            }
            (Open::Text, Piece::Citation(citation)) => self.citations.push(citation.clone().into_owned()),
            (Open::Thinking(_), Piece::Text(text)) => {
                let thinking = Thinking { text: text.borrowed(), ..Thinking::default() };
                self.parts(choice, out, |parts| thinking_part(&thinking, parts));
            }
            (Open::Thinking(seal), Piece::Seal(piece)) => match seal {
                Some(seal) => seal.data.push(&piece.data),
                None => *seal = Some(piece.clone().into_owned()),
            },
            (Open::Call { args, .. }, Piece::Text(more)) => args.push(more),
            _ => {}
        }
    }

    fn close(&mut self, _block: BlockId, out: &mut BytesMut) {
        match self.open.take() {
            None | Some((_, Open::Text | Open::Thinking(None))) => {}
            Some((choice, Open::Thinking(seal))) => {
                let thinking = Thinking { seal, ..Thinking::default() };
                self.parts(choice, out, |parts| thinking_part(&thinking, parts));
            }
            Some((choice, Open::Call { mut call, args, is_free })) => {
                call.args = if is_free { Args::Free(args) } else { Args::Quoted(args) };
                if call.args.object().1 {
                    self.malformed = true;
                } else {
                    self.parts(choice, out, |parts| {
                        call_part(&call, parts);
                    });
                }
            }
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut BytesMut) {
        let (id, model, asked) = (self.id.clone(), self.model.clone(), self.asked.clone());
        let text = Text::plain(std::mem::take(&mut self.text));
        let citations = std::mem::take(&mut self.citations);
        let malformed = self.malformed;
        self.event(out, |out| {
            let mut body = Object::new(out);
            {
                let mut candidates = body.array("candidates");
                for (at, finished) in end.finishes.iter().enumerate() {
                    let mut item = candidates.object();
                    {
                        let mut content = item.object("content");
                        content.str("role", "model");
                        content.array("parts");
                    }
                    finish(finished, malformed, &mut item);
                    item.int("index", i64::try_from(at).unwrap_or(0));
                    if at == 0 && !citations.is_empty() {
                        let citations: Vec<_> = citations.iter().map(|citation| (0, &text, citation)).collect();
                        grounding(&citations, &mut item);
                    }
                }
            }
            if let Some(usage) = end.usage {
                write_usage(&usage, &mut body.object("usageMetadata"));
            }
            tail(&id, &model, &asked, &mut body);
        });
        if self.asked.json_array {
            out.extend_from_slice(b"]");
        }
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        self.event(out, |out| body(failure, out));
        if self.asked.json_array {
            out.extend_from_slice(b"]");
        }
    }
}
