//! `PATCH /api/keys/{id}`

use api::{
    ErrorBody,
    keys::{Key, KeyPatch},
};
use axum::{Json, extract::State};

use super::{check_choice, check_expiry, refusal};
use crate::{
    app::App,
    console::{
        access::Actor,
        audit::Change,
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
) -> Result<(Change, Json<Key>), Refusal> {
    patch.name = patch.name.map(|name| name.trim().to_owned());
    let before = app.store.keys().get(actor.scope(), id).await?.ok_or(Refusal::NotFound)?;
    check_choice(&actor, patch.group.as_deref(), None)?;
    check_expiry(&app, patch.expires_at.flatten())?;
    let updated = app.store.keys().update(actor.scope(), id, patch).await.map_err(refusal)?;
    let key = updated.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    Ok((Change::updated(&before, &key), Json(key)))
}
