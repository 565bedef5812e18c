//! `POST /api/users/{id}/password`

use api::{
    ErrorBody,
    audit::{Action, SubjectKind},
    users::PasswordReset,
};
use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    console::{
        access::Actor,
        audit::Change,
        error::Refusal,
        input::{Id, Input},
    },
};

/// Give somebody else a new password. Ends their sessions and tokens.
#[utoipa::path(
    post,
    path = "/api/users/{id}/password",
    tag = "users",
    params(("id" = i64, Path)),
    request_body = PasswordReset,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn reset_password(
    State(app): State<App>,
    Actor(user): Actor,
    Id(id): Id,
    Input(reset): Input<PasswordReset>,
) -> Result<(Change, StatusCode), Refusal> {
    // One's own asks for the current one: an unlocked screen must not be enough to take an account over.
    if id == user.id {
        return Err(Refusal::field("password", "Change your own password in your profile."));
    }
    let account = app.store.accounts().get(id).await?.ok_or(Refusal::NotFound)?;
    let hash = app.passwords.hash(reset.password.into()).await.map_err(|_| Refusal::TooMany(2))?;
    if !app.store.users().set_password(id, hash).await? {
        return Err(Refusal::NotFound);
    }
    let change = Change::did(Action::SetPassword, SubjectKind::User, Some(id.to_string()), account.username);
    Ok((change, StatusCode::NO_CONTENT))
}
