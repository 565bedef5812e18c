//! `POST /api/channels`

use api::{
    ErrorBody,
    channels::{Channel, NewChannel},
};
use axum::{Json, extract::State, http::StatusCode};

use super::{check, refusal, tidy};
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Input},
};

/// Add a channel. Models that it names and that don't exist yet are made.
#[utoipa::path(
    post,
    path = "/api/channels",
    tag = "channels",
    request_body = NewChannel,
    responses((status = 201, body = Channel), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Input(mut new): Input<NewChannel>,
) -> Result<(StatusCode, Change, Json<Channel>), Refusal> {
    new.name = new.name.trim().to_owned();
    new.base_url = new.base_url.as_deref().map(tidy).filter(|url| !url.is_empty());
    check(&app, &new.provider, new.base_url.as_deref(), new.keys.len(), true)?;
    let name = new.name.clone();
    let channel = app.store.channels().create(new).await.map_err(|error| refusal(error, &name))?;
    app.reload().await?;
    Ok((StatusCode::CREATED, Change::created(&channel), Json(channel)))
}
