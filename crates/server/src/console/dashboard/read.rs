//! `GET /api/dashboard`

use api::{
    ErrorBody, Validate,
    dashboard::{Dashboard, DashboardQuery},
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{access::Actor, error::Refusal, input::Params},
};

/// What the requests of a range came to, beside the range before.
///
/// Counted by the hour in which a request began, once it is finished.
#[utoipa::path(
    get,
    path = "/api/dashboard",
    tag = "dashboard",
    params(DashboardQuery),
    responses((status = 200, body = Dashboard), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn read(
    State(app): State<App>,
    actor: Actor,
    Params(query): Params<DashboardQuery>,
) -> Result<Json<Dashboard>, Refusal> {
    query.validate().map_err(Refusal::Invalid)?;
    Ok(Json(app.store.dashboards().read(actor.scope(), &query).await?))
}

#[cfg(test)]
mod tests {
    use api::session::Role;
    use http::StatusCode;
    use serde_json::json;

    use crate::testing::{TestApp, body, json};

    #[tokio::test]
    async fn a_range_that_no_chart_could_show_is_refused_by_field() {
        let app = TestApp::new().await;
        let cookie = app.cookie(Role::Member).await;
        let path = "/api/dashboard?from=2026-11-01T00:00:00Z&to=2026-10-01T00:00:00Z";
        let response = app.send(json("GET", path, Some(&cookie), &json!({}))).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body(response).await["error"]["fields"]["to"], "Choose an end after the start.");
    }

    #[tokio::test]
    async fn only_admins_see_the_health_of_channels() {
        let app = TestApp::new().await;
        let owner = app.cookie(Role::Owner).await;
        let new = json!({"name": "main", "provider": "openai", "keys": ["sk-0123456789"], "models": ["m"]});
        app.send(json("POST", "/api/channels", Some(&owner), &new)).await;
        for (role, channels) in [(Role::Admin, 1), (Role::Member, 0)] {
            let cookie = app.cookie(role).await;
            let path = "/api/dashboard?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&step_minutes=360&by=key";
            let answer = body(app.send(json("GET", path, Some(&cookie), &json!({}))).await).await;
            assert_eq!(answer["health"].as_array().map(Vec::len), Some(channels), "{role:?}: {answer}");
            assert_eq!(answer["buckets"].as_array().map(Vec::len), Some(4));
        }
    }
}
