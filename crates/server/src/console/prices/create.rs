//! `POST /api/models/{id}/prices`

use api::{
    ErrorBody,
    audit::{Action, Members, SubjectKind},
    prices::{NewPrice, Price},
};
use axum::{Json, extract::State, http::StatusCode};
use serde_json::json;
use store::PriceError;

use crate::{
    app::App,
    console::{
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Say what a model costs, from now on or from a moment to come. `PATCH /api/models/{id}` with `"pricing": null` takes it back.
#[utoipa::path(
    post,
    path = "/api/models/{id}/prices",
    tag = "models",
    params(("id" = i64, Path)),
    request_body = NewPrice,
    responses((status = 201, body = Price), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Id(id): Id,
    Input(new): Input<NewPrice>,
) -> Result<(StatusCode, Change, Json<Price>), Refusal> {
    let before = app.store.models().get(id).await?.ok_or(Refusal::NotFound)?;
    let made = app.store.prices().set(id, new.pricing, new.valid_from).await.map_err(refusal)?;
    let made = made.ok_or(Refusal::NotFound)?;
    app.reload().await?;
    let history = app.store.prices().history(id).await?;
    let price = history.into_iter().find(|price| price.id == made).ok_or(Refusal::NotFound)?;
    let change = Change::did(Action::Update, SubjectKind::Model, Some(id.to_string()), before.name).showing(
        Members::from_iter([("pricing".to_owned(), json!(before.pricing))]),
        Members::from_iter([
            ("pricing".to_owned(), json!(price.pricing)),
            ("valid_from".to_owned(), json!(price.valid_from)),
        ]),
    );
    Ok((StatusCode::CREATED, change, Json(price)))
}

fn refusal(error: PriceError) -> Refusal {
    match error {
        PriceError::Past => Refusal::field("valid_from", "Choose a time in the future."),
        PriceError::Store(error) => error.into(),
    }
}
