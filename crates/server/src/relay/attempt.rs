//! Asks one channel, up to the answer's first content: until then another channel could still be asked instead.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use llm::{Failure, How, Kind, Passage, Summary, read_failure, through::Request};
use tokio::time::timeout;

use super::{
    ask::{Ask, Way},
    plan::Candidate,
    upstream::{Reply, ReplyBody, SendError},
};
use crate::app::App;

/// Until a stream's head, and its first content.
const STREAM_PATIENCE: Duration = Duration::from_mins(2);
/// Until the head of an answer in one piece, which comes when all of it is made.
const WHOLE_PATIENCE: Duration = Duration::from_mins(10);
/// Between two pieces.
pub(super) const IDLE: Duration = Duration::from_mins(2);
/// An answer up to this size is sent when all of it is here, so that one that breaks off can be asked for elsewhere.
const MOST_HELD: usize = 1 << 20;
/// A longer one can't be converted.
const MOST_CONVERTED: usize = 32 << 20;
const MOST_ERROR_BYTES: usize = 256 << 10;

/// An answer that has begun.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: HeaderValue,
    /// The provider's own word on the length, for an answer that passes unchanged.
    pub(super) content_length: Option<HeaderValue>,
    pub(super) flow: Flow,
    /// What the client asked for and the provider wasn't, in a header's words.
    pub(super) warnings: Option<HeaderValue>,
}

/// What of the answer is here and what is to come.
#[derive(Debug)]
pub(super) enum Flow {
    /// All of it.
    Whole { bytes: Bytes, summary: Summary },
    /// A long answer in one piece: what has arrived, and the rest.
    Long { arrived: Vec<Bytes>, rest: ReplyBody },
    /// A stream: what the client gets first, and the rest.
    Stream { out: BytesMut, passage: Box<Passage>, rest: ReplyBody },
}

/// An attempt that came to nothing.
#[derive(Debug)]
pub(super) struct Failed {
    /// What the client is told if nothing better comes.
    pub(super) refusal: Refusal,
    /// Whether another channel may do better.
    pub(super) elsewhere: bool,
    pub(super) status: Option<u16>,
    /// For the log.
    pub(super) detail: String,
}

#[derive(Debug)]
pub(super) enum Refusal {
    Own(Failure),
    /// The provider's error, as it came.
    Theirs {
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    },
}

/// Sends the request and waits for the first content.
pub(super) async fn attempt(
    app: &App,
    candidate: &Candidate,
    request: &Request,
    headers: &HeaderMap,
) -> Result<Answer, Failed> {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let ask = match Ask::new(candidate, request, id, app.clock.now().as_millis() / 1_000).await {
        Ok(ask) => ask,
        Err(failure) => return Err(unspeakable(failure)),
    };
    let patience = if request.stream { STREAM_PATIENCE } else { WHOLE_PATIENCE };
    let reply = match timeout(patience, app.upstream.send(candidate, &ask, Some(headers))).await {
        Ok(reply) => reply,
        Err(_) => Err(SendError::timeout(format!("no answer within {} s", patience.as_secs()))),
    };
    let reply = reply.map_err(|error| unreachable_provider(&error))?;
    if !reply.status.is_success() {
        return Err(refused(candidate, &ask.way, reply).await);
    }
    let is_stream = reply
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/event-stream"));
    let content_type =
        reply.headers.get(header::CONTENT_TYPE).cloned().unwrap_or(HeaderValue::from_static("application/json"));
    let warnings = warnings(&ask.way);
    if ask.way.converts() {
        let events = if request.json_array { JSON } else { EVENTS };
        let (content_type, flow) = match (request.stream, is_stream) {
            (true, true) => (events, begin_stream(ask.way.passage(request.shows_usage()), reply.body).await?),
            (false, true) => return Err(broke_off("a stream that nobody asked for".to_owned(), Kind::BadGateway)),
            (stream, false) => (if stream { events } else { JSON }, convert(&ask.way, stream, reply.body).await?),
        };
        return Ok(Answer { status: reply.status, content_type, content_length: None, flow, warnings });
    }
    if is_stream {
        let flow = begin_stream(ask.way.passage(request.shows_usage()), reply.body).await?;
        return Ok(Answer { status: reply.status, content_type, content_length: None, flow, warnings });
    }
    let content_length = reply.headers.get(header::CONTENT_LENGTH).cloned();
    let flow = begin_whole(&ask.way, reply.body).await?;
    Ok(Answer { status: reply.status, content_type, content_length, flow, warnings })
}

const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The losses of a conversion as a header.
fn warnings(way: &Way) -> Option<HeaderValue> {
    let losses: Vec<String> = way.losses().iter().map(ToString::to_string).collect();
    (!losses.is_empty()).then(|| HeaderValue::try_from(losses.join(", ")).ok()).flatten()
}

/// Waits for all of an answer that came in one piece, and converts it.
async fn convert(way: &Way, stream: bool, rest: ReplyBody) -> Result<Flow, Failed> {
    let body = match timeout(WHOLE_PATIENCE, rest.collect(MOST_CONVERTED)).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(broke_off(error, Kind::BadGateway)),
        Err(_) => return Err(broke_off(format!("not whole within {} s", WHOLE_PATIENCE.as_secs()), Kind::Timeout)),
    };
    let unreadable = |failure: Failure| broke_off(failure.message, Kind::BadGateway);
    if stream {
        let mut out = BytesMut::new();
        let passage = way.replay(&body, &mut out).map_err(unreadable)?;
        return Ok(Flow::Stream { out, passage: Box::new(passage), rest: ReplyBody::ended() });
    }
    let (bytes, summary) = way.reply(body).map_err(unreadable)?;
    Ok(Flow::Whole { bytes, summary })
}

