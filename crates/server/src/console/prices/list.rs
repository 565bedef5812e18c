//! `GET /api/models/{id}/prices`

use api::{ErrorBody, prices::PriceHistory};
use axum::{Json, extract::State};
use llm::price::catalogue;

use crate::{
    app::App,
    console::{error::Refusal, input::Id},
    prices,
};

/// Every price of a model, the latest first, and what the built-in catalogue says now.
#[utoipa::path(
    get,
    path = "/api/models/{id}/prices",
    tag = "models",
    params(("id" = i64, Path)),
    responses((status = 200, body = PriceHistory), (status = 404, body = ErrorBody)),
)]
pub(in crate::console) async fn list(State(app): State<App>, Id(id): Id) -> Result<Json<PriceHistory>, Refusal> {
    let model = app.store.models().get(id).await?.ok_or(Refusal::NotFound)?;
    Ok(Json(PriceHistory {
        items: app.store.prices().history(id).await?,
        catalogue: prices::said(&model),
        catalogue_date: catalogue::date().to_owned(),
    }))
}
