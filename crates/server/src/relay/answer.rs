//! Sends an answer on as it arrives, and its end when the request is settled.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use api::logs::LogState;
use axum::{body::Body, response::Response};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body::Frame;
use llm::{Dialect, How, Passage, Summary, through::read_reply};
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::{
    attempt::{Answer, Flow, IDLE, Refusal},
    drain,
    plan::Candidate,
    refuse,
    settle::{Settler, Settling},
    upstream::ReplyBody,
};

/// How often the upstream's task gets a turn before what has arrived is written: chunks that arrive together leave
/// together, in one write instead of many.
const TURNS: u8 = 2;
/// More than this is written at once even if still more is here.
const MOST_WAITING: usize = 64 << 10;
/// How long a provider may take to end a stream after its `[DONE]`, so that its connection can be used again.
const DRAIN: Duration = Duration::from_secs(1);
/// A long answer is looked into for its usage up to here.
const MOST_READ: usize = 32 << 20;

/// The client's response.
pub(super) async fn respond(answer: Answer, mut settler: Settler, candidate: &Candidate, dialect: Dialect) -> Response {
    let status = answer.status;
    let mut response = match answer.flow {
        Flow::Whole { bytes, summary } => {
            settler.first_content();
            settler.sends(&bytes);
            settler.finish(LogState::Done, Some(status.as_u16()), &summary).await;
            Response::new(Body::from(bytes))
        }
        Flow::Long { arrived, rest } => {
            settler.first_content();
            let mut response =
                Response::new(Body::new(Relayed::new(Piece::whole(dialect, arrived), rest, settler, status.as_u16())));
            if let Some(length) = answer.content_length {
                response.headers_mut().insert(header::CONTENT_LENGTH, length);
            }
            response
        }
        Flow::Stream { out, passage, rest } => {
            if passage.has_content() {
                settler.first_content();
            }
            settler.streams();
            let mut response =
                Response::new(Body::new(Relayed::new(Piece::Stream { out, passage }, rest, settler, status.as_u16())));
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
            response
        }
    };
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, answer.content_type);
    if let Some(warnings) = answer.warnings {
        response.headers_mut().insert("x-aigw-warnings", warnings);
    }
    name_channel(response.headers_mut(), candidate, 0);
    response
}

/// The client's response when no channel answered.
pub(super) fn respond_refusal(dialect: Dialect, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Own(failure) => refuse(dialect, &failure),
        Refusal::Theirs { status, headers, body } => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
    }
}

/// Says which channel answered, and after how many others.
pub(super) fn name_channel(headers: &mut HeaderMap, candidate: &Candidate, attempts: usize) {
    headers.insert("x-aigw-channel", candidate.channel.id.into());
    if attempts > 0 {
        headers.insert("x-aigw-attempts", attempts.into());
    }
}

/// A body that comes from a provider.
struct Relayed {
    piece: Piece,
    rest: ReplyBody,
    settler: Settler,
    status: u16,
    idle: Pin<Box<Sleep>>,
    turns: u8,
    state: State,
}

/// What has arrived and isn't sent yet, and what is known of it.
pub(super) enum Piece {
    Whole {
        dialect: Dialect,
        out: BytesMut,
        /// The newest bytes, held until it is known whether they are the last.
        last: Bytes,
        seen: Vec<Bytes>,
        size: usize,
    },
    Stream {
        out: BytesMut,
        passage: Box<Passage>,
    },
}

enum State {
    Flowing,
    /// Everything is here; the end is sent once the request is settled.
    Settling(Settling, Result<Bytes, String>),
    Done,
}

impl Piece {
    pub(super) fn whole(dialect: Dialect, arrived: Vec<Bytes>) -> Self {
        let mut piece = Self::Whole { dialect, out: BytesMut::new(), last: Bytes::new(), seen: Vec::new(), size: 0 };
        for bytes in arrived {
            piece.feed(bytes);
        }
        piece
    }

    pub(super) fn feed(&mut self, bytes: Bytes) {
        match self {
            Self::Whole { out, last, seen, size, .. } => {
                *size += bytes.len();
                if *size <= MOST_READ {
                    seen.push(bytes.clone());
                } else {
                    seen.clear();
                }
                out.extend_from_slice(last);
                *last = bytes;
            }
            Self::Stream { out, passage } => passage.feed(&bytes, out),
        }
    }

    pub(super) fn out(&mut self) -> &mut BytesMut {
        match self {
            Self::Whole { out, .. } | Self::Stream { out, .. } => out,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Stream { passage, .. } if passage.is_done())
    }

