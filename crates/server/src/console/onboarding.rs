//! `GET /api/onboarding`

use api::onboarding::Onboarding;
use axum::{Json, extract::State};

use super::{access::Actor, error::Refusal};
use crate::app::App;

/// The first steps, and which of them are done.
#[utoipa::path(get, path = "/api/onboarding", tag = "dashboard", responses((status = 200, body = Onboarding)))]
pub(super) async fn read(State(app): State<App>, actor: Actor) -> Result<Json<Onboarding>, Refusal> {
    Ok(Json(app.store.onboarding(actor.scope()).await?))
}
