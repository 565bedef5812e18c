//! A stream on its way through: whole events out, facts kept on the side.
//!
//! The side decoder can't break the stream: an event that it can't read passes through like any other.

use bytes::{Bytes, BytesMut};

use super::{Seen, Watch};
use crate::{
    Asked, Dialect, Failure, Kind,
    sse::{Event, Events, last_event},
    stream::{How, Summary},
};

/// Passes a stream through.
#[derive(Debug)]
pub struct Through {
    events: Events,
    dialect: Dialect,
    watch: Box<dyn Watch>,
    /// Takes away the usage that the client didn't ask for.
    strip_usage: bool,
    summary: Summary,
    finished: bool,
    /// The event that ends the stream, and what follows it.
    tail: BytesMut,
    done: bool,
}

impl Through {
    pub fn new(dialect: Dialect, strip_usage: bool) -> Self {
        Self {
            events: Events::default(),
            dialect,
            watch: dialect.watcher(),
            strip_usage,
            summary: Summary::default(),
            finished: false,
            tail: BytesMut::new(),
            done: false,
        }
    }

    /// Takes bytes as they arrived and adds to `out` what the client gets now.
    pub fn feed(&mut self, bytes: &[u8], out: &mut BytesMut) {
        self.events.push(bytes);
        while let Some(event) = self.events.pull() {
            self.pass(&event, out);
        }
        if self.events.is_too_long() {
            let rest = self.events.rest();
            self.summary.content += rest.len();
            out.extend_from_slice(&rest);
        }
    }

    /// Takes note of the end. If the answer isn't whole, adds an error event, so that no client takes it for whole.
    pub fn finish(&mut self, how: How, out: &mut BytesMut) {
        if !self.events.is_empty() {
            let mut rest = BytesMut::from(&self.events.rest()[..]);
            let data = last_event(rest.clone().freeze()).data();
            // Half an event is of no use to anyone; a whole one may lack its blank line.
            if data.is_some_and(|data| &data[..] == b"[DONE]" || serde_json::from_slice::<Ignored>(&data).is_ok()) {
                rest.truncate(rest.trim_ascii_end().len());
                rest.extend_from_slice(b"\n\n");
                self.pass(&last_event(rest.freeze()), out);
            }
        }
        if self.done || self.summary.error.is_some() {
            return;
        }
        let reason = match how {
            How::Eof if self.finished => return,
            How::Eof => "The provider closed the stream before the answer was complete.".to_owned(),
            How::UpstreamError(reason) => reason,
        };
        let failure = Failure::new(Kind::BadGateway, reason.clone());
        self.dialect.stream_writer(&Asked::default()).fail(&failure, out);
        self.summary.error = Some(reason);
    }

    /// The end has arrived: nothing more is coming that counts.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether something that a person would see has passed.
    pub fn has_content(&self) -> bool {
        self.summary.content > 0
    }

    /// The first thing that the upstream said was that it failed.
    pub fn failed_first(&self) -> Option<&str> {
        if self.has_content() { None } else { self.summary.error.as_deref() }
    }

    /// The stream's last event, which waits here until the request is settled.
    pub fn take_tail(&mut self) -> Bytes {
        self.tail.split().freeze()
    }

    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    fn pass(&mut self, event: &Event, out: &mut BytesMut) {
        let mut keep = true;
        if let Some(data) = event.data().filter(|_| !self.done) {
            let Seen { content, finished, ended, usage, is_usage_only, error } = self.watch.look(&data);
            self.summary.content += content;
            self.finished |= finished;
            self.done |= ended;
            self.summary.hear(usage);
            if error.is_some() {
                self.summary.error = error;
            }
            keep = !(self.strip_usage && is_usage_only);
        }
        if keep {
            let to = if self.done { &mut self.tail } else { out };
            to.extend_from_slice(event.bytes());
        }
    }
}

