//! What can be done to models, with its report and its way back. The list changes when the server has agreed.

use ::api::models::{Model, ModelPatch, ModelQuery, ModelStatus};
use yew::prelude::*;

use crate::{
    api,
    i18n::Text,
    parts::{list::List, toast::Toaster},
};

pub(crate) type Models = List<Model, ModelQuery>;

#[derive(Clone, PartialEq)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) models: Models,
    pub(crate) toaster: Toaster,
}

impl Actions {
    pub(crate) fn set_status(&self, ids: Vec<i64>, status: ModelStatus) {
        let this = self.clone();
        let ask = move |id| async move {
            api::models::update(id, &ModelPatch { status: Some(status), ..ModelPatch::default() }).await
        };
        self.models.change(ids, ask, move |done| {
            let (t, count) = (this.t, done.len());
            let text = match (status, done) {
                (ModelStatus::Enabled, [model]) => t.models_enabled_one(&model.name),
                (ModelStatus::Enabled, _) => t.models_enabled_many(count),
                (ModelStatus::Disabled, [model]) => t.models_disabled_one(&model.name),
                (ModelStatus::Disabled, _) => t.models_disabled_many(count),
            };
            let before = match status {
                ModelStatus::Enabled => ModelStatus::Disabled,
                ModelStatus::Disabled => ModelStatus::Enabled,
            };
            let ids: Vec<i64> = done.iter().map(|model| model.id).collect();
            let back = this.clone();
            this.toaster.undoable(text, Callback::from(move |()| back.set_status(ids.clone(), before)));
        });
    }

    pub(crate) fn delete(&self, rows: Vec<Model>, done: Callback<()>) {
        let this = self.clone();
        self.models.delete(rows, api::models::delete, move |gone| {
            match gone {
                [] => {}
                [model] => this.toaster.done(this.t.models_deleted_one(&model.name)),
                many => this.toaster.done(this.t.models_deleted_many(many.len())),
            }
            done.emit(());
        });
    }
}
