//! `GET /api/playground/models`

use api::{Page, page::PageQuery, playground::PlaygroundModel};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
    models::facts,
};

/// Names that the playground would serve for oneself: models and their aliases, by name.
#[utoipa::path(
    get,
    path = "/api/playground/models",
    tag = "playground",
    params(PageQuery),
    responses((status = 200, body = Page<PlaygroundModel>)),
)]
pub(in crate::console) async fn models(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<PageQuery>,
) -> Result<Json<Page<PlaygroundModel>>, Refusal> {
    let key = app.store.keys().playground(actor.0.id).await?.ok_or(Refusal::Unauthenticated)?;
    let search = query.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let snapshot = app.snapshot();
    let listed = snapshot.models_for(&key).into_iter().filter(|listed| listed.name.to_lowercase().contains(&search));
    let models = listed.map(|listed| {
        let facts = facts(&listed.model.name, &listed.model.own);
        PlaygroundModel {
            name: listed.name.to_owned(),
            alias_of: (listed.name != listed.model.name).then(|| listed.model.name.clone()),
            owner: facts.owner,
            kind: facts.kind,
            capabilities: facts.capabilities.unwrap_or_default(),
            context: facts.context,
            max_output: facts.max_output,
        }
    });
    Ok(Json(Page::of(models.collect(), query.page, query.page_size)))
}
