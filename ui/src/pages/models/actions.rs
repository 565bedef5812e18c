//! What can be done to models, with its report and its way back. The list changes when the server has agreed.

use std::rc::Rc;

use ::api::{
    models::{Model, ModelPatch, ModelStatus},
    providers::Provider,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api::{self, Failure},
    i18n::Text,
    load::Loaded,
    parts::toast::Toaster,
};

/// What the page loads.
#[derive(Clone, PartialEq)]
pub(crate) struct Data {
    pub(crate) models: Vec<Model>,
    pub(crate) providers: Rc<Vec<Provider>>,
}

pub(crate) async fn load() -> Result<Data, Failure> {
    let providers = Rc::new(api::providers::list().await?);
    Ok(Data { models: api::models::list().await?, providers })
}

#[derive(Clone)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) data: Loaded<Data>,
    pub(crate) toaster: Toaster,
}

impl PartialEq for Actions {
    fn eq(&self, other: &Self) -> bool {
        self.t == other.t && self.toaster == other.toaster
    }
}

impl Actions {
    /// Takes the place of the model with this id, or joins the list.
    pub(crate) fn put(&self, model: Model) {
        self.data.edit(move |data| match data.models.iter_mut().find(|known| known.id == model.id) {
            Some(known) => *known = model.clone(),
            None => data.models.push(model.clone()),
        });
    }

    pub(crate) fn set_status(&self, ids: Vec<i64>, status: ModelStatus) {
        let this = self.clone();
        spawn_local(async move {
            let patch = ModelPatch { status: Some(status), ..ModelPatch::default() };
            let mut done = Vec::new();
            for id in ids {
                match api::models::update(id, &patch).await {
                    Ok(model) => {
                        this.put(model.clone());
                        done.push(model);
                    }
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            let [first, ..] = &*done else { return };
            let text = match (status, done.len()) {
                (ModelStatus::Enabled, 1) => this.t.models_enabled_one(&first.name),
                (ModelStatus::Enabled, count) => this.t.models_enabled_many(count),
                (ModelStatus::Disabled, 1) => this.t.models_disabled_one(&first.name),
                (ModelStatus::Disabled, count) => this.t.models_disabled_many(count),
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

    /// Deletes, then calls `done` with the ids that are gone.
    pub(crate) fn delete(&self, models: Vec<Model>, done: Callback<Vec<i64>>) {
        let this = self.clone();
        spawn_local(async move {
            let mut gone = Vec::new();
            for model in &models {
                match api::models::delete(model.id).await {
                    Ok(()) => gone.push(model.id),
                    // Someone else was faster; the wish is granted.
                    Err(error) if error.is_status(404) => gone.push(model.id),
                    Err(error) => this.toaster.failed(error.sentence(this.t)),
                }
            }
            let ids = gone.clone();
            this.data.edit(move |data| data.models.retain(|model| !ids.contains(&model.id)));
            match (&*gone, &*models) {
                ([], _) => {}
                ([_], [model]) => this.toaster.done(this.t.models_deleted_one(&model.name)),
                _ => this.toaster.done(this.t.models_deleted_many(gone.len())),
            }
            done.emit(gone);
        });
    }
}
