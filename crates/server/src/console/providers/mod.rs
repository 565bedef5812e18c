//! Providers: the built-in table, what was changed of it, and the user's own.

mod create;
mod delete;
mod list;
mod read;
#[cfg(test)]
mod tests;
mod update;

use std::collections::HashMap;

use api::providers::{AuthScheme, Dialect, Provider};

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use update::*;

use super::error::Refusal;
use crate::{app::App, providers};

/// All of them, as they are now.
async fn all(app: &App) -> Result<Vec<Provider>, Refusal> {
    let rows = app.store.providers().all().await?;
    let channels: HashMap<String, i64> = app.store.providers().channels().await?.into_iter().collect();
    Ok(providers::in_effect(rows).into_iter().map(|provider| shown(provider, &channels)).collect())
}

async fn one(app: &App, slug: &str) -> Result<Provider, Refusal> {
    all(app).await?.into_iter().find(|provider| provider.slug == slug).ok_or(Refusal::NotFound)
}

fn shown(provider: providers::Provider, channels: &HashMap<String, i64>) -> Provider {
    Provider {
        channels: channels.get(&provider.slug).copied().unwrap_or(0),
        slug: provider.slug,
        name: provider.name,
        tile: provider.tile,
        base_url: provider.base_url,
        website: provider.website,
        keys_url: provider.keys_url,
        auth: if provider.header.is_some() { AuthScheme::Header } else { AuthScheme::Bearer },
        auth_header: provider.header.map(|name| name.to_string()),
        needs_key: provider.needs_key,
        local: provider.local,
        dialects: provider
            .speaks
            .iter()
            .map(|speech| match speech.dialect {
                llm::Dialect::Chat => Dialect::Chat,
                llm::Dialect::Messages => Dialect::Messages,
                llm::Dialect::Gemini => Dialect::Gemini,
                llm::Dialect::Responses => Dialect::Responses,
            })
            .collect(),
        builtin: provider.builtin,
        overridden: provider.overridden,
        enabled: provider.enabled,
    }
}
