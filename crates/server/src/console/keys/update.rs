//! `PATCH /api/keys/{id}`

use api::{
    ErrorBody,
    keys::{Key, KeyPatch},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{
        access::Actor,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a key. What is absent stays.
#[utoipa::path(
    patch,
    path = "/api/keys/{id}",
    tag = "keys",
    params(("id" = i64, Path)),
    request_body = KeyPatch,
    responses((status = 200, body = Key), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    actor: Actor,
    Id(id): Id,
    Input(mut patch): Input<KeyPatch>,
) -> Result<Json<Key>, Refusal> {
    patch.name = patch.name.map(|name| name.trim().to_owned());
    let key = app.store.keys().update(actor.scope(), id, patch).await?.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    Ok(Json(key))
}
