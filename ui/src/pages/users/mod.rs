//! People: the list, adding and changing somebody, giving a new password.

mod editor;
pub(crate) mod password;
mod rows;
mod view;

use ::api::{
    groups::Group,
    session::Role,
    users::{Account, AccountPatch, AccountStatus},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    editor::Editor,
    password::{Handover, HandoverDialog, ResetPassword},
    rows::{Act, Roles, Rows},
    view::Filter,
};
use crate::{
    api::{self, Failure},
    i18n::{Text, use_text},
    load::{Loaded, use_load},
    parts::{
        async_view::async_view,
        dialog::Confirm,
        header::PageHeader,
        icon::Icon,
        link::PageLink,
        segmented::{Choice, Segmented},
        table::{Density, Search},
        toast::{Toaster, use_toaster},
    },
    routes::Route,
    session::use_session,
    web::{use_hotkey, use_title},
};

#[derive(Clone, PartialEq)]
pub(crate) struct Data {
    accounts: Vec<Account>,
    groups: Vec<Group>,
}

async fn load() -> Result<Data, Failure> {
    Ok(Data { accounts: api::users::list().await?, groups: api::groups::list().await? })
}

impl Data {
    fn put(&mut self, account: &Account) {
        match self.accounts.iter_mut().find(|known| known.id == account.id) {
            Some(known) => *known = account.clone(),
            None => self.accounts.push(account.clone()),
        }
    }
}

/// What the drawer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    New,
    One(i64),
}

/// What lies over the list besides the drawer.
#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    Reset(Account),
    Handover(Handover),
    Delete(Account),
}

#[derive(Properties, PartialEq)]
pub(crate) struct UsersProps {
    #[prop_or_default]
    pub(crate) open: Option<Open>,
}

