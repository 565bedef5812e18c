//! `GET /api/groups`

use api::{Page, groups::Group, page::PageQuery};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// Groups, the default one first, then by name.
#[utoipa::path(
    get,
    path = "/api/groups",
    tag = "groups",
    params(PageQuery),
    responses((status = 200, body = Page<Group>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Group>>, Refusal> {
    Ok(Json(app.store.groups().list(&query).await?))
}
