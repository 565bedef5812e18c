//! `POST /api/groups`

use api::{
    ErrorBody,
    groups::{Group, NewGroup},
};
use axum::{Json, extract::State, http::StatusCode};

use super::refusal;
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Input},
};

/// Add a group.
#[utoipa::path(
    post,
    path = "/api/groups",
    tag = "groups",
    request_body = NewGroup,
    responses((status = 201, body = Group), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Input(new): Input<NewGroup>,
) -> Result<(StatusCode, Change, Json<Group>), Refusal> {
    let name = new.name.trim().to_owned();
    let group = app.store.groups().create(new).await.map_err(|error| refusal(error, &name))?;
    Ok((StatusCode::CREATED, Change::created(&group), Json(group)))
}
