//! `GET /api/users`

use api::{Page, page::PageQuery, users::Account};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// People in the order of their making.
#[utoipa::path(
    get,
    path = "/api/users",
    tag = "users",
    params(PageQuery),
    responses((status = 200, body = Page<Account>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Account>>, Refusal> {
    Ok(Json(app.store.accounts().list(&query).await?))
}
