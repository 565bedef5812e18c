//! `POST /api/setup`

use api::{ErrorBody, Fields, session::Session, setup::Setup};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    client::{self, Peer},
    console::{
        access::{session_cookie, signed_in_from},
        audit::Change,
        error::Refusal,
        input::Input,
    },
};

/// Make the owner, once, and sign them in.
#[utoipa::path(
    post,
    path = "/api/setup",
    tag = "setup",
    request_body = Setup,
    responses(
        (status = 201, body = Session),
        (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody),
    ),
)]
pub(in crate::console) async fn create(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Input(setup): Input<Setup>,
) -> Result<Response, Refusal> {
    let already = || Refusal::Conflict("This gateway has an owner already. Sign in instead.", Fields::new());
    let _turn = app.setup.turn().await;
    if app.setup.token().is_none() {
        return Err(already());
    }
    if !app.setup.admits(&setup.token) {
        return Err(Refusal::SetupToken);
    }
    let hash = app.passwords.hash(setup.password.into()).await.map_err(|_| Refusal::TooMany(2))?;
    let users = app.store.users();
    let owner = match users.create_owner(setup.username.trim(), hash).await? {
        Some(owner) => owner,
        None if users.owner_exists().await? => return Err(already()),
        None => return Err(Refusal::field("username", "That name is in use. Choose another one.")),
    };
    app.setup.close();
    let address = client::address(peer, &headers, &app.settings().trusted_proxies);
    let token = app.store.sessions().create(owner.id, signed_in_from(address, &headers)).await?;
    let cookie = session_cookie(&app, &headers, Some(&token)).ok_or(Refusal::Internal)?;
    let change = Change::created(&owner).by(owner.clone());
    Ok((StatusCode::CREATED, change, [(header::SET_COOKIE, cookie)], Json(Session { user: owner })).into_response())
}
