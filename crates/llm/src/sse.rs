//! Finds events in a stream of Server-Sent Events, however the bytes were cut.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr2;

/// Longest event that is looked into. A longer one still passes through; only its usage goes unread.
const LONGEST_EVENT: usize = 16 << 20;

/// Cuts a byte stream into whole events.
#[derive(Debug, Default)]
pub struct Events {
    held: BytesMut,
    /// How far `held` was searched for an event's end.
    searched: usize,
    /// `held` ended in a line feed, carriage return or both at `searched`; see [`Events::pull`].
    blank: Blank,
}

/// What the bytes before the search position were.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Blank {
    /// In the middle of a line.
    #[default]
    Text,
    /// After a line's end.
    Line,
    /// After a carriage return that ended a line; a line feed still belongs to it.
    LineCr,
}

/// One event, with the blank line that ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event(Bytes);

impl Events {
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole event.
    pub fn pull(&mut self) -> Option<Event> {
        while self.searched < self.held.len() {
            let byte = self.held[self.searched];
            match (byte, self.blank) {
                (b'\n', Blank::Line) => return Some(self.cut(self.searched + 1)),
                (b'\n', Blank::Text | Blank::LineCr) => {
                    self.searched += 1;
                    self.blank = Blank::Line;
                }
                (b'\r', Blank::Line | Blank::LineCr) => {
                    // A line feed may follow as part of this line end. Wait for it, so that where the bytes were cut
                    // makes no difference to where events are.
                    return match self.held.get(self.searched + 1) {
                        None => None,
                        Some(b'\n') => Some(self.cut(self.searched + 2)),
                        Some(_) => Some(self.cut(self.searched + 1)),
                    };
                }
                (b'\r', Blank::Text) => {
                    self.searched += 1;
                    self.blank = Blank::LineCr;
                }
                _ => {
                    self.blank = Blank::Text;
                    self.searched = memchr2(b'\n', b'\r', &self.held[self.searched..])
                        .map_or(self.held.len(), |at| self.searched + at);
                }
            }
        }
        None
    }

    /// Bytes that belong to an event whose end hasn't arrived.
    pub fn rest(&mut self) -> Bytes {
        self.searched = 0;
        self.blank = Blank::Text;
        self.held.split().freeze()
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// An event is longer than anything worth holding.
    pub fn is_too_long(&self) -> bool {
        self.held.len() > LONGEST_EVENT
    }

    fn cut(&mut self, end: usize) -> Event {
        self.searched = 0;
        self.blank = Blank::Text;
        Event(self.held.split_to(end).freeze())
    }
}

impl Event {
    /// The event as it arrived.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Its data: almost always one line, borrowed; several are joined by a line feed.
    pub fn data(&self) -> Option<Bytes> {
        let mut lines = Lines(self.0.clone()).filter_map(|line| {
            let line = line.strip_prefix(b"data".as_slice()).map(|rest| line.slice_ref(rest))?;
            match line.first() {
                None => Some(line),
                Some(b':') if line.get(1) == Some(&b' ') => Some(line.slice(2..)),
                Some(b':') => Some(line.slice(1..)),
                Some(_) => None,
            }
        });
        let first = lines.next()?;
        let mut joined: Option<BytesMut> = None;
        for line in lines {
            let all = joined.get_or_insert_with(|| BytesMut::from(&first[..]));
            all.extend_from_slice(b"\n");
            all.extend_from_slice(&line);
        }
        Some(joined.map_or(first, BytesMut::freeze))
    }
}

/// The event `bytes` as one that a stream left without its closing blank line.
pub fn last_event(bytes: Bytes) -> Event {
    Event(bytes)
}

struct Lines(Bytes);

impl Iterator for Lines {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.0.starts_with(b"\xef\xbb\xbf") {
            self.0.advance(3);
        }
        if self.0.is_empty() {
            return None;
        }
        let end = memchr2(b'\n', b'\r', &self.0).unwrap_or(self.0.len());
        let line = self.0.split_to(end);
        if self.0.starts_with(b"\r\n") {
            self.0.advance(2);
        } else if !self.0.is_empty() {
            self.0.advance(1);
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data_of(chunks: &[&[u8]]) -> Vec<String> {
        let mut events = Events::default();
        let mut out = Vec::new();
        for chunk in chunks {
            events.push(chunk);
            while let Some(event) = events.pull() {
                out.extend(event.data().map(|data| String::from_utf8(data.to_vec()).unwrap()));
            }
        }
        if !events.is_empty() {
            out.extend(last_event(events.rest()).data().map(|data| String::from_utf8(data.to_vec()).unwrap()));
        }
        out
    }

    #[test]
    fn every_line_end_and_form_of_the_standard_is_read() {
        for (stream, expected) in [
            ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
            ("data: a\r\rdata: b\r\r", vec!["a", "b"]),
            ("data:a\n\n", vec!["a"]),
            ("data:  a\n\n", vec![" a"]),
            ("data: a\ndata: b\n\n", vec!["a\nb"]),
            (": comment\n\ndata: a\n\n", vec!["a"]),
            ("event: x\nid: 1\nretry: 2\ndata: a\n\n", vec!["a"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            ("data: a", vec!["a"]),
            ("data\n\n", vec![""]),
            ("database: a\n\n", vec![]),
            ("\n\n\ndata: a\n\n", vec!["a"]),
        ] {
            assert_eq!(data_of(&[stream.as_bytes()]), expected, "{stream:?}");
        }
    }

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let stream = "data: é月\r\n\r\n: ping\n\nevent: x\ndata: 1\ndata: 2\n\ndata: [DONE]\r\r";
        let whole = data_of(&[stream.as_bytes()]);
        let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(data_of(&bytes), whole);
        for at in 0..stream.len() {
            let (a, b) = stream.as_bytes().split_at(at);
            assert_eq!(data_of(&[a, b]), whole, "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_whatever_arrives(chunks in prop::collection::vec(prop::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'd'), any::<u8>()], 0..20), 0..20)) {
            let mut events = Events::default();
            let mut out = Vec::new();
            for chunk in &chunks {
                events.push(chunk);
                while let Some(event) = events.pull() {
                    out.extend_from_slice(event.bytes());
                    let _ = event.data();
                }
            }
            out.extend_from_slice(&events.rest());
            prop_assert_eq!(out, chunks.concat());
        }
    }
}
