//! What can be done to providers, with its report and its way back. The list changes when the server has agreed.

use ::api::providers::{Provider, ProviderPatch, ProviderQuery};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api,
    i18n::Text,
    parts::{list::List, toast::Toaster},
};

pub(crate) type Providers = List<Provider, ProviderQuery>;

#[derive(Clone, PartialEq)]
pub(crate) struct Actions {
    pub(crate) t: Text,
    pub(crate) providers: Providers,
    pub(crate) toaster: Toaster,
}

impl Actions {
    pub(crate) fn set_enabled(&self, slug: String, enabled: bool) {
        let this = self.clone();
        let ask = move |slug: String| async move {
            api::providers::update(&slug, &ProviderPatch { enabled: Some(enabled), ..ProviderPatch::default() }).await
        };
        self.providers.change(vec![slug], ask, move |done| {
            let [provider] = done else { return };
            let text = match (enabled, provider.channels) {
                (true, _) => this.t.providers_enabled(&provider.name),
                (false, 0) => this.t.providers_disabled(&provider.name),
                (false, channels) => this.t.providers_disabled_used(channels, &provider.name),
            };
            let (back, slug) = (this.clone(), provider.slug.clone());
            this.toaster.undoable(text, Callback::from(move |()| back.set_enabled(slug.clone(), !enabled)));
        });
    }

    /// Deletes one's own, or takes back what was changed of a built-in one; then calls `done`.
    pub(crate) fn delete(&self, provider: Provider, done: Callback<()>) {
        let this = self.clone();
        spawn_local(async move {
            match api::providers::delete(&provider.slug).await {
                Ok(()) => {
                    this.toaster.done(if provider.builtin {
                        this.t.providers_restored(&provider.name)
                    } else {
                        this.t.providers_deleted(&provider.name)
                    });
                    this.providers.reload();
                }
                Err(error) => this.toaster.failed(error.sentence(this.t)),
            }
            done.emit(());
        });
    }
}
