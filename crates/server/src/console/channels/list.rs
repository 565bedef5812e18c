//! `GET /api/channels`

use api::{Page, channels::Channel, page::PageQuery};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// Channels in the order of their making.
#[utoipa::path(
    get,
    path = "/api/channels",
    tag = "channels",
    params(PageQuery),
    responses((status = 200, body = Page<Channel>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Channel>>, Refusal> {
    Ok(Json(app.store.channels().list(&query).await?))
}
