//! One's own name and password.

use ::api::{
    Fields, Validate,
    session::{PasswordChange, ProfilePatch, Session as Answer, User},
};
use yew::prelude::*;

use super::{name_of, page, row::Row};
use crate::{
    api,
    i18n::use_text,
    parts::{
        field::TextField,
        form::{checked, refusal_note, submit, use_form},
        toast::use_toaster,
    },
    session::{Who, use_session},
    shell::role_name,
};

#[derive(Properties, PartialEq)]
pub(crate) struct ProfileProps {
    pub(crate) user: User,
}

#[component]
pub(crate) fn Profile(props: &ProfileProps) -> Html {
    let t = use_text();
    let content = html! {<>
        <Row title={t.login_username()} text={html! { t.settings_username_text() }}><span class="font-mono text-xs">{&props.user.username}</span></Row>
        <Row title={t.users_column_role()} text={html! { t.settings_role_text() }}><span>{role_name(t, props.user.role)}</span></Row>
        <NameForm user={props.user.clone()} />
        <PasswordForm user={props.user.clone()} />
    </>};
    page(t.settings_profile(), t.settings_profile_text(), content)
}

#[component]
fn NameForm(props: &ProfileProps) -> Html {
    let t = use_text();
    let session = use_session();
    let toaster = use_toaster();
    let form = use_form(|| name_of(&props.user).to_owned());
    let save = {
        let form = form.clone();
        Callback::from(move |()| {
            let (session, toaster) = (session.clone(), toaster.clone());
            form.send(
                checked(ProfilePatch { display_name: Some(form.draft().trim().to_owned()) }),
                |patch| async move { api::account::update(&patch).await },
                move |answer: Answer| {
                    session.set.emit(Who::Person(answer.user));
                    toaster.done(t.settings_name_saved());
                },
            );
        })
    };
    let changed = form.draft().trim() != name_of(&props.user);
    html! {
        <form class="py-4 border-t border-line grid gap-3 md:grid-cols-[360px] md:justify-start" novalidate=true onsubmit={submit(&save)}>
            {refusal_note(form.refusal())}
            <TextField id="display_name" label={t.users_display_name()} value={form.draft().clone()} error={form.fault(&["display_name"])} autocomplete="name"
                help={html! { t.settings_name_help() }} on_input={form.set(|name, text| *name = text)} />
            <div><button type="submit" class="btn btn-sm" disabled={form.is_busy() || !changed}>{t.settings_save_name()}</button></div>
        </form>
    }
}

#[derive(Clone, PartialEq, Default)]
struct Passwords {
    current: String,
    new: String,
    again: String,
}

#[component]
fn PasswordForm(props: &ProfileProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let form = use_form(Passwords::default);
    let save = {
        let form = form.clone();
        Callback::from(move |()| {
            let Passwords { current, new, again } = form.draft().clone();
            let change = PasswordChange { current, new };
            let mut faults = Fields::new();
            change.check(&mut faults);
            if again != change.new && !faults.contains_key("new") {
                faults.insert("again".to_owned(), t.setup_again_differs().to_owned());
            }
            let (emptied, toaster) = (form.clone(), toaster.clone());
            form.send(
                if faults.is_empty() { Ok(change) } else { Err(faults) },
                |change| async move { api::account::change_password(&change).await },
                move |()| {
                    emptied.restart(Passwords::default());
                    toaster.done(t.settings_password_changed());
                },
            );
        })
    };
    let draft = form.draft();
    let fault = |field| form.fault(&[field]);
    html! {
        <form id="password-form" class="py-4 border-t border-line grid gap-3 md:grid-cols-[360px] md:justify-start" novalidate=true onsubmit={submit(&save)}>
            <h3 class="h2">{t.settings_password()}</h3>
            {refusal_note(form.refusal())}
            <input type="text" class="hidden" name="username" autocomplete="username" value={props.user.username.clone()} readonly=true />
            <TextField id="current" label={t.settings_password_current()} kind="password" value={draft.current.clone()} error={fault("current")}
                autocomplete="current-password" on_input={form.set(|draft: &mut Passwords, text| draft.current = text)} />
            <TextField id="new" label={t.settings_password_new()} kind="password" value={draft.new.clone()} error={fault("new")}
                autocomplete="new-password" help={html! { t.setup_password_hint() }} on_input={form.set(|draft: &mut Passwords, text| draft.new = text)} />
            <TextField id="again" label={t.setup_again()} kind="password" value={draft.again.clone()} error={fault("again")}
                autocomplete="new-password" help={html! { t.settings_password_ends() }} on_input={form.set(|draft: &mut Passwords, text| draft.again = text)} />
            <div><button type="submit" class="btn btn-sm" disabled={form.is_busy()}>{t.settings_password_change()}</button></div>
        </form>
    }
}
