//! The client that talks to providers; the only module that knows which HTTP library that is.
//!
//! Redirects are off, so that a provider key goes where its channel points and nowhere else. Proxy variables of the
//! environment are ignored.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, Client},
    rt::{TokioExecutor, TokioTimer},
};
use llm::{Dialect, Endpoint, demo, vendor::Reach};
use secrecy::ExposeSecret;
use url::Url;

use super::{ask::Ask, dial::Dialer, plan::Candidate};
use crate::{Egress, settings::Live};

/// How long a connection waits for the next request.
const IDLE: Duration = Duration::from_secs(90);
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("ai-gateway/", env!("CARGO_PKG_VERSION")));
/// The version of the Messages API that is spoken where the client names none.
const MESSAGES_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));

/// What a client of the provider's own dialect may say to it besides its body.
fn passed_headers(dialect: Dialect) -> &'static [HeaderName] {
    static CHAT: [HeaderName; 4] = [
        header::ACCEPT,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("openai-beta"),
        HeaderName::from_static("x-client-request-id"),
    ];
    static MESSAGES: [HeaderName; 3] =
        [header::ACCEPT, HeaderName::from_static("anthropic-version"), HeaderName::from_static("anthropic-beta")];
    static GEMINI: [HeaderName; 2] = [header::ACCEPT, HeaderName::from_static("x-goog-api-client")];
    match dialect {
        Dialect::Chat | Dialect::Responses => &CHAT,
        Dialect::Messages => &MESSAGES,
        Dialect::Gemini => &GEMINI,
    }
}

/// How fast the demo provider talks.
const DEMO_PAUSE: Duration = Duration::from_millis(15);

/// Sends requests to providers.
#[derive(Debug)]
pub(crate) struct Upstream {
    pool: ArcSwap<Pool>,
    dialer: Dialer,
}

/// Connections, all of them dialled while `egress` held: one that was may not be used once it no longer is.
#[derive(Debug)]
struct Pool {
    client: Client<Dialer, Full<Bytes>>,
    egress: Egress,
}

/// A provider's answer: its head, and its body as it arrives.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(crate) body: ReplyBody,
}

/// Bytes as they arrive.
pub(crate) struct ReplyBody(Source);

enum Source {
    Http(Incoming),
    InProcess(Pin<Box<dyn Stream<Item = Bytes> + Send>>),
    Ended,
}

/// Why there is no answer. The text is for the log and the operator: it names hosts.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct SendError {
    text: String,
    pub(super) is_timeout: bool,
}

impl Upstream {
    /// # Errors
    /// If the system's list of authorities can't be read.
    pub(crate) fn new(live: Arc<Live>) -> Result<Self, SendError> {
        let dialer = Dialer::new(live).map_err(|error| SendError::new(error.to_string()))?;
        Ok(Self::with(dialer))
    }

    /// One that shares no connections with this one.
    pub(crate) fn apart(&self) -> Self {
        Self::with(self.dialer.clone())
    }

    fn with(dialer: Dialer) -> Self {
        Self { pool: ArcSwap::from_pointee(Pool::new(&dialer)), dialer }
    }

    /// The connections that may be used right now.
    fn pool(&self) -> Guard<Arc<Pool>> {
        let pool = self.pool.load();
        if pool.egress == self.dialer.egress() {
            return pool;
        }
        // Answers that are on their way keep their connections.
        self.pool.store(Arc::new(Pool::new(&self.dialer)));
        self.pool.load()
    }

    /// Sends what `candidate` is asked. `from` are the client's headers, of which few pass, and none where it is converted.
    pub(crate) async fn send(
        &self,
        candidate: &Candidate,
        ask: &Ask,
        from: Option<&HeaderMap>,
    ) -> Result<Reply, SendError> {
        if candidate.provider.reach == Reach::InProcess {
            return Ok(answer_in_process(candidate.endpoint, ask.body.clone()));
        }
        let from = from.filter(|_| !ask.way.converts());
        let mut request = Request::new(Full::new(ask.body.clone()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = address(&candidate.url(ask.stream))?;
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, USER_AGENT);
        for name in passed_headers(candidate.dialect()) {
            if let Some(value) = from.and_then(|from| from.get(name)) {
                headers.insert(name, value.clone());
            }
        }
        if candidate.dialect() == Dialect::Messages {
            let (name, version) = MESSAGES_VERSION;
            headers.entry(name).or_insert(version);
        }
        for (name, value) in &ask.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(*name, value);
            }
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // What passes through must be readable on the way.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(key) = candidate.key() {
            let (name, mut value) = match candidate.header() {
                None => {
                    (header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {}", key.secret.expose_secret())))
                }
                Some(name) => (name, HeaderValue::try_from(key.secret.expose_secret())),
            };
            if let Ok(value) = &mut value {
                value.set_sensitive(true);
            }
            headers.insert(
                name,
                value.map_err(|_| SendError::new("the provider key has characters that no header may have"))?,
            );
        }
        let host = request.uri().host().unwrap_or_default().to_owned();
        let sent = self.pool().client.request(request);
        let response = sent.await.map_err(|error| SendError::unanswered(&host, &error))?;
        let (head, body) = response.into_parts();
        Ok(Reply { status: head.status, headers: head.headers, body: ReplyBody(Source::Http(body)) })
    }
}

