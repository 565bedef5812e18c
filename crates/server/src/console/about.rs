//! `GET /api/about`

use api::about::About;
use axum::{Json, extract::State};

use crate::app::App;

/// What this gateway is and where it listens.
#[utoipa::path(get, path = "/api/about", tag = "about", responses((status = 200, body = About)))]
pub(super) async fn read(State(app): State<App>) -> Json<About> {
    Json(About { version: env!("CARGO_PKG_VERSION").to_owned(), base_url: app.base_url(), desktop: app.config.desktop })
}
