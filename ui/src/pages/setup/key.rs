//! A key for the person's tools, shown once.

use ::api::{
    Fields, Validate,
    keys::{KeyCreated, NewKey},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::super::keys::secret::SecretView;
use crate::{
    api,
    i18n::use_text,
    parts::{field::TextField, icon::Icon},
};

#[derive(Properties, PartialEq)]
pub(crate) struct KeyProps {
    /// What the step before can serve.
    pub(crate) model: Option<String>,
    pub(crate) on_back: Callback<()>,
    pub(crate) on_done: Callback<()>,
}

#[component]
pub(crate) fn KeyStep(props: &KeyProps) -> Html {
    let t = use_text();
    let name = use_state(|| t.setup_key_first().to_owned());
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let created = use_state(|| None::<KeyCreated>);
    let done = props.on_done.reform(|_: MouseEvent| ());

    if let Some(created) = &*created {
        return html! {<>
            <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.keys_copy_now(&created.key.name)}</h1>
            <p class="mt-1 text-base text-ink-2 max-w-[560px]">{t.keys_copy_text()}</p>
            <SecretView created={created.clone()} model={props.model.clone()} />
            <div class="mt-6"><button type="button" class="btn btn-primary" onclick={done}>{t.setup_done()}</button></div>
        </>};
    }

    let onsubmit = {
        let name = name.clone();
        let (faults, refusal, busy, created) = (faults.clone(), refusal.clone(), busy.clone(), created.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let new = NewKey { name: name.trim().to_owned(), ..NewKey::default() };
            if let Err(found) = new.validate() {
                return faults.set(found);
            }
            busy.set(true);
            let (faults, refusal, busy, created) = (faults.clone(), refusal.clone(), busy.clone(), created.clone());
            spawn_local(async move {
                match api::keys::create(&new).await {
                    Ok(key) => created.set(Some(key)),
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
    let set_name = name.setter();
    html! {<>
        <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_key_headline()}</h1>
        <p class="mt-1 text-base text-ink-2 max-w-[560px]">{t.setup_key_text()}</p>
        <form class="mt-7" novalidate=true {onsubmit}>
            <div class="max-w-[380px]">
                <TextField id="name" label={t.setup_key_name()} value={(*name).clone()} large=true autofocus=true help={html! { t.setup_key_name_help() }}
                    error={faults.get("name").map(|fault| AttrValue::from(t.server(fault)))} on_input={move |text| set_name.set(text)} />
            </div>
            if let Some(refusal) = &*refusal {
                <p class="help-err mt-4 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
            <div class="mt-6 flex flex-wrap items-center gap-3">
                <button type="submit" class="btn btn-primary" disabled={*busy}>{t.setup_key_create()}</button>
                <button type="button" class="btn btn-ghost" onclick={props.on_back.reform(|_: MouseEvent| ())}>{t.setup_back()}</button>
                <span class="ml-auto"></span>
                <button type="button" class="btn btn-ghost" onclick={done}>{t.do_skip()}</button>
            </div>
        </form>
    </>}
}
