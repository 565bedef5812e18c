//! `DELETE /api/groups/{name}`

use api::{ErrorBody, Fields};
use axum::{extract::State, http::StatusCode};
use store::GroupError;

use crate::{
    app::App,
    console::{audit::Change, error::Refusal, input::Id},
};

/// Remove a group that nothing uses.
#[utoipa::path(
    delete,
    path = "/api/groups/{name}",
    tag = "groups",
    params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
)]
pub(in crate::console) async fn delete(
    State(app): State<App>,
    Id(name): Id<String>,
) -> Result<(Change, StatusCode), Refusal> {
    let group = app.store.groups().get(&name).await?.ok_or(Refusal::NotFound)?;
    if !app.store.groups().delete(&name).await.map_err(refusal)? {
        return Err(Refusal::NotFound);
    }
    Ok((Change::deleted(&group), StatusCode::NO_CONTENT))
}

fn refusal(error: GroupError) -> Refusal {
    match error {
        GroupError::Store(error) => error.into(),
        GroupError::InUse(group) => {
            let uses = [
                ("users", group.users, format!("Users in it: {}.", group.users)),
                ("keys", group.keys, format!("Keys in it: {}.", group.keys)),
                ("channels", group.channels, format!("Channels that serve it: {}.", group.channels)),
            ];
            let uses = uses.into_iter().filter(|(_, count, _)| *count > 0);
            let fields = uses.map(|(name, _, words)| (name.to_owned(), words)).collect();
            Refusal::Conflict("The group is in use. Move what uses it to another one first.", fields)
        }
        GroupError::Default | GroupError::NameTaken => {
            Refusal::Conflict("The default group stays: everything belongs to it unless said otherwise.", Fields::new())
        }
    }
}
