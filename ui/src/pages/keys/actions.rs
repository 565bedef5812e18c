//! What can be done to keys, with its report and its way back. The list changes when the server has agreed.

use ::api::keys::{Key, KeyPatch, KeyQuery, KeyStatus};
use yew::prelude::*;

use crate::{api, parts::list::List};

pub(crate) type Keys = List<Key, KeyQuery>;

pub(crate) fn set_status(keys: &Keys, ids: Vec<i64>, status: KeyStatus) {
    let list = keys.clone();
    let ask =
        move |id| async move { api::keys::update(id, &KeyPatch { status: Some(status), ..KeyPatch::default() }).await };
    keys.change(ids, ask, move |done| {
        let (t, count) = (list.t, done.len());
        let text = match (status, done) {
            (KeyStatus::Enabled, [key]) => t.keys_enabled(&key.name),
            (KeyStatus::Enabled, _) => t.keys_enabled_many(count),
            (KeyStatus::Disabled, [key]) => t.keys_disabled(&key.name),
            (KeyStatus::Disabled, _) => t.keys_disabled_many(count),
        };
        let before = match status {
            KeyStatus::Enabled => KeyStatus::Disabled,
            KeyStatus::Disabled => KeyStatus::Enabled,
        };
        let ids: Vec<i64> = done.iter().map(|key| key.id).collect();
        let back = list.clone();
        list.toaster.undoable(text, Callback::from(move |()| set_status(&back, ids.clone(), before)));
    });
}

pub(crate) fn delete(keys: &Keys, rows: Vec<Key>, done: Callback<()>) {
    let list = keys.clone();
    keys.delete(rows, api::keys::delete, move |gone| {
        match gone {
            [] => {}
            [key] => list.toaster.done(list.t.keys_deleted(&key.name)),
            many => list.toaster.done(list.t.keys_deleted_many(many.len())),
        }
        done.emit(());
    });
}
