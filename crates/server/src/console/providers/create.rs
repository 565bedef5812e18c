//! `POST /api/providers`

use api::{
    ErrorBody, Fields,
    providers::{NewProvider, Provider},
};
use axum::{Json, extract::State, http::StatusCode};
use store::ProviderError;

use super::one;
use crate::{
    app::App,
    console::{
        audit::Change,
        channels::{address_fault, tidy},
        error::Refusal,
        input::Input,
    },
};

/// Add a provider of one's own. It speaks OpenAI Chat Completions.
#[utoipa::path(
    post,
    path = "/api/providers",
    tag = "providers",
    request_body = NewProvider,
    responses((status = 201, body = Provider), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Input(mut new): Input<NewProvider>,
) -> Result<(StatusCode, Change, Json<Provider>), Refusal> {
    new.name = new.name.trim().to_owned();
    new.base_url = tidy(&new.base_url);
    if let Some(fault) = address_fault(&app, &new.base_url) {
        return Err(Refusal::field("base_url", fault));
    }
    let slug = new.slug.clone();
    let taken = || {
        Refusal::Conflict(
            "That name is in use. Choose another one.",
            Fields::from([("slug".to_owned(), format!("“{slug}” is in use."))]),
        )
    };
    if app.snapshot().provider(&slug).is_some() {
        return Err(taken());
    }
    app.store.providers().create(new).await.map_err(|error| match error {
        ProviderError::Store(error) => error.into(),
        ProviderError::SlugTaken | ProviderError::InUse(_) => taken(),
    })?;
    app.reload().await?;
    let provider = one(&app, &slug).await?;
    Ok((StatusCode::CREATED, Change::created(&provider), Json(provider)))
}
