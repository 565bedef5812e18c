//! `GET /api/setup`

use api::setup::SetupState;
use axum::{Json, extract::State};

use crate::app::App;

/// Whether the gateway still needs its owner.
#[utoipa::path(get, path = "/api/setup", tag = "setup", responses((status = 200, body = SetupState)))]
pub(in crate::console) async fn read(State(app): State<App>) -> Json<SetupState> {
    Json(SetupState { needed: app.setup.token().is_some() })
}
