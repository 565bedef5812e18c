//! `GET /api/budget`

use api::budgets::GatewayBudget;
use axum::{Json, extract::State};

use crate::{app::App, console::error::Refusal};

/// What all keys together may spend, and how much of it is gone.
#[utoipa::path(get, path = "/api/budget", tag = "budget", responses((status = 200, body = GatewayBudget)))]
pub(in crate::console) async fn read(State(app): State<App>) -> Result<Json<GatewayBudget>, Refusal> {
    Ok(Json(GatewayBudget { budget: app.store.budgets().gateway().await? }))
}
