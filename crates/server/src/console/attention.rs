//! `GET /api/attention`

use api::attention::Attention;
use axum::{Json, extract::State};

use super::error::Refusal;
use crate::app::App;

/// How much waits for a person to look at it.
#[utoipa::path(get, path = "/api/attention", tag = "dashboard", responses((status = 200, body = Attention)))]
pub(super) async fn read(State(app): State<App>) -> Result<Json<Attention>, Refusal> {
    Ok(Json(Attention { channels: app.store.channels().count_failing().await? }))
}
