//! `GET /v1/models` and `GET /v1/models/{id}`: what the key at hand may ask for.

use axum::{
    Json,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use llm::{Failure, Kind};
use serde::Serialize;

use super::{credential, refuse, snapshot::Listed};
use crate::{app::App, assets, models, router::prefers_html};

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

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    if let Some(page) = page(&request) {
        return page;
    }
    let key = match credential::check_here(&app, &request) {
        Ok(key) => key,
        Err(failure) => return refuse(&failure),
    };
    let snapshot = app.snapshot();
    let data = snapshot.models_for(&key).into_iter().map(model).collect();
    Json(List { object: "list", data }).into_response()
}

pub(super) async fn read(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    if let Some(page) = page(&request) {
        return page;
    }
    let key = match credential::check_here(&app, &request) {
        Ok(key) => key,
        Err(failure) => return refuse(&failure),
    };
    let snapshot = app.snapshot();
    if let Some(listed) = snapshot.models_for(&key).into_iter().find(|listed| listed.name == id) {
        return Json(model(listed)).into_response();
    }
    let text = format!("No model “{id}” is served here for this key. GET /v1/models lists those that are.");
    refuse(&Failure::new(Kind::ModelNotFound, text).at("model"))
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
