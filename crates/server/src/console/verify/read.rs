//! `GET /api/verify`

use api::verify::LastVerification;
use axum::{Json, extract::State};

use crate::{app::App, console::error::Refusal, verify};

/// What counting everything again came to the last time. It is done every day.
#[utoipa::path(get, path = "/api/verify", tag = "budget", responses((status = 200, body = LastVerification)))]
pub(in crate::console) async fn read(State(app): State<App>) -> Result<Json<LastVerification>, Refusal> {
    Ok(Json(LastVerification { last: verify::last(&app).await? }))
}
