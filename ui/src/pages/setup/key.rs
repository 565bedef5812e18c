//! A key for the person's tools, shown once.

use ::api::keys::{KeyCreated, NewKey};
use yew::prelude::*;

use super::super::keys::secret::SecretView;
use crate::{
    api,
    i18n::use_text,
    parts::{
        field::TextField,
        form::{checked, refusal_note, submit, use_form},
    },
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
    let form = use_form(|| t.setup_key_first().to_owned());
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

    let make = {
        let (form, created) = (form.clone(), created.setter());
        Callback::from(move |()| {
            let created = created.clone();
            form.send(
                checked(NewKey { name: form.draft().trim().to_owned(), ..NewKey::default() }),
                |new| async move { api::keys::create(&new).await },
                move |key| created.set(Some(key)),
            );
        })
    };
    html! {<>
        <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_key_headline()}</h1>
        <p class="mt-1 text-base text-ink-2 max-w-[560px]">{t.setup_key_text()}</p>
        <form class="mt-7" novalidate=true onsubmit={submit(&make)}>
            <div class="max-w-[380px]">
                <TextField id="name" label={t.setup_key_name()} value={form.draft().clone()} large=true autofocus=true help={html! { t.setup_key_name_help() }}
                    error={form.fault(&["name"])} on_input={form.set(|name, text| *name = text)} />
            </div>
            if form.refusal().is_some() { <div class="mt-4">{refusal_note(form.refusal())}</div> }
            <div class="mt-6 flex flex-wrap items-center gap-3">
                <button type="submit" class="btn btn-primary" disabled={form.is_busy()}>{t.setup_key_create()}</button>
                <button type="button" class="btn btn-ghost" onclick={props.on_back.reform(|_: MouseEvent| ())}>{t.setup_back()}</button>
                <span class="ml-auto"></span>
                <button type="button" class="btn btn-ghost" onclick={done}>{t.do_skip()}</button>
            </div>
        </form>
    </>}
}
