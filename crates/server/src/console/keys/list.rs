//! `GET /api/keys`

use api::{Page, keys::Key, page::PageQuery};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// Keys, newest first.
#[utoipa::path(
    get,
    path = "/api/keys",
    tag = "keys",
    params(PageQuery),
    responses((status = 200, body = Page<Key>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<Key>>, Refusal> {
    Ok(Json(app.store.keys().list(actor.scope(), &query).await?))
}
