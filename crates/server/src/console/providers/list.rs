//! `GET /api/providers`

use api::{Page, providers::Provider};
use axum::{Json, extract::State};

use super::all;
use crate::{app::App, console::error::Refusal};

/// Providers that a channel can point at: one's own, then the built-in ones, the best known first. Always all of them.
#[utoipa::path(get, path = "/api/providers", tag = "providers", responses((status = 200, body = Page<Provider>)))]
pub(in crate::console) async fn list(State(app): State<App>) -> Result<Json<Page<Provider>>, Refusal> {
    Ok(Json(Page::whole(all(&app).await?)))
}