    /// What the answer came to, and its last bytes; `Err` where the only honest end is a broken connection.
    pub(super) fn finish(&mut self, how: How) -> (Summary, Result<Bytes, String>) {
        match self {
            Self::Stream { out, passage } => {
                passage.finish(how, out);
                (passage.summary().clone(), Ok(passage.take_tail()))
            }
            Self::Whole { dialect, last, seen, size, .. } => match how {
                How::Eof => {
                    let summary = if seen.is_empty() {
                        Summary { content: *size, ..Summary::default() }
                    } else {
                        read_reply(*dialect, &seen.concat())
                    };
                    (summary, Ok(std::mem::take(last)))
                }
                How::UpstreamError(error) => {
                    (Summary { content: *size, error: Some(error.clone()), ..Summary::default() }, Err(error))
                }
            },
        }
    }

    /// Bytes of content so far, of a stream; nothing is counted while an answer in one piece runs.
    pub(super) fn content(&self) -> usize {
        match self {
            Self::Stream { passage, .. } => passage.summary().content,
            Self::Whole { .. } => 0,
        }
    }

    pub(super) fn summary(&self) -> Summary {
        match self {
            Self::Stream { passage, .. } => passage.summary().clone(),
            Self::Whole { size, .. } => Summary { content: *size, ..Summary::default() },
        }
    }
}

impl Relayed {
    fn new(piece: Piece, rest: ReplyBody, settler: Settler, status: u16) -> Self {
        Self { piece, rest, settler, status, idle: Box::pin(sleep(IDLE)), turns: 0, state: State::Flowing }
    }

    fn flush(&mut self) -> Frame<Bytes> {
        self.settler.passed(self.piece.content());
        let bytes = self.piece.out().split().freeze();
        self.settler.sends(&bytes);
        Frame::data(bytes)
    }

    /// Reads what the provider sends after `[DONE]`: a connection that wasn't read to its end is lost.
    fn drain(&mut self) {
        let mut rest = self.rest.take();
        if rest.is_ended() {
            return;
        }
        self.settler.tasks().spawn(timeout(DRAIN, async move { while let Some(Ok(_)) = rest.next().await {} }));
    }

    fn end(&mut self, how: How) {
        let (summary, tail) = self.piece.finish(how);
        // All that is still to be sent.
        self.settler.sends(self.piece.out());
        if let Ok(tail) = &tail {
            self.settler.sends(tail);
        }
        let state = if summary.error.is_some() { LogState::Failed } else { LogState::Done };
        let settling = self.settler.finish(state, Some(self.status), &summary);
        self.state = State::Settling(settling, tail);
    }
}

impl http_body::Body for Relayed {
    type Data = Bytes;
    type Error = String;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, String>>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Flowing => {
                    if this.piece.is_done() {
                        this.end(How::Eof);
                        continue;
                    }
                    match this.rest.poll_next(cx) {
                        Poll::Ready(Some(Ok(bytes))) => {
                            this.idle.as_mut().reset(Instant::now() + IDLE);
                            this.piece.feed(bytes);
                            if this.piece.out().len() >= MOST_WAITING {
                                return Poll::Ready(Some(Ok(this.flush())));
                            }
                        }
                        Poll::Ready(Some(Err(error))) => this.end(How::UpstreamError(error)),
                        Poll::Ready(None) => this.end(How::Eof),
                        Poll::Pending if !this.piece.out().is_empty() => {
                            if this.turns < TURNS {
                                this.turns += 1;
                                cx.waker().wake_by_ref();
                                return Poll::Pending;
                            }
                            this.turns = 0;
                            return Poll::Ready(Some(Ok(this.flush())));
                        }
                        Poll::Pending => {
                            std::task::ready!(this.idle.as_mut().poll(cx));
                            let silence = format!("The provider was silent for {} seconds.", IDLE.as_secs());
                            this.end(How::UpstreamError(silence));
                        }
                    }
                }
                State::Settling(settling, tail) => {
                    if !this.piece.out().is_empty() {
                        return Poll::Ready(Some(Ok(this.flush())));
                    }
                    std::task::ready!(Pin::new(settling).poll(cx));
                    let tail = std::mem::replace(tail, Ok(Bytes::new()));
                    this.state = State::Done;
                    this.drain();
                    match tail {
                        Ok(tail) if tail.is_empty() => {}
                        tail => return Poll::Ready(Some(tail.map(Frame::data))),
                    }
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for Relayed {
    /// The client left, or the gateway is ending: what has passed is settled, or what is still to come too.
    fn drop(&mut self) {
        if !matches!(self.state, State::Flowing) {
            return;
        }
        if self.settler.drains() {
            let piece = std::mem::replace(&mut self.piece, Piece::whole(Dialect::Chat, Vec::new()));
            drain::go_on(piece, self.rest.take(), self.settler.hand_over(), self.status);
        } else {
            self.settler.abandon(Some(self.status), &self.piece.summary());
        }
    }
}
