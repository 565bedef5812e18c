//! `GET /api/users`

use api::{
    ErrorBody, Page,
    users::{Account, AccountQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// People, owners first unless asked otherwise. `search` looks at username, display name and group.
#[utoipa::path(
    get,
    path = "/api/users",
    tag = "users",
    params(AccountQuery),
    responses((status = 200, body = Page<Account>), (status = 400, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<AccountQuery>,
) -> Result<Json<Page<Account>>, Refusal> {
    Ok(Json(app.store.accounts().list(&query).await?))
}
