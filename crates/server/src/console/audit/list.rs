//! `GET /api/audit`

use api::{
    Keyset,
    audit::{AuditEntry, AuditQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{error::Refusal, input::Params},
};

/// Who changed what, newest first.
#[utoipa::path(
    get,
    path = "/api/audit",
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, body = Keyset<AuditEntry>)),
)]
pub(in crate::console) async fn list(
    State(app): State<App>,
    Params(query): Params<AuditQuery>,
) -> Result<Json<Keyset<AuditEntry>>, Refusal> {
    Ok(Json(app.store.audit().list(&query).await?))
}
