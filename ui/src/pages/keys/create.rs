//! A new access key: asked for, then shown once.

use std::rc::Rc;

use ::api::{Fields, keys::KeyCreated};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{
    draft::{Draft, Now},
    form::{Choices, KeyForm},
    secret::SecretView,
};
use crate::{
    api,
    i18n::use_text,
    parts::{dialog::Dialog, icon::Icon},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct CreateProps {
    /// For admins only.
    pub(crate) choices: Option<Rc<Choices>>,
    pub(crate) on_created: Callback<KeyCreated>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn CreateKey(props: &CreateProps) -> Html {
    let t = use_text();
    let draft = use_state(Draft::new);
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let created = use_state(|| None::<KeyCreated>);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });

    if let Some(created) = &*created {
        return html! { <CreatedKey created={created.clone()} on_close={&props.on_close} /> };
    }

    let onsubmit = {
        let (draft, faults, refusal, busy, created) =
            (draft.clone(), faults.clone(), refusal.clone(), busy.clone(), created.setter());
        let on_created = props.on_created.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let now = web::now();
            let new = match draft.create(Now { millis: now, offset: web::utc_offset(now) }) {
                Ok(new) => new,
                Err(found) => return faults.set(found),
            };
            busy.set(true);
            let (faults, refusal, busy, created, on_created) =
                (faults.clone(), refusal.clone(), busy.clone(), created.clone(), on_created.clone());
            spawn_local(async move {
                match api::keys::create(&new).await {
                    Ok(key) => {
                        on_created.emit(key.clone());
                        created.set(Some(key));
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(t)));
                        faults.set(found);
                        busy.set(false);
                    }
                }
            });
        })
    };
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={move |_| close.emit(())}>{t.do_cancel()}</button>
        <button type="submit" form="new-key" class="btn btn-primary btn-sm" disabled={*busy}>{t.keys_create()}</button>
    </>};
    let set = draft.setter();
    html! {
        <Dialog title={t.keys_new()} text={Some(AttrValue::from(t.keys_new_text()))} on_close={&props.on_close} {footer}>
            <form id="new-key" class="mt-4" novalidate=true {onsubmit}>
                if let Some(refusal) = &*refusal {
                    <p class="help-err !mt-0 !mb-4 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
                }
                <KeyForm draft={(*draft).clone()} on_change={move |draft| set.set(draft)} faults={(*faults).clone()}
                    choices={props.choices.clone()} is_new=true />
            </form>
        </Dialog>
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
