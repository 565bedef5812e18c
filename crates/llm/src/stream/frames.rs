//! Where one event ends and the next begins, in each way of framing a stream.

use bytes::{Bytes, BytesMut};

use crate::sse::{Events, last_event};

/// How a dialect's streams are cut into events.
#[derive(Debug)]
pub(crate) enum Frames {
    /// Server-Sent Events.
    Sse(Events),
    /// One JSON document a line.
    Lines(BytesMut),
}

/// Longest line that is held.
const LONGEST_LINE: usize = 16 << 20;

impl Frames {
    pub(crate) fn sse() -> Self {
        Self::Sse(Events::default())
    }

    pub(crate) fn lines() -> Self {
        Self::Lines(BytesMut::new())
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Sse(events) => events.push(bytes),
            Self::Lines(held) => held.extend_from_slice(bytes),
        }
    }

    /// The data of the next whole event that has any.
    pub(crate) fn pull(&mut self) -> Option<Bytes> {
        loop {
            match self {
                Self::Sse(events) => {
                    if let Some(data) = events.pull()?.data() {
                        return Some(data);
                    }
                }
                Self::Lines(held) => {
                    let end = memchr::memchr(b'\n', held)?;
                    let line = held.split_to(end + 1).freeze();
                    let data = line.slice_ref(line.trim_ascii());
                    if !data.is_empty() {
                        return Some(data);
                    }
                }
            }
        }
    }

    /// What came after the last whole event, if it is one that only lacks its end.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let data = match self {
            Self::Sse(events) => last_event(events.rest()).data()?,
            Self::Lines(held) => held.split().freeze(),
        };
        let whole = &data[..] == b"[DONE]" || serde_json::from_slice::<serde::de::IgnoredAny>(&data).is_ok();
        whole.then_some(data)
    }

    pub(crate) fn is_too_long(&self) -> bool {
        match self {
            Self::Sse(events) => events.is_too_long(),
            Self::Lines(held) => held.len() > LONGEST_LINE,
        }
    }
}
