//! `DELETE /api/groups/{name}`

use api::ErrorBody;
use axum::{extract::State, http::StatusCode};

use super::refusal;
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove a group that nothing uses.
#[utoipa::path(
    delete,
    path = "/api/groups/{name}",
    tag = "groups",
    params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    Id(name): Id<String>,
) -> Result<(Change, StatusCode), Refusal> {
    let group = app.store.groups().get(&name).await?.ok_or(Refusal::NotFound)?;
    if !app.store.groups().delete(&name).await.map_err(|error| refusal(error, &name))? {
        return Err(Refusal::NotFound);
    }
    Ok((Change::deleted(&group), StatusCode::NO_CONTENT))
}
