//! What tests ask with: reqwest for whole requests, a socket for those that no library would send.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use reqwest::{
    Method, RequestBuilder,
    header::{self, HeaderMap},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::PATIENCE;

/// Somebody who talks to a gateway, signed in or not.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(super) http: reqwest::Client,
    pub(super) url: String,
    /// As a browser sends it; empty without a session.
    pub(crate) cookie: String,
}

impl Client {
    /// One that follows nothing and goes through nobody.
    #[expect(clippy::disallowed_methods, reason = "the rule is for the gateway's own requests")]
    pub(crate) fn new(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(2))
            .build()
            .expect("a client");
        Self { http, url: url.to_owned(), cookie: String::new() }
    }

    /// The same one with a session, or with none.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: cookie.to_owned(), ..self.clone() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A request with nothing but its address.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// A request with the session, if there is one.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare(method, path);
        if self.cookie.is_empty() { request } else { request.header(header::COOKIE, &self.cookie) }
    }

    /// Sends what a test has put together.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Reply { status, headers, body: answer.bytes().await.expect("the whole answer") }
    }

    /// Like [`send`](Self::send), for routes of which some answer without end: of those the head only.
    pub(crate) async fn head(&self, request: RequestBuilder) -> Reply {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let endless =
            headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if endless { Bytes::new() } else { answer.bytes().await.expect("the whole answer") };
        Reply { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.json(Method::POST, path, &body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.json(Method::PATCH, path, &body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn json(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// A new session's cookie, as a browser sends it.
    pub(crate) async fn login(&self, username: &str, password: &str) -> String {
        let reply = self.post("/api/session", json!({"username": username, "password": password})).await;
        reply.expect(200);
        reply.cookie()
    }

    /// A relay request by an access key.
    pub(crate) fn by_key(&self, key: &str, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.bare(Method::POST, path).bearer_auth(key).header(header::CONTENT_TYPE, "application/json").body(body)
    }

    /// Asks for a chat completion.
    pub(crate) async fn chat(&self, key: &str, body: Value) -> Reply {
        self.send(self.by_key(key, "/v1/chat/completions", body.to_string())).await
    }

    /// Asks `model` something short.
    pub(crate) async fn ask(&self, key: &str, model: &str) -> Reply {
        self.chat(key, json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]})).await
    }

    /// Opens a stream from `model`; its head is here.
    pub(crate) async fn stream(&self, key: &str, model: &str) -> Streamed {
        self.stream_with(key, json!({"model": model, "stream": true, "messages": []})).await
    }

    pub(crate) async fn stream_with(&self, key: &str, body: Value) -> Streamed {
        let request = self.by_key(key, "/v1/chat/completions", body.to_string());
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
        Streamed { answer, text: String::new() }
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} isn't JSON: {}", self.status, self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    /// The JSON, if it is JSON, of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The cookie that the answer sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
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
    pub(crate) fn id(&self) -> String {
        self.answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned()
    }

    /// A header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.answer.headers().get(name);
        value.map_or("", |value| value.to_str().expect("a header in ASCII"))
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
