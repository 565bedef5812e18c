//! `GET /api/providers/{slug}`

use api::{ErrorBody, providers::Provider};
use axum::{Json, extract::State};

use super::one;
use crate::{
    app::App,
    console::{error::Refusal, input::Id},
};

/// One provider.
#[utoipa::path(
    get,
    path = "/api/providers/{slug}",
    tag = "providers",
    params(("slug" = String, Path)),
    responses((status = 200, body = Provider), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn read(State(app): State<App>, Id(slug): Id<String>) -> Result<Json<Provider>, Refusal> {
    one(&app, &slug).await.map(Json)
}