#[component]
pub(crate) fn UsersPage(props: &UsersProps) -> Html {
    let t = use_text();
    use_title(t.users_title());
    let session = use_session();
    let (me, owner) = session.user().map_or((0, false), |user| (user.id, user.role == Role::Owner));
    let navigator = use_navigator();
    let data = use_load(load);
    let toaster = use_toaster();
    let (search, filter, dense) = (use_state(String::new), use_state(|| Filter::Everyone), use_state(|| false));
    let over = use_state(|| Over::Nothing);

    let go = {
        let navigator = navigator.clone();
        Callback::from(move |route: Route| {
            if let Some(navigator) = &navigator {
                navigator.push(&route);
            }
        })
    };
    let add = {
        let go = go.clone();
        Callback::from(move |()| {
            if owner {
                go.emit(Route::NewUser);
            }
        })
    };
    use_hotkey("n", add.clone());
    let close_drawer = go.reform(|()| Route::Users);
    let close_over = {
        let over = over.setter();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let on_act = {
        let (data, toaster, over) = (data.clone(), toaster.clone(), over.setter());
        Callback::from(move |(account, act): (Account, Act)| match act {
            Act::Enable => change_status(t, &data, &toaster, &account, AccountStatus::Enabled),
            Act::Disable => change_status(t, &data, &toaster, &account, AccountStatus::Disabled),
            Act::ResetPassword => over.set(Over::Reset(account)),
            Act::Delete => over.set(Over::Delete(account)),
        })
    };

    let list = |data: &Data| {
        let shown = view::rows(&data.accounts, *filter, &search);
        let counted = |value: Filter, label: &'static str| Choice {
            count: Some(data.accounts.iter().filter(|account| value.admits(account)).count()),
            ..Choice::new(value, label)
        };
        let choices = vec![
            Choice::new(Filter::Everyone, t.users_everyone()),
            counted(Filter::Admins, t.users_admins()),
            counted(Filter::Members, t.users_members()),
            counted(Filter::Disabled, t.users_is_disabled()),
        ];
        let (set_search, set_filter, set_dense) = (search.setter(), filter.setter(), dense.setter());
        let clear = {
            let (search, filter) = (search.setter(), filter.setter());
            move |_: MouseEvent| {
                search.set(String::new());
                filter.set(Filter::Everyone);
            }
        };
        html! {<>
            <div class="toolbar">
                <Search value={(*search).clone()} placeholder={t.users_search()} on_input={move |text| set_search.set(text)} />
                <Segmented<Filter> label={t.channels_filter()} {choices} value={*filter} class="max-md:hidden"
                    on_choose={move |value| set_filter.set(value)} />
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            </div>
            <div class="table-scroll">
                if shown.is_empty() {
                    <div class="px-4 md:px-6 py-10" role="status">
                        <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.users_none_found()}</h2>
                        <button type="button" class="btn btn-sm mt-3" onclick={clear}>{Icon::X.small()}{t.table_clear_filter()}</button>
                    </div>
                } else {
                    <Rows {shown} groups={data.groups.clone()} {me} {owner} dense={*dense} on_act={&on_act} />
                }
                <Roles />
            </div>
        </>}
    };

    let drawer = match (props.open, data.value()) {
        (Some(open), Some(value)) if owner => {
            let account = match open {
                Open::New => None,
                Open::One(id) => value.accounts.iter().find(|account| account.id == id).cloned(),
            };
            let on_saved = {
                let (data, toaster, over, go) = (data.clone(), toaster.clone(), over.setter(), go.clone());
                Callback::from(move |(account, handover): (Account, Option<Handover>)| {
                    match handover {
                        Some(handover) => over.set(Over::Handover(handover)),
                        None => toaster.done(t.users_saved(&account.display_name)),
                    }
                    data.edit(move |data| data.put(&account));
                    go.emit(Route::Users);
                })
            };
            if account.is_none() && open != Open::New {
                html! { <Redirect<Route> to={Route::Users} /> }
            } else {
                let key = account.as_ref().map_or(0, |account| account.id);
                html! { <Editor {key} {account} groups={value.groups.clone()} {on_saved} on_close={close_drawer} /> }
            }
        }
        _ => Html::default(),
    };
    let overlay = match (*over).clone() {
        Over::Nothing => Html::default(),
        Over::Reset(account) => {
            let over = over.setter();
            let on_done = move |handover| over.set(Over::Handover(handover));
            html! { <ResetPassword {account} {on_done} on_close={close_over} /> }
        }
        Over::Handover(handover) => html! { <HandoverDialog {handover} on_close={close_over} /> },
        Over::Delete(account) => {
            let title = t.keys_delete(&account.display_name);
            let text = t.users_delete_text(account.keys);
            let run = {
                let (data, toaster, over) = (data.clone(), toaster.clone(), over.setter());
                move |()| delete(t, &data, &toaster, &account, over.clone())
            };
            html! { <Confirm {title} {text} action={t.do_delete()} on_confirm={run} on_close={close_over} /> }
        }
    };
    let note = data.value().map(|data| html! { t.users_count(data.accounts.len()) }).unwrap_or_default();
    html! {<>
        <PageHeader title={t.users_title()} {note}>
            <PageLink to={Route::Groups} class="btn btn-ghost btn-sm">{t.groups_title()}</PageLink>
            if owner {
                <button type="button" class="btn btn-primary btn-sm" onclick={add.reform(|_: MouseEvent| ())}>
                    {Icon::UserPlus.small()}{t.users_add()}
                    <kbd class="kbd kbd-xs max-md:hidden !bg-transparent !text-primary-content !border-current/40" aria-hidden="true">{"N"}</kbd>
                </button>
            } else {
                <span class="text-xs text-ink-3 max-md:hidden">{t.users_read_only()}</span>
            }
        </PageHeader>
        {async_view(&data, list)}
        {drawer}
        {overlay}
    </>}
}

fn change_status(t: Text, data: &Loaded<Data>, toaster: &Toaster, account: &Account, status: AccountStatus) {
    let (data, toaster, before) = (data.clone(), toaster.clone(), account.clone());
    spawn_local(async move {
        let patch = AccountPatch { status: Some(status), ..AccountPatch::default() };
        match api::users::update(before.id, &patch).await {
            Ok(account) => {
                let text = match status {
                    AccountStatus::Enabled => t.users_enabled(&account.display_name),
                    AccountStatus::Disabled => t.users_disabled(&account.display_name),
                };
                let undo = {
                    let (data, toaster, account) = (data.clone(), toaster.clone(), account.clone());
                    Callback::from(move |()| change_status(t, &data, &toaster, &account, before.status))
                };
                data.edit(move |data| data.put(&account));
                toaster.undoable(text, undo);
            }
            Err(error) => toaster.failed(error.sentence(t)),
        }
    });
}

fn delete(t: Text, data: &Loaded<Data>, toaster: &Toaster, account: &Account, over: UseStateSetter<Over>) {
    let (data, toaster, account) = (data.clone(), toaster.clone(), account.clone());
    spawn_local(async move {
        match api::users::delete(account.id).await {
            Err(error) if !error.is_status(404) => toaster.failed(error.sentence(t)),
            Ok(()) | Err(_) => {
                toaster.done(t.keys_deleted(&account.display_name));
                data.edit(move |data| data.accounts.retain(|known| known.id != account.id));
            }
        }
        over.set(Over::Nothing);
    });
}
