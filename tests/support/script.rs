//! What a scripted provider does with one request.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::Semaphore;

/// Steps in order, then an end.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(super) steps: Vec<Step>,
    pub(super) end: End,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Send(Bytes),
    Pause(Duration),
    Gate(Gate),
    /// Nothing more, until the other side leaves.
    Stall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The answer was whole: the connection serves the next request.
    KeepAlive,
    /// FIN.
    Close,
    /// RST.
    Reset,
}

/// Holds a script until the test lets it go on, once for each opening.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.add_permits(1);
    }

    pub(super) async fn pass(&self) {
        self.0.acquire().await.expect("never closed").forget();
    }
}

impl Script {
    fn of(first: impl Into<Bytes>) -> Self {
        Self { steps: vec![Step::Send(first.into())], end: End::KeepAlive }
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// A whole answer with its length.
    pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        Self::of([head.as_bytes(), b"\r\n", body].concat())
    }

    pub(crate) fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::answer(status, &[("content-type", "application/json")], body)
    }

    /// The head of an event stream; the events follow.
    pub(crate) fn stream() -> Self {
        Self::of(&b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"[..])
    }

    /// A whole event stream.
    pub(crate) fn events<T: AsRef<str>>(events: &[T]) -> Self {
        events.iter().fold(Self::stream(), |script, event| script.event(event.as_ref())).finish()
    }

    /// Whatever these bytes are.
    pub(crate) fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self { end: End::Close, ..Self::of(bytes) }
    }

    /// No answer at all.
    pub(crate) fn silence() -> Self {
        Self { steps: vec![Step::Stall], end: End::Close }
    }

    /// `data: …` in a chunk of its own.
    pub(crate) fn event(self, data: &str) -> Self {
        self.piece(format!("data: {data}\n\n").as_bytes())
    }

    /// A chunk of these bytes.
    pub(crate) fn piece(self, bytes: &[u8]) -> Self {
        let size = format!("{:x}\r\n", bytes.len());
        self.then(Step::Send([size.as_bytes(), bytes, b"\r\n"].concat().into()))
    }

    pub(crate) fn send(self, bytes: impl Into<Bytes>) -> Self {
        self.then(Step::Send(bytes.into()))
    }

    pub(crate) fn pause(self, time: Duration) -> Self {
        self.then(Step::Pause(time))
    }

    pub(crate) fn gate(self, gate: &Gate) -> Self {
        self.then(Step::Gate(gate.clone()))
    }

    /// The end of a chunked answer.
    pub(crate) fn finish(self) -> Self {
        self.send(&b"0\r\n\r\n"[..])
    }

    pub(crate) fn stall(self) -> Self {
        self.then(Step::Stall)
    }

    /// Closes the connection, whole or not.
    pub(crate) fn close(self) -> Self {
        Self { end: End::Close, ..self }
    }

    pub(crate) fn reset(self) -> Self {
        Self { end: End::Reset, ..self }
    }
}
