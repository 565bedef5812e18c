//! Access keys. Members see and change their own; admins everyone's.

mod create;
mod delete;
mod list;
mod read;
#[cfg(test)]
mod tests;
mod update;

use api::{Time, session::Role};
use store::KeyError;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use update::*;

use super::{access::Actor, error::Refusal};
use crate::app::App;

/// A group decides which channels a key reaches and what they cost, so nobody gives themselves one.
fn check_choice(actor: &Actor, group: Option<&str>, user_id: Option<i64>) -> Result<(), Refusal> {
    if actor.0.role >= Role::Admin {
        return Ok(());
    }
    if user_id.is_some_and(|id| id != actor.0.id) {
        return Err(Refusal::field("user_id", "Only an admin makes keys for others."));
    }
    match group {
        Some(_) => Err(Refusal::field("group", "Only an admin chooses a key's group.")),
        None => Ok(()),
    }
}

fn check_expiry(app: &App, expires_at: Option<Time>) -> Result<(), Refusal> {
    if expires_at.is_some_and(|expires_at| expires_at <= app.clock.now()) {
        return Err(Refusal::field("expires_at", "Choose a time in the future."));
    }
    Ok(())
}

fn refusal(error: KeyError) -> Refusal {
    match error {
        KeyError::NoSuchGroup => Refusal::field("group", "There is no such group."),
        KeyError::NoSuchUser => Refusal::field("user_id", "There is no such user."),
        KeyError::Store(error) => error.into(),
    }
}
