//! What can be done to providers, with its report and its way back. The list changes when the server has agreed.

use ::api::providers::{Provider, ProviderPatch};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{api, i18n::Text, load::Loaded, parts::toast::Toaster};

#[derive(Clone)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) providers: Loaded<Vec<Provider>>,
    pub(crate) toaster: Toaster,
}

impl PartialEq for Actions {
    fn eq(&self, other: &Self) -> bool {
        self.t == other.t && self.toaster == other.toaster
    }
}

impl Actions {
    /// Takes the place of the provider with this slug, or joins the list in front, where one's own are.
    pub(crate) fn put(&self, provider: Provider) {
        self.providers.edit(move |all| match all.iter_mut().find(|known| known.slug == provider.slug) {
            Some(known) => *known = provider.clone(),
            None => all.insert(0, provider.clone()),
        });
    }

    pub(crate) fn set_enabled(&self, slug: String, enabled: bool) {
        let this = self.clone();
        spawn_local(async move {
            let patch = ProviderPatch { enabled: Some(enabled), ..ProviderPatch::default() };
            match api::providers::update(&slug, &patch).await {
                Ok(provider) => {
                    let text = match (enabled, provider.channels) {
                        (true, _) => this.t.providers_enabled(&provider.name),
                        (false, 0) => this.t.providers_disabled(&provider.name),
                        (false, channels) => this.t.providers_disabled_used(channels, &provider.name),
                    };
                    this.put(provider);
                    let back = this.clone();
                    let undo = Callback::from(move |()| back.set_enabled(slug.clone(), !enabled));
                    this.toaster.undoable(text, undo);
                }
                Err(error) => this.toaster.failed(error.sentence(this.t)),
            }
        });
    }

    /// Deletes one's own, or takes back what was changed of a built-in one; then calls `done`.
    pub(crate) fn delete(&self, provider: Provider, done: Callback<()>) {
        let this = self.clone();
        spawn_local(async move {
            match api::providers::delete(&provider.slug).await {
                Ok(()) if provider.builtin => {
                    this.toaster.done(this.t.providers_restored(&provider.name));
                    this.providers.reload();
                }
                Ok(()) => {
                    this.toaster.done(this.t.providers_deleted(&provider.name));
                    this.providers.edit(move |all| all.retain(|known| known.slug != provider.slug));
                }
                Err(error) => this.toaster.failed(error.sentence(this.t)),
            }
            done.emit(());
        });
    }
}
