//! People: owners make and change them, admins see them.

mod create;
mod delete;
mod list;
mod password;
mod read;
mod update;

use store::AccountError;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use password::*;
pub(super) use read::*;
pub(super) use update::*;

use crate::console::error::Refusal;

fn refusal(error: AccountError) -> Refusal {
    match error {
        AccountError::NameTaken => Refusal::Conflict(
            "That name is in use. Choose another one.",
            [("username".to_owned(), "That name is in use. Choose another one.".to_owned())].into(),
        ),
        AccountError::NoSuchGroup => Refusal::field("group", "There is no such group."),
        AccountError::LastOwner => Refusal::Conflict(
            "This is the last owner who can sign in. Make somebody else an owner first.",
            api::Fields::new(),
        ),
        AccountError::Store(error) => error.into(),
    }
}
