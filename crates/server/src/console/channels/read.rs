//! `GET /api/channels/{id}`

use api::{ErrorBody, channels::Channel};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Id},
};

/// One channel. Its keys show as their last four characters.
#[utoipa::path(
    get,
    path = "/api/channels/{id}",
    tag = "channels",
    params(("id" = i64, Path)),
    responses((status = 200, body = Channel), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(State(app): State<App>, Id(id): Id) -> Result<Json<Channel>, Refusal> {
    Ok(Json(app.store.channels().get(id).await?.ok_or(Refusal::NotFound)?))
}