async fn begin_stream(mut passage: Passage, mut rest: ReplyBody) -> Result<Flow, Failed> {
    let mut out = BytesMut::new();
    let first = timeout(STREAM_PATIENCE, async {
        while !passage.has_content() && !passage.is_done() && passage.failed_first().is_none() {
            match rest.next().await {
                Some(Ok(bytes)) => passage.feed(&bytes, &mut out),
                Some(Err(error)) => return Some(How::UpstreamError(error)),
                None => return Some(How::Eof),
            }
        }
        None
    })
    .await;
    match first {
        Err(_) => {
            return Err(broke_off(format!("no content within {} s", STREAM_PATIENCE.as_secs()), Kind::Timeout));
        }
        Ok(Some(how)) => passage.finish(how, &mut out),
        Ok(None) => {}
    }
    if let Some(error) = passage.failed_first() {
        return Err(broke_off(error.to_owned(), Kind::BadGateway));
    }
    Ok(Flow::Stream { out, passage: Box::new(passage), rest })
}

async fn begin_whole(way: &Way, mut rest: ReplyBody) -> Result<Flow, Failed> {
    let mut arrived: Vec<Bytes> = Vec::new();
    let mut held = 0;
    loop {
        match timeout(IDLE, rest.next()).await {
            Err(_) => return Err(broke_off(format!("silent for {} s", IDLE.as_secs()), Kind::Timeout)),
            Ok(Some(Err(error))) => return Err(broke_off(error, Kind::BadGateway)),
            Ok(Some(Ok(bytes))) => {
                held += bytes.len();
                arrived.push(bytes);
                if held > MOST_HELD {
                    return Ok(Flow::Long { arrived, rest });
                }
            }
            Ok(None) => {
                let bytes = if arrived.len() == 1 { arrived.remove(0) } else { arrived.concat().into() };
                let (bytes, summary) =
                    way.reply(bytes).map_err(|failure| broke_off(failure.message, Kind::BadGateway))?;
                return Ok(Flow::Whole { bytes, summary });
            }
        }
    }
}

/// Nothing was sent: the request can't be said in the provider's dialect. Another channel may speak the client's.
fn unspeakable(failure: Failure) -> Failed {
    Failed { detail: failure.message.clone(), refusal: Refusal::Own(failure), elsewhere: true, status: None }
}

fn unreachable_provider(error: &SendError) -> Failed {
    let (kind, message) = if error.is_timeout {
        (Kind::Timeout, "The provider didn't answer in time. Try again, or use another model.")
    } else {
        (Kind::BadGateway, "The provider can't be reached. The gateway's log says why.")
    };
    Failed {
        refusal: Refusal::Own(Failure::new(kind, message)),
        elsewhere: true,
        status: None,
        detail: error.to_string(),
    }
}

fn broke_off(detail: String, kind: Kind) -> Failed {
    let message = if kind == Kind::Timeout {
        "The provider went silent before the answer began. Try again, or use another model."
    } else {
        "The provider broke off before the answer began. Try again, or use another model."
    };
    Failed { refusal: Refusal::Own(Failure::new(kind, message)), elsewhere: true, status: None, detail }
}

/// The provider answered, and said no.
async fn refused(candidate: &Candidate, way: &Way, reply: Reply) -> Failed {
    let status = reply.status;
    let body = match timeout(IDLE, reply.body.collect(MOST_ERROR_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) | Err(_) => Bytes::new(),
    };
    let text = String::from_utf8_lossy(&body);
    let text = candidate.redact(&text);
    let mut detail: String = text.chars().take(2000).collect();
    if detail.is_empty() {
        detail = format!("status {}", status.as_u16());
    }
    let refusal = match status.as_u16() {
        // The client's key is fine; it is the gateway's that isn't.
        401 => {
            let said: String = message(&text).chars().take(500).collect();
            let text = format!("The provider refused the gateway's key for this channel. It said: {said}");
            Refusal::Own(Failure::new(Kind::UpstreamAuth, text))
        }
        300..=399 => {
            let text = "The provider answered with a redirect, which the gateway doesn't follow. Check the channel's base URL.";
            Refusal::Own(Failure::new(Kind::BadGateway, text))
        }
        code if way.converts() => {
            let mut failure = read_failure(code, text.as_bytes(), None);
            let retry_after =
                reply.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            failure.retry_after = retry_after.or(failure.retry_after);
            Refusal::Own(failure)
        }
        _ => {
            let mut headers = HeaderMap::new();
            for name in ["content-type", "retry-after", "retry-after-ms", "x-should-retry"] {
                if let Some(value) = reply.headers.get(name) {
                    headers.insert(name, value.clone());
                }
            }
            Refusal::Theirs { status, headers, body: Bytes::from(text.into_owned()) }
        }
    };
    let elsewhere = matches!(status.as_u16(), 401 | 403 | 404 | 408 | 409 | 429 | 300..=399 | 500..);
    Failed { refusal, elsewhere, status: Some(status.as_u16()), detail }
}

/// The words in an error body, whatever its shape.
fn message(text: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    ["/error/message", "/message", "/error", "/detail"]
        .iter()
        .find_map(|at| body.pointer(at)?.as_str())
        .unwrap_or(text)
        .to_owned()
}
