//! One provider in a drawer.

use ::api::{
    Fields,
    providers::{AuthScheme, Provider},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{actions::Actions, draft::Draft};
use crate::{
    api,
    i18n::use_text,
    parts::{
        dialog::Confirm,
        drawer::Drawer,
        field::TextField,
        icon::Icon,
        segmented::{Choice, Segmented},
    },
    web,
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
    let start = || props.provider.as_ref().map_or_else(Draft::new, Draft::of);
    let initial = use_state(start);
    let draft = use_state(start);
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let leaving = use_state(|| false);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });
    let dirty = *draft != *initial;
    let close = {
        let (leaving, on_close) = (leaving.setter(), props.on_close.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    macro_rules! set {
        ($field:ident) => {{
            let draft = draft.clone();
            move |$field| draft.set(Draft { $field, ..(*draft).clone() })
        }};
    }
    let on_submit = {
        let (draft, initial, faults, refusal, busy) =
            (draft.clone(), initial.clone(), faults.clone(), refusal.clone(), busy.clone());
        let (provider, actions, on_close) = (props.provider.clone(), props.actions.clone(), props.on_close.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let request = match &provider {
                None => draft.create().map(Request::Create),
                Some(provider) => draft.patch(&initial).map(|patch| Request::Change(provider.slug.clone(), patch)),
            };
            let request = match request {
                Ok(request) => request,
                Err(found) => return faults.set(found),
            };
            busy.set(true);
            let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
            let (actions, on_close) = (actions.clone(), on_close.clone());
            spawn_local(async move {
                let answer = match &request {
                    Request::Create(new) => api::providers::create(new).await,
                    Request::Change(slug, patch) => api::providers::update(slug, patch).await,
                };
                match answer {
                    Ok(provider) => {
                        actions.toaster.done(match request {
                            Request::Create(_) => actions.t.models_added(&provider.name),
                            Request::Change(..) => actions.t.models_saved(&provider.name),
                        });
                        if matches!(request, Request::Create(_)) {
                            actions.providers.add(provider);
                        } else {
                            actions.providers.put(provider);
                        }
                        on_close.emit(());
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(actions.t)));
                        faults.set(found);
                        busy.set(false);
                    }
                }
            });
        })
    };
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
        <button type="submit" class="btn btn-primary btn-sm" disabled={*busy || !dirty}>{t.do_save()}</button>
    </>};
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
                {flag(t.providers_needs_key(), draft.needs_key, Callback::from(set!(needs_key)))}
                {flag(t.providers_is_local(), draft.local, Callback::from(set!(local)))}
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
    let stay = leaving.setter();
    html! {<>
        <Drawer {title} tile={tile.unwrap_or_default()} subtitle={html! { {subtitle} }} on_close={&close} {footer} {on_submit}>
            if let Some(refusal) = &*refusal {
                <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
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
        </Drawer>
        if *leaving {
            <Confirm title={t.channel_discard()} text={t.channel_discard_text()} action={t.channel_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}

enum Request {
    Create(::api::providers::NewProvider),
    Change(String, ::api::providers::ProviderPatch),
}
