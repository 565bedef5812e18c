//! What a handler tells the audit, as a part of its answer: `(StatusCode::CREATED, Change::created(&key), Json(key))`.

use std::convert::Infallible;

use api::{
    audit::{Action, Members, SubjectKind},
    channels::Channel,
    groups::Group,
    keys::Key,
    models::Model,
    providers::Provider,
    session::User,
    tokens::Token,
    users::Account,
};
use axum::response::{IntoResponseParts, ResponseParts};
use serde::Serialize;
use serde_json::Value;

/// A change of configuration, for its row in the audit.
#[derive(Debug, Clone)]
pub(in crate::console) struct Change {
    pub(super) action: Action,
    pub(super) subject: SubjectKind,
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) before: Option<Members>,
    pub(super) after: Option<Members>,
    pub(super) by: Option<User>,
}

/// The request was fine and nothing changed, so there is nothing to tell.
#[derive(Debug, Clone, Copy)]
pub(in crate::console) struct NoChange;

/// A thing that people change. Only answer types are, since they hold no secrets.
pub(in crate::console) trait Subject: Serialize {
    const KIND: SubjectKind;

    fn id(&self) -> String;

    fn name(&self) -> String;
}

macro_rules! subjects {
    ($($type:ty: $kind:ident { $id:ident, $name:ident })+) => {$(
        impl Subject for $type {
            const KIND: SubjectKind = SubjectKind::$kind;

            fn id(&self) -> String {
                self.$id.to_string()
            }

            fn name(&self) -> String {
                self.$name.clone()
            }
        }
    )+};
}

subjects! {
    Account: User { id, username }
    Channel: Channel { id, name }
    Group: Group { name, name }
    Key: Key { id, name }
    Model: Model { id, name }
    Provider: Provider { slug, name }
    Token: Token { id, name }
    User: User { id, username }
}

/// Changes with every use or every change, so it tells nothing.
const NOISE: [&str; 4] = ["last_seen_at", "last_used_at", "priced_since", "updated_at"];

impl Change {
    /// Something that isn't a change of the thing itself, such as a test.
    pub(in crate::console) fn did(
        action: Action,
        subject: SubjectKind,
        id: Option<String>,
        name: impl Into<String>,
    ) -> Self {
        Self { action, subject, id, name: name.into(), before: None, after: None, by: None }
    }

    pub(in crate::console) fn created<T: Subject>(after: &T) -> Self {
        Self { after: Some(members(after)), ..Self::of(Action::Create, after) }
    }

    /// Keeps the members that differ.
    pub(in crate::console) fn updated<T: Subject>(old: &T, new: &T) -> Self {
        let Self { before, after, .. } = Self::differing(T::KIND, members(old), members(new));
        Self { before, after, ..Self::of(Action::Update, new) }
    }

    /// An update of what has no id. Named by the members that differ, which it keeps.
    pub(in crate::console) fn differing(subject: SubjectKind, mut before: Members, mut after: Members) -> Self {
        before.retain(|name, value| after.get(name) != Some(value));
        after.retain(|name, _| before.contains_key(name));
        let name = before.keys().cloned().collect::<Vec<_>>().join(", ");
        Self { before: Some(before), after: Some(after), ..Self::did(Action::Update, subject, None, name) }
    }

    pub(in crate::console) fn deleted<T: Subject>(before: &T) -> Self {
        Self { before: Some(members(before)), ..Self::of(Action::Delete, before) }
    }

    /// What it was before and what it is after, where the thing itself doesn't tell.
    pub(in crate::console) fn showing(self, before: Members, after: Members) -> Self {
        Self { before: Some(before), after: Some(after), ..self }
    }

    /// Who did it, where the request itself doesn't tell: a sign-in.
    pub(in crate::console) fn by(self, user: User) -> Self {
        Self { by: Some(user), ..self }
    }

    fn of<T: Subject>(action: Action, thing: &T) -> Self {
        Self::did(action, T::KIND, Some(thing.id()), thing.name())
    }
}

fn members<T: Subject>(thing: &T) -> Members {
    let Ok(Value::Object(mut members)) = serde_json::to_value(thing) else { return Members::new() };
    // What became of a budget is nobody's change.
    if let Some(Value::Object(budget)) = members.get_mut("budget") {
        budget.retain(|name, _| matches!(name.as_str(), "limit_nusd" | "period" | "warn_percent"));
    }
    members.into_iter().filter(|(name, _)| !NOISE.contains(&name.as_str())).collect()
}

impl IntoResponseParts for Change {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

impl IntoResponseParts for NoChange {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}
