//! Where one event ends and the next begins, in each way of framing a stream.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bytes::{Bytes, BytesMut};

use crate::sse::{Events, last_event};

/// How a dialect's streams are cut into events.
#[derive(Debug)]
pub(crate) enum Frames {
    /// Server-Sent Events.
    Sse(Events),
    /// One JSON document a line.
    Lines(BytesMut),
    /// `application/vnd.amazon.eventstream`: lengths, headers and checksums.
    Binary { decoder: Box<MessageFrameDecoder>, held: BytesMut, is_broken: bool },
}

/// An event as it was framed.
#[derive(Debug)]
pub(crate) struct Frame {
    /// What the frame says that it is; nothing where only the data says so.
    pub(crate) kind: String,
    pub(crate) data: Bytes,
}

impl From<Bytes> for Frame {
    fn from(data: Bytes) -> Self {
        Self { kind: String::new(), data }
    }
}

/// Longest line or frame that is held.
const LONGEST: usize = 16 << 20;

impl Frames {
    pub(crate) fn sse() -> Self {
        Self::Sse(Events::default())
    }

    pub(crate) fn lines() -> Self {
        Self::Lines(BytesMut::new())
    }

    pub(crate) fn binary() -> Self {
        Self::Binary { decoder: Box::default(), held: BytesMut::new(), is_broken: false }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Sse(events) => events.push(bytes),
            Self::Lines(held) | Self::Binary { held, .. } => held.extend_from_slice(bytes),
        }
    }

    /// The next whole event that has data.
    pub(crate) fn pull(&mut self) -> Option<Frame> {
        loop {
            match self {
                Self::Sse(events) => {
                    if let Some(data) = events.pull()?.data() {
                        return Some(data.into());
                    }
                }
                Self::Lines(held) => {
                    let end = memchr::memchr(b'\n', held)?;
                    let line = held.split_to(end + 1).freeze();
                    let data = line.slice_ref(line.trim_ascii());
                    if !data.is_empty() {
                        return Some(data.into());
                    }
                }
                Self::Binary { is_broken: true, .. } => return None,
                Self::Binary { decoder, held, is_broken } => return binary(decoder, held, is_broken),
            }
        }
    }

    /// What came after the last whole event, if it is one that only lacks its end.
    pub(crate) fn rest(&mut self) -> Option<Frame> {
        let data = match self {
            Self::Sse(events) => last_event(events.rest()).data()?,
            Self::Lines(held) => held.split().freeze(),
            Self::Binary { .. } => return None,
        };
        let whole = &data[..] == b"[DONE]" || serde_json::from_slice::<serde::de::IgnoredAny>(&data).is_ok();
        whole.then_some(data.into())
    }

    pub(crate) fn is_too_long(&self) -> bool {
        match self {
            Self::Sse(events) => events.is_too_long(),
            Self::Lines(held) | Self::Binary { held, .. } => held.len() > LONGEST,
        }
    }
}

/// The next frame, or the news that what arrived isn't one.
fn binary(decoder: &mut MessageFrameDecoder, held: &mut BytesMut, is_broken: &mut bool) -> Option<Frame> {
    match decoder.decode_frame(held) {
        Ok(DecodedFrame::Incomplete) => None,
        Ok(DecodedFrame::Complete(message)) => {
            let header = |name: &str| {
                let header = message.headers().iter().find(|header| header.name().as_str() == name)?;
                Some(header.value().as_string().ok()?.as_str().to_owned())
            };
            let kind = [":event-type", ":exception-type", ":message-type"].into_iter().find_map(header);
            Some(Frame { kind: kind.unwrap_or_default(), data: message.payload().clone() })
        }
        Err(error) => {
            *is_broken = true;
            let message = format!("{{\"message\":{}}}", serde_json::Value::from(error.to_string()));
            Some(Frame { kind: "error".to_owned(), data: message.into() })
        }
    }
}
