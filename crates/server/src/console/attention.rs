//! `GET /api/attention`

use api::{attention::Attention, session::Role};
use axum::{Json, extract::State};

use super::{access::Actor, error::Refusal};
use crate::{app::App, verify};

/// Budgets that are named; the others are counted.
const NAMED: i64 = 3;

/// What waits for a person to look at it, of what they may see.
#[utoipa::path(get, path = "/api/attention", tag = "dashboard", responses((status = 200, body = Attention)))]
pub(super) async fn read(State(app): State<App>, actor: Actor) -> Result<Json<Attention>, Refusal> {
    let (budgets, budgets_near) = app.store.budgets().near(actor.scope(), NAMED).await?;
    let own = Attention { budgets, budgets_near, ..Attention::default() };
    if actor.0.role < Role::Admin {
        return Ok(Json(own));
    }
    let used = app.store.dashboards().unpriced_models().await?;
    Ok(Json(Attention {
        channels: app.store.channels().count_failing().await?,
        unpriced: app.snapshot().count_unpriced(&used, app.clock.now()),
        differing: verify::last(&app).await?.map_or(0, |last| last.differing),
        ..own
    }))
}
