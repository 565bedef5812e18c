//! `GET /api/settings`

use api::{Page, settings::Setting};
use axum::{Json, extract::State};

use super::all;
use crate::app::App;

/// What the gateway runs with, and where each setting comes from.
#[utoipa::path(get, path = "/api/settings", tag = "settings", responses((status = 200, body = Page<Setting>)))]
pub(in crate::console) async fn list(State(app): State<App>) -> Json<Page<Setting>> {
    Json(all(&app).await)
}
