//! What tests ask with: reqwest for whole requests, a socket for those that no library would send.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::PATIENCE;

/// A client that follows nothing and goes through nobody.
#[expect(clippy::disallowed_methods, reason = "the rule is for the gateway's own requests")]
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(120))
        .build()
        .expect("a client")
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(super) async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.bytes().await.expect("the whole answer") }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} isn't JSON: {}", self.status, self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// `error.code`, which both the relay's and the console's errors have.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `error.message`.
    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The request's number: the id of its row in the logs.
    pub(crate) fn id(&self) -> String {
        self.header("x-request-id").to_owned()
    }
}

/// An answer on its way.
#[derive(Debug)]
pub(crate) struct Streamed {
    answer: reqwest::Response,
    pub(crate) text: String,
}

impl Streamed {
    pub(super) async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
        Self { answer, text: String::new() }
    }

    pub(crate) fn id(&self) -> String {
        self.answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned()
    }

    /// Reads until `part` has arrived.
    pub(crate) async fn until(&mut self, part: &str) {
        while !self.text.contains(part) {
            match tokio::time::timeout(PATIENCE, self.answer.chunk()).await {
                Ok(Ok(Some(bytes))) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                other => panic!("{part:?} never came: {other:?} after {}", self.text),
            }
        }
    }

    /// Reads to the end, in whatever way it ends.
    pub(crate) async fn finish(mut self) -> (String, Result<(), reqwest::Error>) {
        loop {
            match tokio::time::timeout(PATIENCE, self.answer.chunk()).await.expect("an end") {
                Ok(Some(bytes)) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(None) => return (self.text, Ok(())),
                Err(error) => return (self.text, Err(error)),
            }
        }
    }

    /// Reads to an end that must be a clean one.
    pub(crate) async fn whole(self) -> String {
        let (text, end) = self.finish().await;
        end.expect("a clean end");
        text
    }
}

/// A connection on which a test writes what it likes.
pub(crate) async fn raw(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    stream
}

/// Sends bytes and reads until the gateway closes the connection, or is silent for a second after an answer.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = raw(address).await;
    // The gateway may close before it has read all of it.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let patience = if answer.is_empty() { PATIENCE } else { Duration::from_secs(1) };
        match tokio::time::timeout(patience, stream.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return String::from_utf8_lossy(&answer).into_owned(),
            Ok(Ok(count)) => answer.extend_from_slice(&piece[..count]),
        }
    }
}
