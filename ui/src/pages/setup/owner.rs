//! Who owns the gateway.

use ::api::{Fields, Validate, session::Session as Answer, setup::Setup};
use yew::prelude::*;

use crate::{
    api,
    i18n::use_text,
    parts::{
        field::TextField,
        form::{refusal_note, submit, use_form},
    },
    session::{Who, use_session},
};

#[derive(Properties, PartialEq)]
pub(crate) struct OwnerProps {
    pub(crate) token: String,
    pub(crate) on_done: Callback<()>,
}

#[derive(Clone, PartialEq, Default)]
struct Draft {
    username: String,
    password: String,
    again: String,
}

#[component]
pub(crate) fn OwnerStep(props: &OwnerProps) -> Html {
    let t = use_text();
    let session = use_session();
    let form = use_form(Draft::default);
    let make = {
        let (form, token, on_done) = (form.clone(), props.token.clone(), props.on_done.clone());
        Callback::from(move |()| {
            let Draft { username, password, again } = form.draft().clone();
            let setup = Setup { token: token.clone(), username: username.trim().to_owned(), password };
            let mut faults = Fields::new();
            setup.check(&mut faults);
            if again != setup.password && !faults.contains_key("password") {
                faults.insert("again".to_owned(), t.setup_again_differs().to_owned());
            }
            let (set, on_done) = (session.set.clone(), on_done.clone());
            form.send(
                if faults.is_empty() { Ok(setup) } else { Err(faults) },
                |setup| async move { api::setup::run(&setup).await },
                move |answer: Answer| {
                    set.emit(Who::Person(answer.user));
                    on_done.emit(());
                },
            );
        })
    };
    let draft = form.draft();
    let fault = |field| form.fault(&[field]);
    let count = draft.password.chars().count();
    let hint = if count == 0 { t.setup_password_hint().to_owned() } else { t.setup_password_count(count) };
    html! {<>
        <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_owner_headline()}</h1>
        <p class="mt-1 text-base text-ink-2 max-w-[520px]">{t.setup_owner_text()}</p>
        <form class="mt-7 grid gap-4 max-w-[380px]" novalidate=true onsubmit={submit(&make)}>
            <TextField id="username" label={t.login_username()} value={draft.username.clone()} autocomplete="username" large=true autofocus=true
                error={fault("username")} on_input={form.set(|draft: &mut Draft, text| draft.username = text)} />
            <TextField id="password" label={t.login_password()} kind="password" value={draft.password.clone()} autocomplete="new-password" large=true
                error={fault("password")} help={html! { hint }} on_input={form.set(|draft: &mut Draft, text| draft.password = text)} />
            <TextField id="again" label={t.setup_again()} kind="password" value={draft.again.clone()} autocomplete="new-password" large=true
                error={fault("again")} on_input={form.set(|draft: &mut Draft, text| draft.again = text)} />
            {refusal_note(form.refusal())}
            <div class="flex items-center gap-3 mt-2"><button class="btn btn-primary" disabled={form.is_busy()}>{t.setup_continue()}</button></div>
        </form>
        <p class="mt-8 text-xs text-ink-3 max-w-[520px]">{t.setup_link_note()}</p>
    </>}
}
