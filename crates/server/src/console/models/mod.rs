//! Public model names.

mod create;
mod delete;
mod list;
mod read;
#[cfg(test)]
mod tests;
mod update;

use api::models::Model;
use store::ModelError;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use update::*;

use super::error::Refusal;
use crate::models::facts;

/// Adds what the catalogue knows to what people said.
fn filled(mut model: Model) -> Model {
    let facts = facts(&model.name, &model.own);
    model.owner = facts.owner;
    model.kind = facts.kind;
    model.capabilities = facts.capabilities.unwrap_or_default();
    model.context = facts.context;
    model.max_output = facts.max_output;
    model
}

fn refusal(error: ModelError) -> Refusal {
    match error {
        ModelError::NameTaken { is_alias: false, name, .. } => Refusal::name_taken(&name),
        ModelError::NameTaken { is_alias: true, name, .. } => Refusal::Conflict(
            "That name is in use. Choose another one.",
            api::Fields::from([("aliases".to_owned(), format!("“{name}” is in use."))]),
        ),
        ModelError::Store(error) => error.into(),
    }
}
