//! `GET /api/models`

use std::cmp::{Ordering, Reverse};

use api::{
    Page,
    models::{Model, ModelQuery, ModelSort},
};
use axum::{Json, extract::State};

use super::filled;
use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// Models, by name unless asked otherwise. Numbers and times start with the largest.
#[utoipa::path(
    get,
    path = "/api/models",
    tag = "models",
    params(ModelQuery),
    responses((status = 200, body = Page<Model>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<ModelQuery>,
) -> Result<Json<Page<Model>>, Refusal> {
    // Who serves a model and what the catalogue knows of it aren't the database's to compare.
    let mut models: Vec<Model> = app.store.models().all().await?.into_iter().map(filled).collect();
    models.retain(|model| admits(&query, model));
    models.sort_by(|a, b| {
        let order = compare(query.sort, a, b);
        let order = if query.descending { order.reverse() } else { order };
        order.then_with(|| a.name.cmp(&b.name))
    });
    Ok(Json(Page::of(models, query.page, query.page_size)))
}

fn admits(query: &ModelQuery, model: &Model) -> bool {
    let search = query.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    (found(&model.name) || model.aliases.iter().any(|alias| found(alias)) || model.owner.as_deref().is_some_and(found))
        && query.status.is_none_or(|status| model.status == status)
        && query.kind.is_none_or(|kind| model.kind == Some(kind))
        && query.capability.is_none_or(|capability| model.capabilities.contains(&capability))
        && query.served.is_none_or(|served| (model.channels > 0) == served)
}

/// What isn't known comes last.
fn compare(sort: ModelSort, a: &Model, b: &Model) -> Ordering {
    let owner = |model: &Model| (model.owner.is_none(), model.owner.clone().unwrap_or_default().to_lowercase());
    match sort {
        ModelSort::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        ModelSort::Owner => owner(a).cmp(&owner(b)),
        ModelSort::Context => b.context.cmp(&a.context),
        ModelSort::Channels => b.channels.cmp(&a.channels),
        ModelSort::CreatedAt => Reverse(a.created_at).cmp(&Reverse(b.created_at)),
    }
}
