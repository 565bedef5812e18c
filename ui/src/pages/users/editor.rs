//! One person in a drawer: added or changed.

use ::api::{
    Fields, Validate,
    channels::DEFAULT_GROUP,
    groups::Group,
    session::{Role, User},
    users::{Account, AccountPatch, NewAccount},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::password::{Handover, NewPassword, generate};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::{
        dialog::Confirm,
        drawer::Drawer,
        field::TextField,
        form::refusal_note,
        select::{SelectField, SelectOption},
        time::Ago,
    },
    session::{Who, use_session},
    shell::{initials, role_name},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) account: Option<Account>,
    pub(crate) groups: Vec<Group>,
    /// What to hand over, if somebody was made.
    pub(crate) on_saved: Callback<(Account, Option<Handover>)>,
    pub(crate) on_close: Callback<()>,
}

#[derive(Clone, PartialEq)]
struct Draft {
    username: String,
    display_name: String,
    role: Role,
    group: String,
    password: String,
}

impl Draft {
    fn start(account: Option<&Account>) -> Self {
        match account {
            Some(account) => Self {
                username: account.username.clone(),
                display_name: account.display_name.clone(),
                role: account.role,
                group: account.group.clone(),
                password: String::new(),
            },
            None => Self {
                username: String::new(),
                display_name: String::new(),
                role: Role::Member,
                group: DEFAULT_GROUP.to_owned(),
                password: generate().unwrap_or_default(),
            },
        }
    }

    fn create(&self) -> NewAccount {
        let Self { username, display_name, role, group, password } = self.clone();
        NewAccount { username: username.trim().to_owned(), display_name, role, group, password }
    }

    /// What differs from `account`.
    fn patch(&self, account: &Account) -> AccountPatch {
        let name = self.display_name.trim();
        AccountPatch {
            username: None,
            display_name: (name != account.display_name).then(|| name.to_owned()),
            role: (self.role != account.role).then_some(self.role),
            group: (self.group != account.group).then(|| self.group.clone()),
            status: None,
        }
    }
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let session = use_session();
    let draft = use_state(|| Draft::start(props.account.as_ref()));
    let initial = use_state(|| (*draft).clone());
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let leaving = use_state(|| false);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });

    let on_submit = {
        let (draft, faults, refusal, busy) = (draft.clone(), faults.clone(), refusal.clone(), busy.clone());
        let (account, on_saved, session) = (props.account.clone(), props.on_saved.clone(), session.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let checked = match &account {
                None => draft.create().validate(),
                Some(account) => draft.patch(account).validate(),
            };
            if let Err(found) = checked {
                return faults.set(found);
            }
            busy.set(true);
            let (draft, faults, refusal, busy) = ((*draft).clone(), faults.clone(), refusal.clone(), busy.clone());
            let (account, on_saved, session) = (account.clone(), on_saved.clone(), session.clone());
            spawn_local(async move {
                let answer = match &account {
                    None => api::users::create(&draft.create()).await,
                    Some(account) => api::users::update(account.id, &draft.patch(account)).await,
                };
                match answer {
                    Ok(saved) => {
                        if session.user().is_some_and(|me| me.id == saved.id) {
                            session.set.emit(Who::Person(person(&saved)));
                        }
                        let handover = account
                            .is_none()
                            .then(|| Handover { username: saved.username.clone(), password: draft.password.clone() });
                        on_saved.emit((saved, handover));
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
    let edit = |edit: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |text: String| {
            let mut next = (*draft).clone();
            edit(&mut next, text);
            draft.set(next);
        })
    };
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    let dirty = *draft != *initial;
    let close = {
        let (leaving, on_close) = (leaving.setter(), props.on_close.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
        <button type="submit" class="btn btn-primary btn-sm" disabled={*busy}>
            {if props.account.is_some() { t.do_save() } else { t.users_add() }}
        </button>
    </>};
    let roles = Role::ALL.map(|role| SelectOption::new(role.as_str(), role_name(t, role))).to_vec();
    let mut groups: Vec<SelectOption> = props
        .groups
        .iter()
        .map(|group| SelectOption::new(group.name.clone(), format!("{} {}", group.name, t.times(group.multiplier_ppm))))
        .collect();
    if !props.groups.iter().any(|group| group.name == draft.group) {
        groups.push(SelectOption::new(draft.group.clone(), draft.group.clone()));
    }
    let role_help = match draft.role {
        Role::Owner => t.users_role_owner(),
        Role::Admin => t.users_role_admin(),
        Role::Member => t.users_role_member(),
    };
    let (title, tile) = match &props.account {
        None => (t.users_add().to_owned(), Html::default()),
        Some(account) => (
            account.display_name.clone(),
            html! { <span class="mono-tile !rounded-full !size-8" aria-hidden="true">{initials(&account.display_name)}</span> },
        ),
    };
    let subtitle = match &props.account {
        None => html! { t.users_add_text() },
        Some(account) => html! { &account.username },
    };
    let stay = leaving.setter();
    html! {<>
        <Drawer {title} {tile} {subtitle} on_close={close} {footer} {on_submit}>
            {refusal_note(refusal.as_deref())}
            <section class="grid md:grid-cols-2 gap-4 items-start">
                if props.account.is_none() {
                    <TextField id="username" label={t.login_username()} value={draft.username.clone()} autofocus=true error={fault("username")}
                        help={html! { t.users_username_help() }} on_input={edit(|draft, text| draft.username = text)} />
                }
                <TextField id="display_name" label={t.users_display_name()} value={draft.display_name.clone()} error={fault("display_name")}
                    autofocus={props.account.is_some()} help={html! { t.users_display_name_help() }}
                    on_input={edit(|draft, text| draft.display_name = text)} />
                <SelectField id="role" label={t.users_column_role()} options={roles} value={draft.role.as_str()} error={fault("role")}
                    help={html! { role_help }} on_choose={edit(|draft, text| {
                        draft.role = Role::ALL.into_iter().find(|role| role.as_str() == text).unwrap_or(draft.role);
                    })} />
                <SelectField id="group" label={t.users_column_group()} options={groups} value={draft.group.clone()} error={fault("group")}
                    help={html! { t.users_group_help() }} on_choose={edit(|draft, text| draft.group = text)} />
                if props.account.is_none() {
                    <div class="md:col-span-2 md:w-[calc(50%-8px)]">
                        <NewPassword value={draft.password.clone()} error={fault("password")} on_input={edit(|draft, text| draft.password = text)} />
                    </div>
                }
            </section>
            {props.account.as_ref().map(|account| facts(t, account)).unwrap_or_default()}
        </Drawer>
        if *leaving {
            <Confirm title={t.channel_discard()} text={t.channel_discard_text()} action={t.channel_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}

fn facts(t: Text, account: &Account) -> Html {
    html! {
        <dl class="kv border-t border-line pt-4">
            <dt>{t.groups_column_keys()}</dt><dd>{t.number(account.keys)}</dd>
            <dt>{t.users_column_seen()}</dt>
            <dd>if let Some(time) = account.last_seen_at { <Ago {time} /> } else { {t.keys_never_used()} }</dd>
            <dt>{t.users_created()}</dt><dd><Ago time={account.created_at} /></dd>
        </dl>
    }
}

fn person(account: &Account) -> User {
    User {
        id: account.id,
        username: account.username.clone(),
        display_name: account.display_name.clone(),
        role: account.role,
    }
}
