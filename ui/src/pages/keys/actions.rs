//! What can be done to keys, with its report and its way back. The list changes when the server has agreed.

use ::api::keys::{Key, KeyPatch, KeyStatus};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{api, i18n::Text, load::Loaded, parts::toast::Toaster};

#[derive(Clone)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) keys: Loaded<Vec<Key>>,
    pub(crate) toaster: Toaster,
}

impl PartialEq for Actions {
    fn eq(&self, other: &Self) -> bool {
        self.t == other.t && self.toaster == other.toaster
    }
}

impl Actions {
    /// Takes the place of the key with this id, or joins the list.
    pub(crate) fn put(&self, key: Key) {
        self.keys.edit(move |keys| match keys.iter_mut().find(|known| known.id == key.id) {
            Some(known) => *known = key.clone(),
            None => keys.push(key.clone()),
        });
    }

    pub(crate) fn set_status(&self, ids: Vec<i64>, status: KeyStatus) {
        let this = self.clone();
        spawn_local(async move {
            let patch = KeyPatch { status: Some(status), ..KeyPatch::default() };
            let mut done = Vec::new();
            for id in ids {
                match api::keys::update(id, &patch).await {
                    Ok(key) => {
                        this.put(key.clone());
                        done.push(key);
                    }
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            let [first, ..] = &*done else { return };
            let text = match (status, done.len()) {
                (KeyStatus::Enabled, 1) => this.t.keys_enabled(&first.name),
                (KeyStatus::Enabled, count) => this.t.keys_enabled_many(count),
                (KeyStatus::Disabled, 1) => this.t.keys_disabled(&first.name),
                (KeyStatus::Disabled, count) => this.t.keys_disabled_many(count),
            };
            let before = match status {
                KeyStatus::Enabled => KeyStatus::Disabled,
                KeyStatus::Disabled => KeyStatus::Enabled,
            };
            let ids: Vec<i64> = done.iter().map(|key| key.id).collect();
            let back = this.clone();
            this.toaster.undoable(text, Callback::from(move |()| back.set_status(ids.clone(), before)));
        });
    }

    /// Deletes, then calls `done` with the ids that are gone.
    pub(crate) fn delete(&self, keys: Vec<Key>, done: Callback<Vec<i64>>) {
        let this = self.clone();
        spawn_local(async move {
            let mut gone = Vec::new();
            for key in &keys {
                match api::keys::delete(key.id).await {
                    Ok(()) => gone.push(key.id),
                    // Someone else was faster; the wish is granted.
                    Err(error) if error.is_status(404) => gone.push(key.id),
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            let ids = gone.clone();
            this.keys.edit(move |keys| keys.retain(|key| !ids.contains(&key.id)));
            match (&*gone, &*keys) {
                ([], _) => {}
                ([_], [key]) => this.toaster.done(this.t.keys_deleted(&key.name)),
                _ => this.toaster.done(this.t.keys_deleted_many(gone.len())),
            }
            done.emit(gone);
        });
    }
}
