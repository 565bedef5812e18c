//! `PATCH /api/providers/{slug}`

use api::{
    ErrorBody, Fields,
    providers::{AuthScheme, Provider, ProviderPatch},
};
use axum::{Json, extract::State};

use super::one;
use crate::{
    app::App,
    console::{
        audit::Change,
        channels::{address_fault, tidy},
        error::Refusal,
        input::{Id, Input},
    },
};

/// Change a provider. What is absent stays.
///
/// Of a built-in one the name, the base URL and whether it is enabled can be changed; `null` restores what is built in.
/// Channels that point at a disabled provider go on; new ones can't choose it.
#[utoipa::path(
    patch,
    path = "/api/providers/{slug}",
    tag = "providers",
    params(("slug" = String, Path)),
    request_body = ProviderPatch,
    responses((status = 200, body = Provider), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Id(slug): Id<String>,
    Input(mut patch): Input<ProviderPatch>,
) -> Result<(Change, Json<Provider>), Refusal> {
    let before = one(&app, &slug).await?;
    let mut fields = Fields::new();
    if before.builtin {
        patch.check_builtin(&mut fields);
    } else {
        let auth = patch.auth.unwrap_or(before.auth);
        let header = patch.auth_header.clone().unwrap_or_else(|| before.auth_header.clone());
        if auth == AuthScheme::Header && header.is_none() {
            let fault = "Enter the name of the header that carries the key, such as api-key.";
            fields.insert("auth_header".to_owned(), fault.to_owned());
        }
        for (field, taken_away) in [("name", patch.name == Some(None)), ("base_url", patch.base_url == Some(None))] {
            if taken_away {
                fields.insert(field.to_owned(), "A provider of your own needs this.".to_owned());
            }
        }
    }
    if let Some(Some(name)) = &mut patch.name {
        *name = name.trim().to_owned();
    }
    if let Some(Some(base_url)) = &mut patch.base_url {
        *base_url = tidy(base_url);
        if let Some(fault) = address_fault(&app, base_url) {
            fields.insert("base_url".to_owned(), fault);
        }
    }
    if !fields.is_empty() {
        return Err(Refusal::Invalid(fields));
    }
    if !app.store.providers().update(&slug, before.builtin, patch).await? {
        return Err(Refusal::NotFound);
    }
    app.reload().await?;
    let provider = one(&app, &slug).await?;
    Ok((Change::updated(&before, &provider), Json(provider)))
}
