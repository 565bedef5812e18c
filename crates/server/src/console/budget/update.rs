//! `PUT /api/budget`

use api::{
    ErrorBody,
    audit::{Members, SubjectKind},
    budgets::{Budget, GatewayBudget, GatewayBudgetPut},
};
use axum::{Json, extract::State};
use serde_json::json;

use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Input},
};

/// Say what all keys together may spend; `null` for anything.
#[utoipa::path(
    put,
    path = "/api/budget",
    tag = "budget",
    request_body = GatewayBudgetPut,
    responses((status = 200, body = GatewayBudget), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    Input(put): Input<GatewayBudgetPut>,
) -> Result<(Change, Json<GatewayBudget>), Refusal> {
    let before = app.store.budgets().gateway().await?;
    let budget = app.store.budgets().set_gateway(put.budget).await?;
    app.reload().await?;
    let change = Change::differing(SubjectKind::Setting, members(before.as_ref()), members(budget.as_ref()));
    Ok((change, Json(GatewayBudget { budget })))
}

/// What people decide of it, and not what became of it.
fn members(budget: Option<&Budget>) -> Members {
    let decided = budget.map(
        |budget| json!({"limit_nusd": budget.limit_nusd, "period": budget.period, "warn_percent": budget.warn_percent}),
    );
    Members::from_iter([("budget".to_owned(), json!(decided))])
}
