//! Reads requests: JSON only, bounded, complete in its faults.

use api::{Fields, Validate};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
};
use http::{HeaderMap, header, request::Parts};
use serde::de::DeserializeOwned;

use super::Refusal;

const MOST_BYTES: usize = 1 << 20;

/// A JSON body that has passed its own checks.
#[derive(Debug)]
pub(super) struct Input<T>(pub(super) T);

impl<T, S> FromRequest<S> for Input<T>
where
    T: DeserializeOwned + Validate,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Body(value) = Body::<T>::from_request(request, state).await?;
        value.validate().map_err(Refusal::Invalid)?;
        Ok(Self(value))
    }
}

/// A JSON body of a type that has nothing to check.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        must_be_json(request.headers())?;
        let request = request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, MOST_BYTES)));
        let body = Bytes::from_request(request, state).await.map_err(|_| Refusal::TooLarge)?;
        let reader = &mut serde_json::Deserializer::from_slice(&body);
        let malformed =
            |fault: &serde_json::Error| Refusal::Malformed(format!("The body can't be read: {}.", words(fault)));
        let value = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
            let field = error.path().to_string();
            let fault = error.inner();
            if fault.is_data() && field != "." {
                return Refusal::Invalid(Fields::from([(field, words(fault))]));
            }
            malformed(fault)
        })?;
        reader.end().map_err(|fault| malformed(&fault))?;
        Ok(Self(value))
    }
}

/// A form or plain text can be sent across sites without asking first; JSON can't.
pub(super) fn must_be_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match json.map(|value| value.split(';').next().unwrap_or("").trim()) {
        Some("application/json") => Ok(()),
        _ => Err(Refusal::NotJson),
    }
}

/// A fault without the text that was sent: a key in the wrong place would come back, and end in someone's log.
fn words(fault: &serde_json::Error) -> String {
    expected(&fault.to_string())
}

fn expected(words: &str) -> String {
    for (start, end) in [("string \"", "\", expected "), ("variant `", "`, expected ")] {
        if let Some((before, rest)) = words.split_once(start)
            && let Some((_, expected)) = rest.rsplit_once(end)
        {
            return format!("{before}{}, expected {expected}", start.trim_end_matches(['"', '`', ' ']));
        }
    }
    words.to_owned()
}

/// Query parameters; an unknown one is a fault, not a filter that silently does nothing.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let reader = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query));
        serde_path_to_error::deserialize(reader).map(Self).map_err(|error| {
            let fault = expected(&error.inner().to_string());
            match error.path().to_string() {
                // The fault names the parameter itself.
                path if path == "." => Refusal::Malformed(format!("The query can't be read: {fault}.")),
                path => Refusal::Query(Fields::from([(path, fault)])),
            }
        })
    }
}

/// The `{id}` of a path. What can't be an id names nothing.
#[derive(Debug)]
pub(super) struct Id<T = i64>(pub(super) T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(id) = Path::from_request_parts(parts, state).await.map_err(|_| Refusal::NotFound)?;
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use api::channels::{ChannelStatus, NewChannel};

    use super::*;

    #[test]
    fn a_fault_says_what_was_expected_and_not_what_was_sent() {
        let fault = words(&serde_json::from_str::<NewChannel>(r#"{"keys":"sk-\"secret\", expected "}"#).unwrap_err());
        assert_eq!(fault, "invalid type: string, expected a sequence at line 1 column 34");
        let fault = words(&serde_json::from_str::<ChannelStatus>(r#""sk-secret""#).unwrap_err());
        assert_eq!(fault, "unknown variant, expected `enabled` or `disabled` at line 1 column 11");
        let fault = words(&serde_json::from_str::<NewChannel>(r#"{"name":7}"#).unwrap_err());
        assert_eq!(fault, "invalid type: integer `7`, expected a string at line 1 column 9");
    }
}