impl Pool {
    fn new(dialer: &Dialer) -> Self {
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        let egress = dialer.egress();
        Self { client: client.build(dialer.clone()), egress }
    }
}

/// Names in other scripts become what the network knows them by.
fn address(text: &str) -> Result<Uri, SendError> {
    Uri::try_from(text).or_else(|_| {
        let unusable =
            |error: &dyn fmt::Display| SendError::new(format!("the channel's address can't be used: {error}"));
        let url = Url::parse(text).map_err(|error| unusable(&error))?;
        Uri::try_from(String::from(url)).map_err(|error| unusable(&error))
    })
}

impl ReplyBody {
    /// The next bytes; `None` at the end.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, String>>> {
        match &mut self.0 {
            Source::Ended => Poll::Ready(None),
            Source::InProcess(events) => events.as_mut().poll_next(cx).map(|event| event.map(Ok)),
            Source::Http(body) => loop {
                let frame = std::task::ready!(Pin::new(&mut *body).poll_frame(cx));
                match frame {
                    None => {
                        self.0 = Source::Ended;
                        return Poll::Ready(None);
                    }
                    Some(Err(error)) => {
                        self.0 = Source::Ended;
                        return Poll::Ready(Some(Err(broke(&error))));
                    }
                    // Trailers say nothing here.
                    Some(Ok(frame)) => {
                        if let Ok(bytes) = frame.into_data() {
                            return Poll::Ready(Some(Ok(bytes)));
                        }
                    }
                }
            },
        }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Bytes, String>> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.0, Source::Ended)
    }

    /// Leaves an ended body in its place.
    pub(super) fn take(&mut self) -> Self {
        Self(std::mem::replace(&mut self.0, Source::Ended))
    }

    /// One that is over.
    pub(super) const fn ended() -> Self {
        Self(Source::Ended)
    }

    /// All of it, if it has at most `most` bytes.
    pub(crate) async fn collect(mut self, most: usize) -> Result<Bytes, String> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await {
            all.extend_from_slice(&bytes?);
            if all.len() > most {
                return Err(format!("the answer is longer than {most} bytes"));
            }
        }
        Ok(all.freeze())
    }
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyBody").finish_non_exhaustive()
    }
}

impl SendError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_timeout: false }
    }

    pub(super) fn timeout(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_timeout: true }
    }

    fn unanswered(host: &str, error: &legacy::Error) -> Self {
        let cause = innermost(error);
        let is_timeout = cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        let what = if error.is_connect() { "can't connect to " } else { "" };
        let text = format!("{what}{host}: {cause}");
        Self { text, is_timeout }
    }
}

/// What happened, by the innermost cause; the outer ones only say that something did.
fn broke(error: &hyper::Error) -> String {
    innermost(error).to_string()
}

fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost
}

fn answer_in_process(endpoint: Endpoint, body: Bytes) -> Reply {
    let id = format!("chatcmpl-{}", uuid::Uuid::now_v7().simple());
    let seconds = uuid::Uuid::now_v7().get_timestamp().map_or(0, |time| time.to_unix().0);
    let created = i64::try_from(seconds).unwrap_or(0);
    let (status, mime, events) = match demo::answer(endpoint, body, &id, created) {
        Ok(demo::Answer::Whole(body)) => (StatusCode::OK, "application/json", vec![body]),
        Ok(demo::Answer::Stream(events)) => (StatusCode::OK, "text/event-stream; charset=utf-8", events),
        Err(failure) => {
            let (status, body) = failure.chat();
            (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), "application/json", vec![body])
        }
    };
    let events = stream::iter(events).then(|event| async move {
        tokio::time::sleep(DEMO_PAUSE).await;
        event
    });
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(mime))]);
    Reply { status, headers, body: ReplyBody(Source::InProcess(Box::pin(events))) }
}
