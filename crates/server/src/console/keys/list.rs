//! `GET /api/keys`

use api::{
    ErrorBody, Page,
    keys::{Key, KeyQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// Keys, newest first unless asked otherwise. `search` looks at name, owner, and the parts of the key that aren't secret.
#[utoipa::path(
    get,
    path = "/api/keys",
    tag = "keys",
    params(KeyQuery),
    responses((status = 200, body = Page<Key>), (status = 400, body = ErrorBody)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<KeyQuery>,
) -> Result<Json<Page<Key>>, Refusal> {
    Ok(Json(app.store.keys().list(actor.scope(), actor.0.id, &query).await?))
}
