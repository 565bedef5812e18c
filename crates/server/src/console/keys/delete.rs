//! `DELETE /api/keys/{id}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{access::Actor, audit::Change, error::Refusal, input::Id},
};

/// Remove a key. It stops working at once; its requests stay in the logs.
#[utoipa::path(
    delete,
    path = "/api/keys/{id}",
    tag = "keys",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    actor: Actor,
    Id(id): Id,
) -> Result<(Change, StatusCode), Refusal> {
    let key = app.store.keys().get(actor.scope(), id).await?.ok_or(Refusal::NotFound)?;
    if !app.store.keys().delete(actor.scope(), id).await? {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    Ok((Change::deleted(&key), StatusCode::NO_CONTENT))
}
