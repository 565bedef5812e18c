//! `DELETE /api/providers/{slug}`

use api::{ErrorBody, Fields};
use axum::{extract::State, http::StatusCode};
use store::ProviderError;

use super::one;
use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove a provider of one's own that no channel points at, or what was changed of a built-in one.
#[utoipa::path(
    delete,
    path = "/api/providers/{slug}",
    tag = "providers",
    params(("slug" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    Id(slug): Id<String>,
) -> Result<(Change, StatusCode), Refusal> {
    let provider = one(&app, &slug).await?;
    if provider.builtin && !provider.overridden {
        return Err(Refusal::Conflict("This provider is built in. Switch it off instead.", Fields::new()));
    }
    let deleted = app.store.providers().delete(&slug).await.map_err(|error| match error {
        ProviderError::InUse(channels) => Refusal::Conflict(
            "Channels still point at this provider.",
            Fields::from([("slug".to_owned(), format!("Delete these channels first: {}.", channels.join(", ")))]),
        ),
        ProviderError::SlugTaken => Refusal::NotFound,
        ProviderError::Store(error) => error.into(),
    })?;
    if !deleted {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    Ok((Change::deleted(&provider), StatusCode::NO_CONTENT))
}
