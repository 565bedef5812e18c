//! `POST /api/verify`

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    verify::Verification,
};
use axum::{Json, extract::State};

use crate::{
    app::App,
    console::{audit::Change, error::Refusal},
    verify,
};

/// Count everything again from the requests that it is of, while the gateway goes on. Takes seconds for a million requests.
#[utoipa::path(
    post,
    path = "/api/verify",
    tag = "budget",
    responses((status = 200, body = Verification), (status = 409, body = ErrorBody)),
)]
pub(in crate::console) async fn run(State(app): State<App>) -> Result<(Change, Json<Verification>), Refusal> {
    if app.verifying.try_lock().is_err() {
        return Err(Refusal::Conflict(
            "The books are being counted already. Look again in a while.",
            api::Fields::new(),
        ));
    }
    let verification = verify::run(&app).await?;
    Ok((Change::did(Action::Test, SubjectKind::Setting, None, "verify"), Json(verification)))
}

#[cfg(test)]
mod tests {
    use api::session::Role;
    use http::StatusCode;
    use serde_json::json;

    use crate::testing::{TestApp, body, json};

    #[tokio::test]
    async fn what_counting_came_to_is_kept() {
        let app = TestApp::new().await;
        let owner = app.cookie(Role::Owner).await;
        let last = async || body(app.send(json("GET", "/api/verify", Some(&owner), &json!({}))).await).await;
        assert_eq!(last().await, json!({"last": null}));
        let counted = body(app.send(json("POST", "/api/verify", Some(&owner), &json!({}))).await).await;
        assert_eq!(counted["differences"], json!([]));
        assert_eq!(last().await, json!({"last": counted}));
        let counting = app.app.verifying.lock().await;
        let refused = app.send(json("POST", "/api/verify", Some(&owner), &json!({}))).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        drop(counting);
    }
}
