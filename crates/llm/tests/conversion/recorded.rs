//! Streams as upstreams send them, in each way of framing.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use llm::Upstream;

use super::fixtures;

/// A stream, event by event.
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) events: Vec<Vec<u8>>,
    /// How many bytes must arrive for the answer to be whole.
    pub(crate) whole: usize,
}

/// What stands in the event that says why the answer ends.
const FINISHES: [&str; 8] = [
    "\"finish_reason\":\"tool_calls\"",
    "\"finish_reason\":\"stop\"",
    "\"stop_reason\":\"tool_use\"",
    "\"finishReason\":",
    "\"done\":true",
    "\"type\":\"response.completed\"",
    "\"type\":\"response.incomplete\"",
    "\"stopReason\":",
];

/// Every stream of an upstream.
pub(crate) fn streams(upstream: Upstream) -> Vec<Recorded> {
    match upstream {
        Upstream::Converse => fixtures(upstream, ".events").into_iter().map(binary).collect(),
        Upstream::Ollama => fixtures(upstream, ".ndjson").into_iter().map(text).collect(),
        Upstream::Dialect(_) => fixtures(upstream, ".sse").into_iter().map(text).collect(),
    }
}

fn text((name, stream): (String, String)) -> Recorded {
    let blank = ["\r\n\r\n", "\n\n", "\n"].into_iter().find(|blank| stream.contains(blank)).unwrap();
    let finish = FINISHES.iter().find_map(|word| stream.find(word)).unwrap();
    // Its last line break may be missing.
    let whole = finish + stream[finish..].find(['\r', '\n']).unwrap();
    let events = stream.split_inclusive(blank).map(|event| event.as_bytes().to_vec()).collect();
    Recorded { name, events, whole }
}

/// A line is an event: its kind and its data.
fn binary((name, lines): (String, String)) -> Recorded {
    let mut whole = 0;
    let mut length = 0;
    let events = lines.lines().map(|line| {
        let (kind, data) = line.split_once(' ').unwrap();
        let event = frame(kind, data);
        length += event.len();
        if data.contains("\"stopReason\":") {
            whole = length;
        }
        event
    });
    let events = events.collect();
    Recorded { name, events, whole }
}

/// One binary frame.
pub(crate) fn frame(kind: &str, data: &str) -> Vec<u8> {
    let header = |name: &'static str, value: &str| Header::new(name, HeaderValue::String(value.to_owned().into()));
    let is_exception = kind.ends_with("Exception");
    let message = Message::new(data.to_owned())
        .add_header(header(":message-type", if is_exception { "exception" } else { "event" }))
        .add_header(header(if is_exception { ":exception-type" } else { ":event-type" }, kind))
        .add_header(header(":content-type", "application/json"));
    let mut out = Vec::new();
    write_message_to(&message, &mut out).unwrap();
    out
}
