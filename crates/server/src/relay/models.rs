//! `GET /v1/models` and `GET /v1/models/{id}`: what the key at hand may ask for.

use api::Time;
use axum::{
    Json,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use llm::{Failure, Kind};
use serde::Serialize;

use super::{credential, refuse};
use crate::{app::App, assets, router::prefers_html};

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
    owned_by: &'static str,
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    // The console has a page of this name; a browser that opens it wants that one.
    if request.uri().path() == "/models" && prefers_html(&request) {
        return assets::page("/models", request.headers());
    }
    let key = match credential::check(&app, request.headers(), request.uri()) {
        Ok(key) => key,
        Err(failure) => return refuse(&failure),
    };
    let snapshot = app.snapshot();
    let data = snapshot.models_for(&key).into_iter().map(|(name, made)| model(name, made)).collect();
    Json(List { object: "list", data }).into_response()
}

pub(super) async fn read(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let key = match credential::check(&app, request.headers(), request.uri()) {
        Ok(key) => key,
        Err(failure) => return refuse(&failure),
    };
    let snapshot = app.snapshot();
    if let Some((name, made)) = snapshot.models_for(&key).into_iter().find(|(name, _)| *name == id) {
        return Json(model(name, made)).into_response();
    }
    let text = format!("No model “{id}” is served here for this key. GET /v1/models lists those that are.");
    refuse(&Failure::new(Kind::ModelNotFound, text).at("model"))
}

fn model(id: &str, made: Time) -> Model<'_> {
    Model { id, object: "model", created: made.as_millis() / 1000, owned_by: "ai-gateway" }
}
