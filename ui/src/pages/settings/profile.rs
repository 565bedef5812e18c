//! One's own name and password.

use ::api::{
    Fields, Validate,
    session::{PasswordChange, ProfilePatch, User},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{name_of, page, row::Row};
use crate::{
    api,
    i18n::use_text,
    parts::{field::TextField, form::refusal_note, toast::use_toaster},
    session::{Who, use_session},
    shell::role_name,
    web,
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
    let name = use_state(|| name_of(&props.user).to_owned());
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let onsubmit = {
        let (name, faults, refusal, busy) = (name.clone(), faults.clone(), refusal.clone(), busy.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let patch = ProfilePatch { display_name: Some(name.trim().to_owned()) };
            if let Err(found) = patch.validate() {
                return faults.set(found);
            }
            busy.set(true);
            let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
            let (session, toaster) = (session.clone(), toaster.clone());
            spawn_local(async move {
                match api::account::update(&patch).await {
                    Ok(answer) => {
                        faults.set(Fields::new());
                        refusal.set(None);
                        session.set.emit(Who::Person(answer.user));
                        toaster.done(t.settings_name_saved());
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(t)));
                        faults.set(found);
                    }
                }
                busy.set(false);
            });
        })
    };
    let fault = faults.get("display_name").map(|fault| AttrValue::from(t.server(fault)));
    let set = name.setter();
    let changed = name.trim() != name_of(&props.user);
    html! {
        <form class="py-4 border-t border-line grid gap-3 md:grid-cols-[360px] md:justify-start" novalidate=true {onsubmit}>
            {refusal_note(refusal.as_deref())}
            <TextField id="display_name" label={t.users_display_name()} value={(*name).clone()} error={fault} autocomplete="name"
                help={html! { t.settings_name_help() }} on_input={move |text| set.set(text)} />
            <div><button type="submit" class="btn btn-sm" disabled={*busy || !changed}>{t.settings_save_name()}</button></div>
        </form>
    }
}

#[component]
fn PasswordForm(props: &ProfileProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let (current, new, again) = (use_state(String::new), use_state(String::new), use_state(String::new));
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("#password-form [aria-invalid='true']");
        }
    });
    let onsubmit = {
        let (current, new, again) = (current.clone(), new.clone(), again.clone());
        let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let change = PasswordChange { current: (*current).clone(), new: (*new).clone() };
            let mut found = Fields::new();
            change.check(&mut found);
            if *again != *new && !found.contains_key("new") {
                found.insert("again".to_owned(), t.setup_again_differs().to_owned());
            }
            if !found.is_empty() {
                return faults.set(found);
            }
            busy.set(true);
            let (current, new, again) = (current.setter(), new.setter(), again.setter());
            let (faults, refusal, busy, toaster) = (faults.clone(), refusal.clone(), busy.clone(), toaster.clone());
            spawn_local(async move {
                match api::account::change_password(&change).await {
                    Ok(()) => {
                        for field in [current, new, again] {
                            field.set(String::new());
                        }
                        faults.set(Fields::new());
                        refusal.set(None);
                        toaster.done(t.settings_password_changed());
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(t)));
                        faults.set(found);
                    }
                }
                busy.set(false);
            });
        })
    };
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    let (set_current, set_new, set_again) = (current.setter(), new.setter(), again.setter());
    html! {
        <form id="password-form" class="py-4 border-t border-line grid gap-3 md:grid-cols-[360px] md:justify-start" novalidate=true {onsubmit}>
            <h3 class="h2">{t.settings_password()}</h3>
            {refusal_note(refusal.as_deref())}
            <input type="text" class="hidden" name="username" autocomplete="username" value={props.user.username.clone()} readonly=true />
            <TextField id="current" label={t.settings_password_current()} kind="password" value={(*current).clone()} error={fault("current")}
                autocomplete="current-password" on_input={move |text| set_current.set(text)} />
            <TextField id="new" label={t.settings_password_new()} kind="password" value={(*new).clone()} error={fault("new")}
                autocomplete="new-password" help={html! { t.setup_password_hint() }} on_input={move |text| set_new.set(text)} />
            <TextField id="again" label={t.setup_again()} kind="password" value={(*again).clone()} error={fault("again")}
                autocomplete="new-password" help={html! { t.settings_password_ends() }} on_input={move |text| set_again.set(text)} />
            <div><button type="submit" class="btn btn-sm" disabled={*busy}>{t.settings_password_change()}</button></div>
        </form>
    }
}
