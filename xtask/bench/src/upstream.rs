//! The mock provider: answers at once, with a JSON object of about 1 KB, a stream of 64 chunks, or a stream that stays open.
//! Serves in a process of its own, so that what it costs isn't the load generator's.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use memchr::memmem;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::Sleep;

/// The model that everyone asks for.
pub(crate) const MODEL: &str = "bench-model";
/// Streams of this one stay open after their first chunk.
pub(crate) const IDLE_MODEL: &str = "bench-idle";

const CHUNKS: usize = 64;

/// The whole answer to a request without `stream`.
pub(crate) static JSON: LazyLock<Bytes> = LazyLock::new(|| {
    let content = "The quick brown fox jumps over the lazy dog. ".repeat(16);
    let answer = serde_json::json!({
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 160, "total_tokens": 180},
    });
    Bytes::from(answer.to_string())
});

/// The events of a stream: 64 chunks, the usage, the end.
static EVENTS: LazyLock<Vec<Bytes>> = LazyLock::new(|| {
    let event = |choices: serde_json::Value, usage: serde_json::Value| {
        let chunk = serde_json::json!({
            "id": "chatcmpl-bench",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": MODEL,
            "choices": choices,
            "usage": usage,
        });
        Bytes::from(format!("data: {chunk}\n\n"))
    };
    let null = || serde_json::Value::Null;
    let mut events: Vec<Bytes> = (0..CHUNKS)
        .map(|index| {
            let end = if index + 1 == CHUNKS { "stop".into() } else { null() };
            let delta = serde_json::json!({"content": format!(" token{index:02}")});
            event(serde_json::json!([{"index": 0, "delta": delta, "finish_reason": end}]), null())
        })
        .collect();
    let usage = serde_json::json!({"prompt_tokens": 20, "completion_tokens": CHUNKS, "total_tokens": 20 + CHUNKS});
    events.push(event(serde_json::json!([]), usage));
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
});

/// The whole answer to a request with `stream`.
pub(crate) fn stream() -> Bytes {
    let mut whole = BytesMut::new();
    EVENTS.iter().for_each(|event| whole.put_slice(event));
    whole.freeze()
}

/// The mock provider as a child process; ends with this one.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Upstream {
    pub(crate) async fn stop(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    pub(crate) async fn start(chunk_delay: u64) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["upstream", "--chunk-delay", &chunk_delay.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = process.stdout.take().context("stdout was piped")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address).await?;
        Ok(Self { address: address.trim().parse().context("the upstream said no address")?, process })
    }
}

/// Serves on a free port, which is printed, until stdin ends.
pub(crate) async fn serve(chunk_delay: Duration) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let mut connections = JoinSet::new();
    let mut stdin = tokio::io::stdin();
    let mut byte = [0];
    loop {
        tokio::select! {
            // The bench is gone.
            _ = stdin.read(&mut byte) => return Ok(()),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let (socket, _) = accepted?;
                socket.set_nodelay(true)?;
                let service = service_fn(move |request| answer(request, chunk_delay));
                connections.spawn(async move {
                    // A client that leaves in the middle is part of the bench.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
                });
            }
        }
    }
}

type Answer = Either<Full<Bytes>, Events>;

async fn answer(request: Request<Incoming>, chunk_delay: Duration) -> Result<Response<Answer>> {
    let body = request.into_body().collect().await?.to_bytes();
    let asks = |needle: &str| memmem::find(&body, needle.as_bytes()).is_some();
    let (kind, answer) = if asks("\"stream\":true") {
        let last = if asks(IDLE_MODEL) { 1 } else { EVENTS.len() };
        ("text/event-stream", Either::Right(Events::new(last, chunk_delay)))
    } else {
        ("application/json", Either::Left(Full::new(JSON.clone())))
    };
    let mut response = Response::new(answer);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// One event per write: it is pending once before each, and hyper flushes whenever its body is pending, as it would between the
/// tokens of a model.
struct Events {
    next: usize,
    /// After so many it stays open, unless these are all.
    last: usize,
    delay: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    paused: bool,
}

impl Events {
    fn new(last: usize, delay: Duration) -> Self {
        Self { next: 0, last, delay, pause: None, paused: false }
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.delay.is_zero() {
            if self.paused {
                return Poll::Ready(());
            }
            self.paused = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let delay = self.delay;
        self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(delay))).as_mut().poll(cx)
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.next == EVENTS.len() {
            return Poll::Ready(None);
        }
        if self.next == self.last {
            // No waker: only the other side ends this one.
            return Poll::Pending;
        }
        std::task::ready!(self.poll_pause(cx));
        self.paused = false;
        self.pause = None;
        let event = EVENTS[self.next].clone();
        self.next += 1;
        Poll::Ready(Some(Ok(Frame::data(event))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_answer_is_about_a_kilobyte() {
        assert!((900..1_200).contains(&JSON.len()), "{}", JSON.len());
    }

    #[test]
    fn a_stream_has_64_chunks_the_usage_and_an_end() {
        let text = String::from_utf8(stream().to_vec()).unwrap();
        assert_eq!(text.matches("data: {").count(), CHUNKS + 1);
        assert_eq!(text.matches("\"total_tokens\":84").count(), 1);
        assert!(text.ends_with("data: [DONE]\n\n"));
    }
}
