//! `GET /api/tokens`

use api::{Page, tokens::Token};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal},
};

/// One's own tokens, newest first.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", responses((status = 200, body = Page<Token>)))]
pub(in crate::console) async fn list(State(app): State<App>, Actor(user): Actor) -> Result<Json<Page<Token>>, Refusal> {
    Ok(Json(Page::whole(app.store.tokens().list(user.id).await?)))
}
