//! `GET /api/providers`

use api::{
    Page,
    providers::{Dialect, Provider},
};
use axum::Json;
use llm::Vendor;

/// Providers that a channel can point at, the best known first.
#[utoipa::path(get, path = "/api/providers", tag = "providers", responses((status = 200, body = Page<Provider>)))]
pub(super) async fn list() -> Json<Page<Provider>> {
    Json(Page::whole(Vendor::all().iter().map(provider).collect()))
}

fn provider(vendor: &Vendor) -> Provider {
    Provider {
        slug: vendor.slug.to_owned(),
        name: vendor.name.to_owned(),
        tile: vendor.tile.to_owned(),
        base_url: vendor.base_url.map(str::to_owned),
        website: vendor.website.to_owned(),
        keys_url: vendor.keys_url.map(str::to_owned),
        needs_key: vendor.needs_key(),
        local: vendor.local,
        dialects: vendor
            .speaks
            .iter()
            .map(|dialect| match dialect {
                llm::Dialect::Chat => Dialect::Chat,
            })
            .collect(),
        builtin: true,
    }
}
