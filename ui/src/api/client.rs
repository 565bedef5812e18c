//! One request, one answer, one kind of failure.

use std::cell::RefCell;

use api::{ErrorBody, Fields, Page};
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use yew::Callback;

use crate::{i18n::Text, web::with_query};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The gateway wasn't reached.
    Offline,
    /// The gateway said no.
    Refused {
        status: u16,
        message: String,
        fields: Fields,
        /// For the gateway's own log.
        request_id: Option<String>,
    },
    /// Something answered that isn't this gateway, or another version of it.
    Foreign,
}

impl Failure {
    /// What happened and what to do, in one sentence or two.
    pub(crate) fn sentence(&self, t: Text) -> String {
        match self {
            Self::Offline => t.error_offline().to_owned(),
            Self::Refused { message, fields, .. } if fields.is_empty() => t.server(message),
            Self::Refused { fields, .. } => fields.values().map(|fault| t.server(fault)).collect::<Vec<_>>().join(" "),
            Self::Foreign => t.error_foreign().to_owned(),
        }
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { request_id, .. } => request_id.as_deref(),
            Self::Offline | Self::Foreign => None,
        }
    }

    /// Whether it may pass by itself: nobody's wish was refused.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Offline => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::Foreign => false,
        }
    }

    /// Faults by field; empty if it isn't about fields.
    pub(crate) fn fields(&self) -> Fields {
        match self {
            Self::Refused { fields, .. } => fields.clone(),
            Self::Offline | Self::Foreign => Fields::new(),
        }
    }

    pub(crate) fn is_status(&self, wanted: u16) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == wanted)
    }
}

thread_local! {
    static SIGNED_OUT: RefCell<Callback<()>> = RefCell::new(Callback::noop());
}

/// Calls `run` whenever the server answers that nobody is signed in.
pub(crate) fn on_signed_out(run: Callback<()>) {
    SIGNED_OUT.set(run);
}

pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    read(request(Method::GET, path).send().await).await
}

pub(super) async fn send<T: DeserializeOwned>(method: Method, path: &str, body: &impl Serialize) -> Result<T, Failure> {
    let request = request(method, path).json(body).map_err(|_| Failure::Foreign)?;
    read(request.send().await).await
}

/// Sends what is answered without a body.
pub(super) async fn send_only(method: Method, path: &str, body: &impl Serialize) -> Result<(), Failure> {
    let request = request(method, path).json(body).map_err(|_| Failure::Foreign)?;
    check(request.send().await).await.map(drop)
}

pub(super) async fn delete(path: &str) -> Result<(), Failure> {
    check(request(Method::DELETE, path).send().await).await.map(drop)
}

/// A page of a list.
pub(super) async fn page<T: DeserializeOwned>(path: &str, query: &impl Serialize) -> Result<Page<T>, Failure> {
    get(&with_query(path, query)).await
}

/// Every page of a list.
pub(super) async fn list<T: DeserializeOwned>(path: &str) -> Result<Vec<T>, Failure> {
    let mut items = Vec::new();
    for page in 1.. {
        let answer: Page<T> = get(&format!("{path}?page={page}&page_size=200")).await?;
        let last = answer.items.is_empty();
        items.extend(answer.items);
        if last || i64::try_from(items.len()).is_ok_and(|count| count >= answer.total) {
            break;
        }
    }
    Ok(items)
}

fn request(method: Method, path: &str) -> RequestBuilder {
    RequestBuilder::new(path).method(method)
}

async fn read<T: DeserializeOwned>(sent: Result<Response, gloo_net::Error>) -> Result<T, Failure> {
    check(sent).await?.json().await.map_err(|_| Failure::Foreign)
}

async fn check(sent: Result<Response, gloo_net::Error>) -> Result<Response, Failure> {
    let response = sent.map_err(|_| Failure::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    let request_id = response.headers().get("x-request-id");
    let ErrorBody { error } = response.json().await.map_err(|_| Failure::Foreign)?;
    if error.code == "unauthenticated" {
        SIGNED_OUT.with_borrow(Clone::clone).emit(());
    }
    Err(Failure::Refused { status: response.status(), message: error.message, fields: error.fields, request_id })
}
