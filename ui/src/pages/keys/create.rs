//! A new access key: asked for, then shown once.

use std::rc::Rc;

use ::api::{groups::Group, keys::KeyCreated};
use yew::prelude::*;

use super::{
    draft::{Draft, Now},
    form::KeyForm,
    secret::SecretView,
};
use crate::{
    api,
    i18n::use_text,
    parts::{dialog::Dialog, editor::EditorFrame, form::use_form},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct CreateProps {
    /// For admins only.
    pub(crate) groups: Option<Rc<Vec<Group>>>,
    pub(crate) on_created: Callback<KeyCreated>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn CreateKey(props: &CreateProps) -> Html {
    let t = use_text();
    let form = use_form(Draft::new);
    let created = use_state(|| None::<KeyCreated>);
    if let Some(created) = &*created {
        return html! { <CreatedKey created={created.clone()} on_close={&props.on_close} /> };
    }
    let on_save = {
        let (form, created, on_created) = (form.clone(), created.setter(), props.on_created.clone());
        Callback::from(move |()| {
            let (created, on_created) = (created.clone(), on_created.clone());
            let now = web::now();
            form.send(
                form.draft().create(Now { millis: now, offset: web::utc_offset(now) }),
                |new| async move { api::keys::create(&new).await },
                move |key: KeyCreated| {
                    on_created.emit(key.clone());
                    created.set(Some(key));
                },
            );
        })
    };
    html! {
        <EditorFrame title={t.keys_new()} subtitle={html! { t.keys_new_text() }} progress={form.progress()} is_new=true verb={t.keys_create()} {on_save}
            on_close={&props.on_close}>
            <KeyForm draft={form.draft().clone()} on_change={form.set(|draft, changed| *draft = changed)} faults={form.faults().clone()}
                groups={props.groups.clone()} is_new=true />
        </EditorFrame>
    }
}

#[derive(Properties, PartialEq)]
struct CreatedProps {
    created: KeyCreated,
    on_close: Callback<()>,
}

/// The one time that the secret is shown. Escape and the scrim don't close it before the person says that it is stored.
#[component]
fn CreatedKey(props: &CreatedProps) -> Html {
    let t = use_text();
    let stored = use_state(|| false);
    let on_close = props.on_close.clone();
    let may_close = *stored;
    let close = Callback::from(move |()| {
        if may_close {
            on_close.emit(());
        }
    });
    let set = stored.setter();
    let onchange = move |event: Event| set.set(event.target_unchecked_into::<web_sys::HtmlInputElement>().checked());
    let done = close.clone();
    let footer = html! {<>
        <label class="flex items-center gap-2 text-sm cursor-pointer">
            <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" checked={*stored} {onchange} />{t.keys_stored()}
        </label>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-sm" disabled={!*stored} onclick={move |_| done.emit(())}>{t.keys_done()}</button>
    </>};
    html! {
        <Dialog title={t.keys_copy_now(&props.created.key.name)} text={Some(AttrValue::from(t.keys_copy_text()))} on_close={close} {footer}
            class="w-[min(640px,calc(100vw-24px))]">
            <SecretView created={props.created.clone()} />
        </Dialog>
    }
}
