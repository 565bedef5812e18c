//! The load: each connection sends its next request when the last answer is complete. Every answer is checked.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::upstream::{self, IDLE_MODEL, JSON, MODEL};

/// More than any round gets through; a server that answers nothing at once must not fill memory.
const MAX_REQUESTS: usize = 2_000_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Stream,
    /// A stream that stays open after its first chunk.
    Idle,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Stream => "stream",
            Self::Idle => "idle stream",
        })
    }
}

/// Who is asked.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    address: SocketAddr,
    key: String,
}

impl Target {
    pub(crate) fn new(name: &'static str, address: SocketAddr, key: Option<String>) -> Self {
        Self { name, address, key: key.unwrap_or_else(|| "sk-bench".to_owned()) }
    }

    /// A new connection; its driver runs in `drivers`.
    pub(crate) async fn connect(&self, drivers: &mut JoinSet<()>) -> Result<SendRequest<Full<Bytes>>> {
        let socket = TcpStream::connect(self.address).await.with_context(|| format!("{} refuses", self.name))?;
        socket.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(socket)).await?;
        drivers.spawn(async move {
            // What went wrong is said to the one who sent the request.
            let _ = connection.await;
        });
        Ok(sender)
    }

    pub(crate) fn request(&self, kind: Kind) -> Request<Full<Bytes>> {
        let (model, stream) = match kind {
            Kind::Json => (MODEL, ""),
            Kind::Stream => (MODEL, STREAM),
            Kind::Idle => (IDLE_MODEL, STREAM),
        };
        let body = format!(
            r#"{{"model":"{model}","messages":[{{"role":"system","content":"You are terse."}},{{"role":"user","content":"{PROMPT}"}}],"max_tokens":256{stream}}}"#
        );
        Request::post("/v1/chat/completions")
            .header(HOST, self.address.to_string())
            .header(AUTHORIZATION, format!("Bearer {}", self.key))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .expect("the parts are constants and an address")
    }
}

/// The usage is asked for, so that a proxy has nothing to take out: the answer's bytes are the same everywhere.
const STREAM: &str = r#","stream":true,"stream_options":{"include_usage":true}"#;
const PROMPT: &str = "Say something about foxes and dogs in a few sentences, please.";

/// What one round on one target saw.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) elapsed: Duration,
    /// Of each right answer, until it was complete.
    pub(crate) latencies: Vec<Duration>,
    /// Of each right answer, until its first bytes.
    pub(crate) first: Vec<Duration>,
    pub(crate) wrong: usize,
    pub(crate) first_wrong: Option<String>,
}

/// Loads `target` for `duration` over so many connections.
pub(crate) async fn run(target: &Target, kind: Kind, connections: usize, duration: Duration) -> Result<Sample> {
    let expected = match kind {
        Kind::Json => JSON.clone(),
        Kind::Stream => upstream::stream(),
        Kind::Idle => bail!("an idle stream has no end to wait for"),
    };
    let target = Arc::new(target.clone());
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (target, expected) = (Arc::clone(&target), expected.clone());
        clients.spawn(async move { client(&target, kind, &expected, start + duration).await });
    }
    let mut all = Sample::default();
    while let Some(one) = clients.join_next().await {
        let one = one??;
        all.latencies.extend(one.latencies);
        all.first.extend(one.first);
        all.wrong += one.wrong;
        all.first_wrong = all.first_wrong.or(one.first_wrong);
    }
    all.elapsed = start.elapsed();
    Ok(all)
}

async fn client(target: &Target, kind: Kind, expected: &Bytes, end: Instant) -> Result<Sample> {
    let mut drivers = JoinSet::new();
    let mut sender = target.connect(&mut drivers).await?;
    let mut sample = Sample::default();
    while Instant::now() < end && sample.latencies.len() < MAX_REQUESTS {
        // Servers may end a connection between two answers.
        if sender.ready().await.is_err() {
            sender = target.connect(&mut drivers).await?;
        }
        let request = target.request(kind);
        let start = Instant::now();
        match tokio::time::timeout(PATIENCE, exchange(&mut sender, request, expected, start)).await {
            Ok(Ok(first)) => {
                sample.first.push(first);
                sample.latencies.push(start.elapsed());
            }
            failed => {
                let why = match failed {
                    Ok(Err(error)) => format!("{}: {error:#}", target.name),
                    _ => format!("{}: no whole answer within {} s", target.name, PATIENCE.as_secs()),
                };
                sample.wrong += 1;
                sample.first_wrong.get_or_insert(why);
                ensure!(sample.wrong < 100, "too many wrong answers: {}", sample.first_wrong.unwrap_or_default());
                sender = target.connect(&mut drivers).await?;
            }
        }
    }
    Ok(sample)
}

/// One request and its whole, checked answer. Answers how long the first bytes took.
async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    expected: &Bytes,
    start: Instant,
) -> Result<Duration> {
    let mut response = sender.send_request(request).await?;
    let first = first_bytes(&mut response).await?;
    let took = start.elapsed();
    let (mut length, mut right) = (first.len(), expected.starts_with(&first));
    while let Some(frame) = response.body_mut().frame().await {
        if let Ok(data) = frame?.into_data() {
            right = right && expected.get(length..).is_some_and(|rest| rest.starts_with(&data));
            length += data.len();
        }
    }
    ensure!(
        right && length == expected.len(),
        "an answer of {length} bytes differs from the upstream's {}",
        expected.len()
    );
    Ok(took)
}

/// The first bytes of an answer with the right status.
pub(crate) async fn first_bytes(response: &mut Response<Incoming>) -> Result<Bytes> {
    if response.status() != StatusCode::OK {
        let mut body = BytesMut::new();
        while let Some(Ok(frame)) = response.body_mut().frame().await {
            body.extend(frame.into_data().unwrap_or_default());
        }
        bail!("status {}: {}", response.status(), String::from_utf8_lossy(&body));
    }
    while let Some(frame) = response.body_mut().frame().await {
        if let Ok(data) = frame?.into_data() {
            return Ok(data);
        }
    }
    bail!("an answer without a body")
}
