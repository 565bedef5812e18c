//! A stream on its way from one dialect into another.

use bytes::{Bytes, BytesMut};

use super::{
    How, Ledger, Pen, StreamReader, StreamWriter, Summary,
    frames::{Frame, Frames},
};
use crate::{Asked, Dialect, Failure, Kind, Upstream, neutral::Reply};

/// Converts a provider's stream into a client's.
#[derive(Debug)]
pub struct Convert {
    frames: Frames,
    reader: Box<dyn StreamReader>,
    writer: Box<dyn StreamWriter>,
    ledger: Ledger,
    tail: BytesMut,
}

impl Convert {
    /// From what the provider speaks into the client's dialect.
    pub fn new(from: impl Into<Upstream>, to: Dialect, asked: &Asked) -> Self {
        let from = from.into();
        Self {
            frames: from.frames(),
            reader: from.stream_reader(),
            writer: to.stream_writer(asked),
            ledger: Ledger::new(asked.names.clone(), asked.id.clone()),
            tail: BytesMut::new(),
        }
    }

    /// Takes bytes as they arrived and adds to `out` what the client gets now.
    pub fn feed(&mut self, bytes: &[u8], out: &mut BytesMut) {
        self.frames.push(bytes);
        while let Some(frame) = self.frames.pull() {
            self.read(&frame, out);
        }
        if self.frames.is_too_long() {
            let failure =
                Failure::new(Kind::BadGateway, "One event of the provider's stream is larger than the gateway takes.");
            self.pen(out).fail(&failure);
        }
    }

    /// Takes note of the end. If the answer isn't whole, adds an error event, so that no client takes it for whole.
    pub fn finish(&mut self, how: How, out: &mut BytesMut) {
        if let Some(frame) = self.frames.rest() {
            self.read(&frame, out);
        }
        let finished = self.ledger.is_finished();
        match how {
            How::Eof if finished => self.pen(out).end(),
            How::Eof => {
                let message = "The provider closed the stream before the answer was complete.";
                self.pen(out).fail(&Failure::new(Kind::BadGateway, message));
            }
            How::UpstreamError(reason) => self.pen(out).fail(&Failure::new(Kind::BadGateway, reason)),
        }
    }

    /// Streams an answer that came in one piece, from a provider that doesn't stream.
    pub fn replay(&mut self, reply: &Reply<'_>, out: &mut BytesMut) {
        reply.replay(&mut self.pen(out));
    }

    /// Nothing is coming that counts.
    pub fn is_done(&self) -> bool {
        self.ledger.has_ended()
    }

    /// Whether something that a person would see has passed.
    pub fn has_content(&self) -> bool {
        self.ledger.summary().content > 0
    }

    /// The first thing that the upstream said was that it failed.
    pub fn failed_first(&self) -> Option<&str> {
        if self.has_content() { None } else { self.ledger.summary().error.as_deref() }
    }

    /// The stream's end, which waits here until the request is settled.
    pub fn take_tail(&mut self) -> Bytes {
        self.tail.split().freeze()
    }

    pub fn summary(&self) -> &Summary {
        self.ledger.summary()
    }

    fn read(&mut self, frame: &Frame, out: &mut BytesMut) {
        if self.ledger.has_ended() {
            return;
        }
        let mut pen = Pen { ledger: &mut self.ledger, writer: &mut *self.writer, out, tail: &mut self.tail };
        self.reader.read(&frame.kind, &frame.data, &mut pen);
    }

    fn pen<'p>(&'p mut self, out: &'p mut BytesMut) -> Pen<'p> {
        Pen { ledger: &mut self.ledger, writer: &mut *self.writer, out, tail: &mut self.tail }
    }
}
