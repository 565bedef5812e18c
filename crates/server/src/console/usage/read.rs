//! `GET /api/usage`

use api::{
    ErrorBody, Validate,
    usage::{Usage, UsageQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// What the requests of a range came to, in days or hours and by one dimension.
///
/// Counted by the hour in which a request began, once it is finished; also of requests that have left the log since.
#[utoipa::path(
    get,
    path = "/api/usage",
    tag = "usage",
    params(UsageQuery),
    responses((status = 200, body = Usage), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn read(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<UsageQuery>,
) -> Result<Json<Usage>, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    Ok(Json(app.store.usage().read(actor.scope(), &query).await?))
}
