//! `GET /api/models`

use api::{Page, models::Model, page::PageQuery};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// Models by name.
#[utoipa::path(
    get,
    path = "/api/models",
    tag = "models",
    params(PageQuery),
    responses((status = 200, body = Page<Model>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Model>>, Refusal> {
    Ok(Json(app.store.models().list(&query).await?))
}
