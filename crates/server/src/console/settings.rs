//! `GET /api/settings`

use api::{Page, settings::Setting};
use axum::{Json, extract::State};

use crate::app::App;

/// What the gateway was started with, and where each setting comes from.
#[utoipa::path(get, path = "/api/settings", tag = "settings", responses((status = 200, body = Page<Setting>)))]
pub(super) async fn list(State(app): State<App>) -> Json<Page<Setting>> {
    Json(Page::whole(app.config.settings.clone()))
}
