//! `GET /v1/models` and `GET /v1/models/{id}`: what the key at hand may ask for.

use api::Time;
use axum::{
    Json,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use llm::{Dialect, Failure, Kind};
use serde::Serialize;

use super::{credential, refuse, snapshot::Listed};
use crate::{app::App, assets, models, router::prefers_html};

/// As OpenAI's clients read it.
#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Model<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    object: &'static str,
    /// Seconds since the Unix epoch.
    created: i64,
    owned_by: String,
}

/// As Anthropic's clients read it. There is one page.
#[derive(Serialize)]
struct MessagesList<'a> {
    data: Vec<MessagesModel<'a>>,
    has_more: bool,
    first_id: Option<&'a str>,
    last_id: Option<&'a str>,
}

#[derive(Serialize)]
struct MessagesModel<'a> {
    r#type: &'static str,
    id: &'a str,
    display_name: &'a str,
    created_at: Time,
}

/// As Google's clients read it. There is one page.
#[derive(Serialize)]
struct GeminiList<'a> {
    models: Vec<GeminiModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeminiModel<'a> {
    name: String,
    display_name: &'a str,
    supported_generation_methods: [&'static str; 3],
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    if let Some(page) = page(&request) {
        return page;
    }
    let key = match credential::check_here(&app, &request) {
        Ok(key) => key,
        Err(failure) => return refuse(dialect(&request), &failure),
    };
    let snapshot = app.snapshot();
    let listed = snapshot.models_for(&key);
    match dialect(&request) {
        Dialect::Messages => {
            let (first_id, last_id) = (listed.first().map(|one| one.name), listed.last().map(|one| one.name));
            let data = listed.into_iter().map(messages_model).collect();
            Json(MessagesList { data, has_more: false, first_id, last_id }).into_response()
        }
        Dialect::Gemini => Json(GeminiList { models: listed.into_iter().map(gemini_model).collect() }).into_response(),
        Dialect::Chat | Dialect::Responses => {
            Json(List { object: "list", data: listed.into_iter().map(model).collect() }).into_response()
        }
    }
}

pub(super) async fn read(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    if let Some(page) = page(&request) {
        return page;
    }
    let key = match credential::check_here(&app, &request) {
        Ok(key) => key,
        Err(failure) => return refuse(dialect(&request), &failure),
    };
    let snapshot = app.snapshot();
    if let Some(listed) = snapshot.models_for(&key).into_iter().find(|listed| listed.name == id) {
        return match dialect(&request) {
            Dialect::Messages => Json(messages_model(listed)).into_response(),
            Dialect::Gemini => Json(gemini_model(listed)).into_response(),
            Dialect::Chat | Dialect::Responses => Json(model(listed)).into_response(),
        };
    }
    let text = format!("No model “{id}” is served here for this key. GET /v1/models lists those that are.");
    refuse(dialect(&request), &Failure::new(Kind::ModelNotFound, text).at("model"))
}

/// Whose shapes the client reads: one address has both lists, and only headers tell who asks.
fn dialect(request: &Request) -> Dialect {
    let headers = request.headers();
    if request.uri().path().starts_with("/v1beta/") || headers.contains_key("x-goog-api-key") {
        Dialect::Gemini
    } else if headers.contains_key("anthropic-version") || headers.contains_key("x-api-key") {
        Dialect::Messages
    } else {
        Dialect::Chat
    }
}

/// The console has pages of these names; a browser that opens one wants that.
fn page(request: &Request) -> Option<Response> {
    let path = request.uri().path();
    (path.starts_with("/models") && prefers_html(request)).then(|| assets::page(path, request.headers()))
}

fn model(listed: Listed<'_>) -> Model<'_> {
    let owner = models::facts(&listed.model.name, &listed.model.own).owner;
    Model {
        id: listed.name,
        object: "model",
        created: listed.model.created_at.as_millis() / 1000,
        owned_by: owner.unwrap_or_else(|| "ai-gateway".to_owned()),
    }
}

fn messages_model(listed: Listed<'_>) -> MessagesModel<'_> {
    MessagesModel { r#type: "model", id: listed.name, display_name: listed.name, created_at: listed.model.created_at }
}

fn gemini_model(listed: Listed<'_>) -> GeminiModel<'_> {
    GeminiModel {
        name: format!("models/{}", listed.name),
        display_name: listed.name,
        supported_generation_methods: ["generateContent", "streamGenerateContent", "countTokens"],
    }
}
