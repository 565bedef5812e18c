//! One provider in a drawer.

use ::api::providers::{AuthScheme, NewProvider, Provider, ProviderPatch};
use yew::prelude::*;

use super::{actions::Actions, draft::Draft};
use crate::{
    api,
    i18n::use_text,
    parts::{
        editor::EditorFrame,
        field::TextField,
        form::use_form,
        segmented::{Choice, Segmented},
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) provider: Option<Provider>,
    pub(crate) actions: Actions,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let form = use_form(|| props.provider.as_ref().map_or_else(Draft::new, Draft::of));
    let draft = form.draft();
    let fault = |field| form.fault(&[field]);
    macro_rules! set {
        ($field:ident) => {
            form.set(|draft: &mut Draft, $field| draft.$field = $field)
        };
    }
    let on_save = {
        let (form, provider) = (form.clone(), props.provider.clone());
        let (actions, on_close) = (props.actions.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (actions, on_close, made) = (actions.clone(), on_close.clone(), provider.is_none());
            let request = match &provider {
                None => form.draft().create().map(Request::Create),
                Some(provider) => {
                    let patch = form.draft().patch(form.initial());
                    patch.map(|patch| Request::Change(provider.slug.clone(), patch))
                }
            };
            form.send(
                request,
                |request| async move {
                    match request {
                        Request::Create(new) => api::providers::create(&new).await,
                        Request::Change(slug, patch) => api::providers::update(&slug, &patch).await,
                    }
                },
                move |provider: Provider| {
                    let t = actions.t;
                    let name = &provider.name;
                    actions.toaster.done(if made { t.models_added(name) } else { t.models_saved(name) });
                    if made {
                        actions.providers.add(provider);
                    } else {
                        actions.providers.put(provider);
                    }
                    on_close.emit(());
                },
            );
        })
    };
    let builtin = props.provider.as_ref().is_some_and(|provider| provider.builtin);
    let own_fields = (!builtin).then(|| {
        let schemes =
            vec![Choice::new(AuthScheme::Bearer, t.providers_bearer()), Choice::new(AuthScheme::Header, t.providers_own_header())];
        let flag = |label: &'static str, on: bool, set: Callback<bool>| {
            let onchange =
                move |event: Event| set.emit(event.target_unchecked_into::<web_sys::HtmlInputElement>().checked());
            html! {
                <label class="flex items-center gap-2 cursor-pointer">
                    <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" checked={on} {onchange} />{label}
                </label>
            }
        };
        html! {<>
            <section class="grid gap-4">
                <div class="field">
                    <span class="flabel">{t.providers_auth()}</span>
                    <Segmented<AuthScheme> label={t.providers_auth()} choices={schemes} value={draft.auth} on_choose={set!(auth)} />
                </div>
                if draft.auth == AuthScheme::Header {
                    <TextField id="auth_header" label={t.providers_header_name()} value={draft.auth_header.clone()} mono=true placeholder="api-key"
                        error={fault("auth_header")} on_input={set!(auth_header)} />
                }
                {flag(t.providers_needs_key(), draft.needs_key, set!(needs_key))}
                {flag(t.providers_is_local(), draft.local, set!(local))}
            </section>
            <section class="grid md:grid-cols-2 gap-4 items-start">
                <TextField id="website" label={t.providers_website()} value={draft.website.clone()} inputmode="url" error={fault("website")} on_input={set!(website)} />
                <TextField id="keys_url" label={t.providers_keys_url()} value={draft.keys_url.clone()} inputmode="url" error={fault("keys_url")}
                    help={html! { t.providers_keys_url_help() }} on_input={set!(keys_url)} />
            </section>
        </>}
    });
    let title = props.provider.as_ref().map_or_else(|| t.providers_add().to_owned(), |provider| provider.name.clone());
    let tile = props.provider.as_ref();
    let tile = tile.map(|provider| html! { <span class="mono-tile" aria-hidden="true">{&provider.tile}</span> });
    let subtitle = if builtin { t.providers_builtin_text() } else { t.providers_own_text() };
    html! {
        <EditorFrame {title} tile={tile.unwrap_or_default()} subtitle={html! { {subtitle} }} progress={form.progress()} is_new={props.provider.is_none()}
            {on_save} on_close={&props.on_close}>
            <section class="grid md:grid-cols-2 gap-4 items-start">
                <TextField id="name" label={t.channel_name()} value={draft.name.clone()} error={fault("name")} autofocus={props.provider.is_none()} on_input={set!(name)} />
                if props.provider.is_none() {
                    <TextField id="slug" label={t.providers_slug()} value={draft.slug.clone()} placeholder={draft.slug()} mono=true error={fault("slug")}
                        help={html! { t.providers_slug_help() }} on_input={set!(slug)} />
                }
                <TextField id="base_url" class="md:col-span-2" label={t.channel_base_url()} value={draft.base_url.clone()} mono=true inputmode="url"
                    placeholder="https://example.com/v1" error={fault("base_url")} help={html! { if builtin { {t.providers_base_url_builtin()} } else { {t.providers_base_url_help()} } }}
                    on_input={set!(base_url)} />
            </section>
            {for own_fields}
        </EditorFrame>
    }
}

enum Request {
    Create(NewProvider),
    Change(String, ProviderPatch),
}
