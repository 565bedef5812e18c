//! `PATCH /api/groups/{name}`

use api::{
    ErrorBody,
    groups::{Group, GroupPatch},
};
use axum::{Json, extract::State};

use super::refusal;
use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a group. What is absent stays; who and what is in it stays in it under a new name.
#[utoipa::path(
    patch,
    path = "/api/groups/{name}",
    tag = "groups",
    params(("name" = String, Path)),
    request_body = GroupPatch,
    responses(
        (status = 200, body = Group),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(name): Id<String>,
    Input(patch): Input<GroupPatch>,
) -> Result<(Change, Json<Group>), Refusal> {
    let before = app.store.groups().get(&name).await?.ok_or(Refusal::NotFound)?;
    let wanted = patch.name.as_deref().unwrap_or(&name).trim().to_owned();
    let group = app.store.groups().update(&name, patch).await.map_err(|error| refusal(error, &wanted))?;
    let group = group.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    Ok((Change::updated(&before, &group), Json(group)))
}
