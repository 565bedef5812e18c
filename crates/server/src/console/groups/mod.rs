//! Groups of keys.

mod create;
mod delete;
mod list;
mod update;

use api::Fields;
use store::GroupError;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use update::*;

use crate::console::error::Refusal;

/// What a refused write says; `name` is the one that was asked for.
fn refusal(error: GroupError, name: &str) -> Refusal {
    match error {
        GroupError::Store(error) => error.into(),
        GroupError::NameTaken => Refusal::name_taken(name),
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
        GroupError::Default => {
            Refusal::Conflict("The default group stays: everything belongs to it unless said otherwise.", Fields::new())
        }
    }
}
