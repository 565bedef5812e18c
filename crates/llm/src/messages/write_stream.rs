//! Writes a stream's events.

use bytes::BytesMut;

use super::{
    SEALS,
    failure::body,
    usage::write_usage,
    write_answer::{citation, head, stop},
};
use crate::{
    Asked, Failure, Usage,
    json::{Text, write::Object},
    neutral::{Args, Finish, Issuer, Seal, Source, fit_id},
    stream::{BlockId, End, Opening, Piece, Start, StreamWriter},
};

/// A writer of one stream.
#[derive(Debug)]
pub(crate) struct Writer {
    asked: Asked,
    /// The number of the next block.
    next: i64,
    open: Open,
}

/// The block that is open: one at a time.
#[derive(Debug)]
enum Open {
    None,
    Text,
    /// Until it is known whether there are words: without, a seal is a block of another kind.
    Thinking {
        begun: bool,
        seal: Option<Seal<'static>>,
    },
    Call {
        any: bool,
    },
    /// Free text, which this dialect's tools don't take: held until it can be wrapped.
    Free(Text<'static>),
}

impl Writer {
    pub(crate) fn new(asked: &Asked) -> Self {
        Self { asked: asked.clone(), next: 0, open: Open::None }
    }

    fn begin(&mut self, out: &mut BytesMut, block: impl FnOnce(&mut Object<'_>)) {
        event("content_block_start", out, |event| {
            event.int("index", self.next);
            block(&mut event.object("content_block"));
        });
    }

    fn delta(&mut self, kind: &str, out: &mut BytesMut, delta: impl FnOnce(&mut Object<'_>)) {
        event("content_block_delta", out, |event| {
            event.int("index", self.next);
            let mut object = event.object("delta");
            object.str("type", kind);
            delta(&mut object);
        });
    }

    fn shut(&mut self, out: &mut BytesMut) {
        event("content_block_stop", out, |event| {
            event.int("index", self.next);
        });
        self.next += 1;
    }

    /// Thinking that can't be read: all of it is its seal.
    fn redacted(&mut self, data: &Text<'_>, out: &mut BytesMut) {
        self.begin(out, |block| {
            block.str("type", "redacted_thinking").text("data", data);
        });
        self.shut(out);
    }
}

/// An event with its name.
fn event(name: &str, out: &mut BytesMut, write: impl FnOnce(&mut Object<'_>)) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    {
        let mut event = Object::new(out);
        event.str("type", name);
        write(&mut event);
    }
    out.extend_from_slice(b"\n\n");
}

impl StreamWriter for Writer {
    fn start(&mut self, start: &Start<'_>, out: &mut BytesMut) {
        event("message_start", out, |event| {
            let mut message = event.object("message");
            head(&start.id, &start.model, &self.asked, &mut message);
            message.array("content");
            message.null("stop_reason").null("stop_sequence");
            // Clients watch the size of their conversation here; who tells it at the end is estimated.
            let told = start.usage.usage().filter(|usage| usage.input > 0);
            let usage = told.unwrap_or(Usage { input: self.asked.input, ..Usage::default() });
            write_usage(&Usage { output: usage.output.min(1), reasoning: 0, ..usage }, &mut message.object("usage"));
        });
    }

    fn open(&mut self, _block: BlockId, _choice: usize, kind: &Opening<'_>, out: &mut BytesMut) {
        self.open = match kind {
            Opening::Text | Opening::Refusal => {
                self.begin(out, |block| {
                    block.str("type", "text").str("text", "");
                });
                Open::Text
            }
            Opening::Thinking { .. } => Open::Thinking { begun: false, seal: None },
            Opening::Call { id, name, is_free, seal, .. } => {
                // A seal on a call has no slot; thinking before it has.
                if let Some(seal) = seal {
                    self.redacted(&seal.envelope(&SEALS), out);
                }
                self.begin(out, |block| {
                    block.str("type", "tool_use").str("id", &fit_id(id)).str("name", name).object("input");
                });
                if *is_free { Open::Free(Text::default()) } else { Open::Call { any: false } }
            }
            Opening::Media(media) => {
                if let Source::Url(url) = &media.source {
                    self.begin(out, |block| {
                        block.str("type", "text").str("text", "");
                    });
                    self.delta("text_delta", out, |delta| {
                        delta.text("text", url);
                    });
                    self.shut(out);
                }
                Open::None
            }
        };
    }

    fn piece(&mut self, _block: BlockId, piece: &Piece<'_>, out: &mut BytesMut) {
        match (&mut self.open, piece) {
            (Open::Text, Piece::Text(text)) => self.delta("text_delta", out, |delta| {
                delta.text("text", text);
            }),
            (Open::Text, Piece::Citation(cited)) => self.delta("citations_delta", out, |delta| {
                citation(cited, &mut delta.object("citation"));
            }),
            (Open::Thinking { begun, .. }, Piece::Text(text)) => {
                if !std::mem::replace(begun, true) {
                    self.begin(out, |block| {
                        block.str("type", "thinking").str("thinking", "").str("signature", "");
                    });
                }
                self.delta("thinking_delta", out, |delta| {
                    delta.text("thinking", text);
                });
            }
            (Open::Thinking { seal, .. }, Piece::Seal(piece)) => match seal {
                // Seals come in pieces too.
                Some(seal) => seal.data.push(&piece.data),
                None => *seal = Some(piece.clone().into_owned()),
            },
            (Open::Call { any }, Piece::Text(json)) => {
                *any = true;
                self.delta("input_json_delta", out, |delta| {
                    delta.text("partial_json", json);
                });
            }
            (Open::Free(held), Piece::Text(text)) => held.push(text),
            _ => {}
        }
    }

    fn close(&mut self, _block: BlockId, out: &mut BytesMut) {
        match std::mem::replace(&mut self.open, Open::None) {
            Open::None | Open::Thinking { begun: false, seal: None } => return,
            Open::Text => {}
            Open::Thinking { begun: false, seal: Some(seal) } => {
                if seal.issuer != Issuer::Messages {
                    return self.redacted(&seal.envelope(&SEALS), out);
                }
                self.begin(out, |block| {
                    block.str("type", "thinking").str("thinking", "").str("signature", "");
                });
                self.delta("signature_delta", out, |delta| {
                    delta.text("signature", &seal.data);
                });
            }
            Open::Thinking { begun: true, seal } => {
                let signature = seal.as_ref().map(|seal| seal.envelope(&SEALS)).unwrap_or_default();
                self.delta("signature_delta", out, |delta| {
                    delta.text("signature", &signature);
                });
            }
            Open::Call { any } => {
                if !any {
                    self.delta("input_json_delta", out, |delta| {
                        delta.str("partial_json", "");
                    });
                }
            }
            Open::Free(text) => {
                let args = Args::Free(text);
                let json = Text::plain(args.object().0.into_owned());
                self.delta("input_json_delta", out, |delta| {
                    delta.text("partial_json", &json);
                });
            }
        }
        self.shut(out);
    }

    fn end(&mut self, end: &End<'_>, out: &mut BytesMut) {
        let default = Finish::default();
        let finish = end.finishes.first().unwrap_or(&default);
        event("message_delta", out, |event| {
            stop(finish, &mut event.object("delta"));
            let usage = end.usage.unwrap_or(Usage { input: self.asked.input, ..Usage::default() });
            write_usage(&usage, &mut event.object("usage"));
        });
        event("message_stop", out, |_| {});
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        out.extend_from_slice(b"event: error\ndata: ");
        body(failure, out);
        out.extend_from_slice(b"\n\n");
    }

    fn ping(&mut self, out: &mut BytesMut) {
        event("ping", out, |_| {});
    }
}
