//! One person in a drawer: added or changed.

use ::api::{
    channels::DEFAULT_GROUP,
    groups::Group,
    limits::Limits,
    session::{Role, User},
    users::{Account, AccountPatch, NewAccount},
};
use yew::prelude::*;

use super::password::{Handover, NewPassword, generate};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::{
        allowance::{Allowance, AllowanceFields},
        editor::EditorFrame,
        field::TextField,
        form::{checked, use_form},
        select::{SelectField, SelectOption},
        time::Ago,
    },
    session::{Who, use_session},
    shell::{initials, role_name},
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
    allowance: Allowance,
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
                allowance: Allowance::of(account.budget.as_ref(), &account.limits),
            },
            None => Self {
                username: String::new(),
                display_name: String::new(),
                role: Role::Member,
                group: DEFAULT_GROUP.to_owned(),
                password: generate().unwrap_or_default(),
                allowance: Allowance::of(None, &Limits::default()),
            },
        }
    }

    fn create(&self) -> NewAccount {
        let Self { username, display_name, role, group, password, allowance } = self.clone();
        let (budget, limits) = (allowance.budget(), allowance.limits());
        NewAccount { username: username.trim().to_owned(), display_name, role, group, budget, limits, password }
    }

    /// What differs from `account`.
    fn patch(&self, account: &Account) -> AccountPatch {
        let (username, name) = (self.username.trim(), self.display_name.trim());
        let before = Allowance::of(account.budget.as_ref(), &account.limits);
        AccountPatch {
            username: (username != account.username).then(|| username.to_owned()),
            display_name: (name != account.display_name).then(|| name.to_owned()),
            role: (self.role != account.role).then_some(self.role),
            group: (self.group != account.group).then(|| self.group.clone()),
            status: None,
            budget: self.allowance.changed_budget(&before),
            limits: self.allowance.changed_limits(&before),
        }
    }
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let session = use_session();
    let form = use_form(|| Draft::start(props.account.as_ref()));
    let draft = form.draft();
    let on_save = {
        let (form, account, on_saved) = (form.clone(), props.account.clone(), props.on_saved.clone());
        Callback::from(move |()| {
            let (draft, session, on_saved) = (form.draft(), session.clone(), on_saved.clone());
            let request = match &account {
                None => checked(draft.create()).map(Request::Create),
                Some(account) => checked(draft.patch(account)).map(|patch| Request::Change(account.id, patch)),
            };
            let password = account.is_none().then(|| draft.password.clone());
            form.send(
                request,
                |request| async move {
                    match request {
                        Request::Create(new) => api::users::create(&new).await,
                        Request::Change(id, patch) => api::users::update(id, &patch).await,
                    }
                },
                move |saved: Account| {
                    if session.user().is_some_and(|me| me.id == saved.id) {
                        session.set.emit(Who::Person(person(&saved)));
                    }
                    let handover = password.map(|password| Handover { username: saved.username.clone(), password });
                    on_saved.emit((saved, handover));
                },
            );
        })
    };
    let fault = |field| form.fault(&[field]);
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
    let is_new = props.account.is_none();
    let username_help = if is_new { t.users_username_help() } else { t.users_username_change() };
    html! {
        <EditorFrame {title} {tile} {subtitle} progress={form.progress()} {is_new} verb={t.users_add()} {on_save} on_close={&props.on_close}>
            <section class="grid md:grid-cols-2 gap-4 items-start">
                <TextField id="username" label={t.login_username()} value={draft.username.clone()} autofocus={is_new} error={fault("username")}
                    help={html! { username_help }} on_input={form.set(|draft: &mut Draft, text| draft.username = text)} />
                <TextField id="display_name" label={t.users_display_name()} value={draft.display_name.clone()} error={fault("display_name")}
                    help={html! { t.users_display_name_help() }} on_input={form.set(|draft: &mut Draft, text| draft.display_name = text)} />
                <SelectField id="role" label={t.users_column_role()} options={roles} value={draft.role.as_str()} error={fault("role")}
                    help={html! { role_help }} on_choose={form.set(|draft: &mut Draft, text: String| {
                        draft.role = Role::ALL.into_iter().find(|role| role.as_str() == text).unwrap_or(draft.role);
                    })} />
                <SelectField id="group" label={t.users_column_group()} options={groups} value={draft.group.clone()} error={fault("group")}
                    help={html! { t.users_group_help() }} on_choose={form.set(|draft: &mut Draft, text| draft.group = text)} />
                if is_new {
                    <div class="md:col-span-2 md:w-[calc(50%-8px)]">
                        <NewPassword value={draft.password.clone()} error={fault("password")}
                            on_input={form.set(|draft: &mut Draft, text| draft.password = text)} />
                    </div>
                }
            </section>
            <AllowanceFields draft={draft.allowance.clone()} on_change={form.set(|draft: &mut Draft, allowance| draft.allowance = allowance)}
                faults={form.faults().clone()} budget={props.account.as_ref().and_then(|account| account.budget.clone())} />
            {props.account.as_ref().map(|account| facts(t, account)).unwrap_or_default()}
        </EditorFrame>
    }
}

enum Request {
    Create(NewAccount),
    Change(i64, AccountPatch),
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
