//! Streams from one dialect into another: a reader, a ledger that knows what is open, a writer.
//!
//! Push machines without I/O. The reader turns a provider's events into strokes of the `Pen`; the ledger behind it lets
//! only legal sequences through (a piece only into an open block, each block closed once, one end, usage once); the writer
//! turns what comes out into the client's events and never has to ask whether something may be said now.

mod convert;
mod frames;
mod ledger;
mod passage;
#[cfg(test)]
mod properties;
mod replay;

use std::borrow::Cow;

use bytes::BytesMut;

pub use convert::Convert;
pub(crate) use frames::Frames;
pub(crate) use ledger::{BlockId, Ledger, Pen, Speech, call_id};
pub use passage::Passage;

use crate::{
    Failure, Usage,
    json::Text,
    neutral::{Citation, Finish, Media, Seal},
    usage::Told,
};

/// How the upstream's bytes ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The upstream closed the stream in good order.
    Eof,
    /// The connection broke or went silent; in words for the client.
    UpstreamError(String),
}

/// What a finished answer is known to have used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// As the upstream counted; `None` if it didn't say, or nothing believable.
    pub usage: Option<Usage>,
    /// It said something that can't be true.
    pub anomalous: bool,
    /// Bytes of content that passed, for counting when `usage` is missing.
    pub content: usize,
    /// Why the answer isn't whole.
    pub error: Option<String>,
}

impl Summary {
    /// The last word counts: usage that comes with each chunk is what was used so far.
    pub(crate) fn hear(&mut self, told: Told) {
        (self.usage, self.anomalous) = match told {
            Told::Nothing => return,
            Told::Usage(usage) => (Some(usage), false),
            Told::Anomalous => (None, true),
        };
    }
}

/// Reads a provider's events.
pub(crate) trait StreamReader: std::fmt::Debug + Send {
    /// Takes one event. `kind` is what the framing says that it is, where it says so.
    fn read(&mut self, kind: &str, data: &[u8], pen: &mut Pen<'_>);
}

/// Writes a client's events. Called in legal order only, see [`Ledger`].
pub(crate) trait StreamWriter: std::fmt::Debug + Send {
    /// Whether pieces of several blocks may alternate.
    fn interleaves(&self) -> bool {
        false
    }

    /// Whether all that is said is kept until the end, which therefore can't be endless.
    fn keeps(&self) -> bool {
        false
    }

    fn start(&mut self, start: &Start<'_>, out: &mut BytesMut);
    fn open(&mut self, block: BlockId, choice: usize, kind: &Opening<'_>, out: &mut BytesMut);
    fn piece(&mut self, block: BlockId, piece: &Piece<'_>, out: &mut BytesMut);
    fn close(&mut self, block: BlockId, out: &mut BytesMut);
    /// All is said. What is written here reaches the client when the request is settled.
    fn end(&mut self, end: &End<'_>, out: &mut BytesMut);
    /// The answer broke off: no client may take it for whole.
    fn fail(&mut self, failure: &Failure, out: &mut BytesMut);
    /// The provider is alive and has nothing to say.
    fn ping(&mut self, _out: &mut BytesMut) {}
}

/// What is known when an answer begins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Start<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) model: Cow<'a, str>,
    pub(crate) created: Option<i64>,
    pub(crate) usage: Told,
}

/// What kind of block begins.
#[derive(Debug, Clone)]
pub(crate) enum Opening<'a> {
    Text,
    Refusal,
    Thinking {
        is_summary: bool,
    },
    Call {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        namespace: Option<Cow<'a, str>>,
        /// Takes free text; its pieces are that text and not JSON.
        is_free: bool,
        /// If it is known by now.
        seal: Option<Seal<'a>>,
    },
    /// All of it; no pieces follow.
    Media(Media<'a>),
}

/// A piece of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// More of a text, a refusal, a thought; of a call, more of the JSON that it is called with.
    Text(Text<'a>),
    Seal(Seal<'a>),
    Citation(Citation<'a>),
}

impl Piece<'_> {
    pub(crate) fn into_owned(self) -> Piece<'static> {
        match self {
            Self::Text(text) => Piece::Text(text.into_owned()),
            Self::Seal(seal) => Piece::Seal(seal.into_owned()),
            Self::Citation(citation) => Piece::Citation(citation.into_owned()),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Seal(seal) => seal.data.len(),
            Self::Citation(_) => 0,
        }
    }
}

/// How an answer ended: a finish for each choice.
#[derive(Debug)]
pub(crate) struct End<'a> {
    pub(crate) finishes: &'a [Finish<'static>],
    pub(crate) usage: Option<Usage>,
}
