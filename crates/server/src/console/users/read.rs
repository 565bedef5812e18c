//! `GET /api/users/{id}`

use api::{ErrorBody, users::Account};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Id},
};

/// One person.
#[utoipa::path(
    get,
    path = "/api/users/{id}",
    tag = "users",
    params(("id" = i64, Path)),
    responses((status = 200, body = Account), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(State(app): State<App>, Id(id): Id) -> Result<Json<Account>, Refusal> {
    Ok(Json(app.store.accounts().get(id).await?.ok_or(Refusal::NotFound)?))
}
