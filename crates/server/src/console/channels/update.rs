//! `PATCH /api/channels/{id}`

use api::{
    ErrorBody,
    channels::{Channel, ChannelPatch},
};
use axum::{Json, extract::State};

use super::{check, refusal, tidy};
use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a channel. What is absent stays.
#[utoipa::path(
    patch,
    path = "/api/channels/{id}",
    tag = "channels",
    params(("id" = i64, Path)),
    request_body = ChannelPatch,
    responses(
        (status = 200, body = Channel),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(id): Id,
    Input(mut patch): Input<ChannelPatch>,
) -> Result<(Change, Json<Channel>), Refusal> {
    let before = app.store.channels().get(id).await?.ok_or(Refusal::NotFound)?;
    patch.name = patch.name.map(|name| name.trim().to_owned());
    patch.base_url = patch.base_url.as_deref().map(tidy);
    let base_url = patch.base_url.as_deref().or(before.base_url.as_deref()).filter(|url| !url.is_empty());
    check(&app, &before.provider, base_url, patch.add_keys.len(), false)?;
    let name = patch.name.clone().unwrap_or_default();
    let updated = app.store.channels().update(id, patch).await.map_err(|error| refusal(error, &name))?;
    app.reload().await?;
    let channel = updated.ok_or(Refusal::NotFound)?;
    Ok((Change::updated(&before, &channel), Json(channel)))
}
