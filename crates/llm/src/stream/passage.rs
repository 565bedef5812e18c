//! A stream on its way to the client, whether it passes through or is converted.

use bytes::{Bytes, BytesMut};

use super::{Convert, How, Summary};
use crate::Through;

#[derive(Debug)]
pub enum Passage {
    Through(Through),
    Convert(Convert),
}

/// Asks whichever it is.
macro_rules! either {
    ($self:ident, $one:ident => $ask:expr) => {
        match $self {
            Self::Through($one) => $ask,
            Self::Convert($one) => $ask,
        }
    };
}

impl Passage {
    /// Takes bytes as they arrived and adds to `out` what the client gets now.
    pub fn feed(&mut self, bytes: &[u8], out: &mut BytesMut) {
        either!(self, one => one.feed(bytes, out));
    }

    /// Takes note of the end. If the answer isn't whole, adds an error event, so that no client takes it for whole.
    pub fn finish(&mut self, how: How, out: &mut BytesMut) {
        either!(self, one => one.finish(how, out));
    }

    /// Nothing is coming that counts.
    pub fn is_done(&self) -> bool {
        either!(self, one => one.is_done())
    }

    /// Whether something that a person would see has passed.
    pub fn has_content(&self) -> bool {
        either!(self, one => one.has_content())
    }

    /// The first thing that the upstream said was that it failed.
    pub fn failed_first(&self) -> Option<&str> {
        either!(self, one => one.failed_first())
    }

    /// The stream's end, which waits here until the request is settled.
    pub fn take_tail(&mut self) -> Bytes {
        either!(self, one => one.take_tail())
    }

    pub fn summary(&self) -> &Summary {
        either!(self, one => one.summary())
    }
}
