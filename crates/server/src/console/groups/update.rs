//! `PATCH /api/groups/{name}`

use api::{
    ErrorBody,
    groups::{Group, GroupPatch},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a group. What is absent stays.
#[utoipa::path(
    patch,
    path = "/api/groups/{name}",
    tag = "groups",
    params(("name" = String, Path)),
    request_body = GroupPatch,
    responses((status = 200, body = Group), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(name): Id<String>,
    Input(patch): Input<GroupPatch>,
) -> Result<(Change, Json<Group>), Refusal> {
    let before = app.store.groups().get(&name).await?.ok_or(Refusal::NotFound)?;
    let group = app.store.groups().update(&name, patch).await?.ok_or(Refusal::NotFound)?;
    Ok((Change::updated(&before, &group), Json(group)))
}
