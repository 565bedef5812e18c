//! `GET /api/attention`

use api::attention::Attention;
use axum::{Json, extract::State};

use super::error::Refusal;
use crate::app::App;

/// How much waits for a person to look at it.
#[utoipa::path(get, path = "/api/attention", tag = "dashboard", responses((status = 200, body = Attention)))]
pub(super) async fn read(State(app): State<App>) -> Result<Json<Attention>, Refusal> {
    let used = app.store.dashboards().unpriced_models().await?;
    Ok(Json(Attention {
        channels: app.store.channels().count_failing().await?,
        unpriced: app.snapshot().count_unpriced(&used, app.clock.now()),
    }))
}
