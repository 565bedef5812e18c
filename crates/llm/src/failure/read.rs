//! What an upstream's error says, in whichever of many shapes.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Failure, Kind};
use crate::json::Text;

/// Bytes of an unreadable error that a client is shown.
const MOST_SHOWN: usize = 2_000;

/// All the members that carry words or kinds in the shapes that are known: OpenAI's, Anthropic's, Google's, AWS's, FastAPI's,
/// Ollama's and those of vendors that answer errors with status 200.
#[derive(Debug, Default, Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "Message", alias = "msg", alias = "error_msg")]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    param: Option<&'a RawValue>,
    #[serde(borrow, default)]
    details: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
struct Detail<'a> {
    #[serde(borrow, default)]
    msg: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "retryDelay")]
    retry_delay: Option<&'a RawValue>,
}

/// Reads an upstream's error: its words, and what kind it is. `aws` is the kind that AWS names in a header.
pub fn read_failure(status: u16, body: &[u8], aws: Option<&str>) -> Failure {
    let text = String::from_utf8_lossy(body);
    let outer = object(&text);
    let inner = outer.error.map(|raw| (raw, object(raw.get())));
    let wire = inner.as_ref().map_or(&outer, |(_, inner)| inner);
    let message = inner
        .as_ref()
        .and_then(|(raw, _)| string(Some(raw)))
        .or_else(|| string(wire.message))
        .or_else(|| string(outer.message))
        .or_else(|| string(outer.detail))
        .or_else(|| list::<Detail<'_>>(outer.detail).into_iter().find_map(|detail| string(detail.msg)))
        .unwrap_or_else(|| text.chars().take(MOST_SHOWN).collect());
    let words = [wire.kind, wire.code, wire.status, outer.kind];
    let words: Vec<String> = words.into_iter().filter_map(string).chain(aws.map(str::to_owned)).collect();
    let mut failure = Failure::new(kind(status, &words, &message), message);
    failure.param = string(wire.param);
    failure.retry_after =
        list::<Detail<'_>>(wire.details).iter().find_map(|detail| seconds(&string(detail.retry_delay)?));
    failure
}

/// The object that a text is, or the first of an array of them: one vendor wraps its errors.
fn object(text: &str) -> Wire<'_> {
    if text.trim_start().starts_with('[') {
        let all: Vec<Wire<'_>> = serde_json::from_str(text).unwrap_or_default();
        return all.into_iter().next().unwrap_or_default();
    }
    serde_json::from_str(text).unwrap_or_default()
}

fn string(raw: Option<&RawValue>) -> Option<String> {
    Some(Text::of(raw?)?.decode().into_owned()).filter(|text| !text.is_empty())
}

fn list<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Vec<T> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// `13.5s`, rounded up.
fn seconds(delay: &str) -> Option<u32> {
    let (whole, part) = delay.strip_suffix('s')?.split_once('.').unwrap_or((delay.strip_suffix('s')?, "0"));
    let whole: u32 = whole.parse().ok()?;
    Some(whole.saturating_add(u32::from(part.bytes().any(|digit| digit != b'0'))))
}

fn kind(status: u16, words: &[String], message: &str) -> Kind {
    let has = |word: &str| words.iter().any(|said| said.starts_with(word));
    if has("context_length_exceeded") || message.starts_with("prompt is too long") {
        return Kind::ContextLength;
    }
    if has("content_policy_violation") || has("content_filter") {
        return Kind::ContentPolicy;
    }
    if has("insufficient_quota") || has("billing_error") {
        return Kind::Spent;
    }
    if has("rate_limit") || has("RESOURCE_EXHAUSTED") || has("ThrottlingException") || has("ServiceQuotaExceeded") {
        return Kind::TooManyRequests;
    }
    if has("overloaded_error") || has("UNAVAILABLE") || has("ModelNotReady") {
        return Kind::Unavailable;
    }
    match status {
        // The gateway's key, not the client's: the client would look for the fault in the wrong place.
        401 | 403 => Kind::UpstreamAuth,
        402 => Kind::Spent,
        404 => Kind::ModelNotFound,
        408 | 504 => Kind::Timeout,
        409 => Kind::Conflict,
        413 => Kind::TooLarge,
        429 => Kind::TooManyRequests,
        503 | 529 => Kind::Unavailable,
        400..=499 => Kind::InvalidRequest,
        _ => Kind::BadGateway,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_shape_of_an_error_is_read() {
        for (status, body, kind, message) in [
            (
                400,
                r#"{"error":{"message":"no","type":"invalid_request_error","param":"x","code":null}}"#,
                Kind::InvalidRequest,
                "no",
            ),
            (400, r#"{"error":{"message":"long","code":"context_length_exceeded"}}"#, Kind::ContextLength, "long"),
            (429, r#"{"error":{"message":"gone","type":"insufficient_quota"}}"#, Kind::Spent, "gone"),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
                Kind::Unavailable,
                "busy",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}"#,
                Kind::ContextLength,
                "prompt is too long: 9 > 8",
            ),
            (
                429,
                r#"[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]"#,
                Kind::TooManyRequests,
                "slow",
            ),
            (503, r#"{"error":{"code":503,"message":"later","status":"UNAVAILABLE"}}"#, Kind::Unavailable, "later"),
            (404, r#"{"error":"model \"x\" not found"}"#, Kind::ModelNotFound, "model \"x\" not found"),
            (422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, Kind::InvalidRequest, "field required"),
            (400, r#"{"detail":"bad"}"#, Kind::InvalidRequest, "bad"),
            (400, r#"{"Message":"aws"}"#, Kind::InvalidRequest, "aws"),
            (200, r#"{"code":1001,"msg":"soft"}"#, Kind::BadGateway, "soft"),
            (502, "<html>oh</html>", Kind::BadGateway, "<html>oh</html>"),
            (401, r#"{"error":{"message":"key"}}"#, Kind::UpstreamAuth, "key"),
        ] {
            let failure = read_failure(status, body.as_bytes(), None);
            assert_eq!((failure.kind, &*failure.message), (kind, message), "{body}");
        }
        assert_eq!(
            read_failure(400, b"{\"message\":\"x\"}", Some("ThrottlingException:http://x")).kind,
            Kind::TooManyRequests
        );
    }

    #[test]
    fn how_long_to_wait_is_read_and_rounded_up() {
        for (delay, expected) in [("13s", Some(13)), ("13.5s", Some(14)), ("13.000s", Some(13)), ("soon", None)] {
            let body =
                format!(r#"{{"error":{{"message":"m","details":[{{"@type":"x"}},{{"retryDelay":"{delay}"}}]}}}}"#);
            assert_eq!(read_failure(429, body.as_bytes(), None).retry_after, expected, "{delay}");
        }
    }
}
