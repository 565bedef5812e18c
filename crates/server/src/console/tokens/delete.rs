//! `DELETE /api/tokens/{id}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Id},
};

/// Remove one of one's own tokens. It stops working at once.
#[utoipa::path(
    delete,
    path = "/api/tokens/{id}",
    tag = "tokens",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    Actor(user): Actor,
    Id(id): Id,
) -> Result<(Change, StatusCode), Refusal> {
    let token = app.store.tokens().delete(user.id, id).await?.ok_or(Refusal::NotFound)?;
    Ok((Change::deleted(&token), StatusCode::NO_CONTENT))
}