#[derive(serde::Deserialize)]
struct Ignored {}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = include_str!("../../fixtures/chat/tools.sse");

    /// What the client gets, what waits for settlement, and what is known at the end.
    fn run(chunks: &[&[u8]], strip: bool, how: How) -> (String, String, Summary) {
        let mut through = Through::new(Dialect::Chat, strip);
        let mut out = BytesMut::new();
        for chunk in chunks {
            through.feed(chunk, &mut out);
        }
        through.finish(how, &mut out);
        let tail = through.take_tail();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&out), text(&tail), through.summary().clone())
    }

    #[test]
    fn a_stream_passes_byte_for_byte_and_its_end_waits() {
        let (out, tail, summary) = run(&[STREAM.as_bytes()], false, How::Eof);
        assert_eq!(out + &tail, STREAM);
        assert_eq!(tail, "data: [DONE]\n\n");
        assert_eq!(summary.usage.map(|usage| (usage.input, usage.output, usage.reasoning)), Some((82, 17, 5)));
        assert_eq!(summary.error, None);
    }

    #[test]
    fn usage_that_the_client_did_not_ask_for_is_read_and_taken_away() {
        let (out, _, summary) = run(&[STREAM.as_bytes()], true, How::Eof);
        assert!(!out.contains("prompt_tokens"));
        assert!(out.contains("tool_calls"));
        assert!(summary.usage.is_some());
    }

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let whole = run(&[STREAM.as_bytes()], true, How::Eof);
        for at in 0..STREAM.len() {
            let (a, b) = STREAM.as_bytes().split_at(at);
            assert_eq!(run(&[a, b], true, How::Eof), whole, "cut at {at}");
        }
        let single: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
        assert_eq!(run(&single, true, How::Eof), whole);
    }

    #[test]
    fn a_stream_cut_anywhere_before_its_finish_ends_in_an_error() {
        let finish = STREAM.find("\"finish_reason\":\"tool_calls\"").unwrap();
        let end_of_finish = finish + STREAM[finish..].find("\n\n").unwrap();
        for at in 0..STREAM.len() {
            let (out, tail, summary) = run(&[&STREAM.as_bytes()[..at]], false, How::Eof);
            let whole = at >= end_of_finish;
            assert_eq!(summary.error.is_none(), whole, "cut at {at}");
            assert_eq!(out.contains("\"code\":\"upstream_error\""), !whole, "cut at {at}");
            for event in (out + &tail).split_terminator("\n\n") {
                let data = event.strip_prefix("data: ").unwrap();
                assert!(data == "[DONE]" || serde_json::from_str::<Ignored>(data).is_ok(), "{data}");
            }
        }
    }

    #[test]
    fn a_broken_connection_is_said_even_after_content() {
        let (out, _, summary) = run(
            &[b"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n"],
            false,
            How::UpstreamError("gone".into()),
        );
        assert!(out.ends_with("\n\n") && out.contains("\"message\":\"gone\""));
        assert_eq!(summary.error.as_deref(), Some("gone"));
    }

    #[test]
    fn an_upstreams_own_error_passes_and_is_known() {
        let mut through = Through::new(Dialect::Chat, false);
        let mut out = BytesMut::new();
        through.feed(b"data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n", &mut out);
        assert_eq!(through.failed_first(), Some("overloaded"));
        through.finish(How::Eof, &mut out);
        assert_eq!(String::from_utf8_lossy(&out).matches("data:").count(), 1);
    }

    #[test]
    fn comments_and_unknown_events_pass() {
        let stream = ": PROCESSING\n\nevent: x\ndata: not json\n\ndata: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}\n\n";
        let (out, _, summary) = run(&[stream.as_bytes()], true, How::Eof);
        assert_eq!(out, stream);
        assert_eq!((summary.content, summary.error), (1, None));
    }

    #[test]
    fn usage_that_cannot_be_true_passes_and_is_known() {
        let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n\
                      data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1e300,\"completion_tokens\":-7}}\n\ndata: [DONE]\n\n";
        let (out, tail, summary) = run(&[stream.as_bytes()], false, How::Eof);
        assert_eq!(out + &tail, stream);
        assert_eq!((summary.usage, summary.anomalous, summary.content), (None, true, 2));
    }

    #[test]
    fn the_last_of_several_usages_counts() {
        let stream = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n\
                      data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":9}}\n\ndata: [DONE]\n\n";
        let (_, _, summary) = run(&[stream.as_bytes()], false, How::Eof);
        assert_eq!(summary.usage.map(|usage| usage.output), Some(9));
    }
}
