//! How the console's API says no.

use api::{ErrorBody, ErrorDetail, Fields};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

/// Why a request was refused. Turned into status, code and words in one place.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unauthenticated,
    /// Wrong user or wrong password; which one isn't said.
    WrongCredentials,
    /// A personal token that nobody has, or no longer.
    WrongToken,
    Forbidden,
    /// A browser says that another site's page sent this.
    CrossSite,
    NotFound,
    MethodNotAllowed,
    NotJson,
    TooLarge,
    Malformed(String),
    /// A parameter of the query that can't be read, and why.
    Query(Fields),
    Invalid(Fields),
    Conflict(&'static str, Fields),
    /// A personal token doesn't open this, whoever has it.
    NotByToken,
    SetupToken,
    /// Seconds to wait.
    TooMany(u64),
    TooManyStreams,
    Internal,
}

impl Refusal {
    /// One field that can't be accepted.
    pub(crate) fn field(name: &str, fault: impl Into<String>) -> Self {
        Self::Invalid(Fields::from([(name.to_owned(), fault.into())]))
    }

    /// A name that is in use.
    pub(crate) fn name_taken(name: &str) -> Self {
        Self::Conflict(
            "That name is in use. Choose another one.",
            Fields::from([("name".to_owned(), format!("“{name}” is in use."))]),
        )
    }
}

impl From<store::Error> for Refusal {
    /// What went wrong is for the log, not for whoever is on the other end.
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::Internal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        answer(&self)
    }
}

pub(super) fn answer(refusal: &Refusal) -> Response {
    let none = Fields::new();
    let (status, code, message, fields) = match refusal {
        Refusal::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in first.", &none),
        Refusal::WrongCredentials => {
            (StatusCode::UNAUTHORIZED, "wrong_credentials", "The username or the password is wrong.", &none)
        }
        Refusal::WrongToken => {
            (StatusCode::UNAUTHORIZED, "invalid_token", "This token is unknown, expired or revoked.", &none)
        }
        Refusal::NotByToken => {
            (StatusCode::FORBIDDEN, "not_by_token", "A personal token can't do this. Sign in instead.", &none)
        }
        Refusal::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Your role doesn't allow this.", &none),
        Refusal::CrossSite => {
            (StatusCode::FORBIDDEN, "cross_site", "A page of another site sent this; it was ignored.", &none)
        }
        Refusal::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is no such thing here.", &none),
        Refusal::MethodNotAllowed => {
            (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address doesn't take that method.", &none)
        }
        Refusal::NotJson => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send JSON, with Content-Type: application/json.",
            &none,
        ),
        Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than 1 MiB.", &none),
        Refusal::Malformed(why) => (StatusCode::BAD_REQUEST, "malformed", why.as_str(), &none),
        Refusal::Query(fields) => {
            (StatusCode::BAD_REQUEST, "malformed", "The query holds what this list doesn't know.", fields)
        }
        Refusal::Invalid(fields) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", "Some fields can't be accepted.", fields)
        }
        Refusal::Conflict(message, fields) => (StatusCode::CONFLICT, "conflict", *message, fields),
        Refusal::SetupToken => (
            StatusCode::FORBIDDEN,
            "setup_token_invalid",
            "The setup link isn't valid. Use the one that the gateway printed at its last start.",
            &none,
        ),
        Refusal::TooMany(_) => {
            (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts. Wait a little.", &none)
        }
        Refusal::TooManyStreams => (
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_streams",
            "Eight live views are open already. Close one of them.",
            &none,
        ),
        Refusal::Internal => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The gateway failed. Its log says more.", &none)
        }
    };
    let detail = ErrorDetail { code: code.to_owned(), message: message.to_owned(), fields: fields.clone() };
    let mut response = (status, Json(ErrorBody { error: detail })).into_response();
    if let Refusal::TooMany(seconds) = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
    }
    response
}

/// Answers of the API are for this person and this moment.
pub(super) async fn never_cached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
