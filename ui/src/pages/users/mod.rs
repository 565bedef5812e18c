//! People: the list, adding and changing somebody, giving a new password.

mod editor;
pub(crate) mod password;
mod rows;
mod view;

use std::rc::Rc;

use ::api::{
    groups::Group,
    session::Role,
    users::{Account, AccountPatch, AccountQuery, AccountShow, AccountStatus},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::{
    editor::Editor,
    password::{Handover, HandoverDialog, ResetPassword},
    rows::{Act, Roles},
};
use crate::{
    api,
    i18n::use_text,
    parts::{
        header::PageHeader,
        icon::Icon,
        link::PageLink,
        list::{Frame, List, delete_rows, use_list, use_opened},
    },
    routes::Route,
    session::use_session,
    web::{use_hotkey, use_title},
};

type People = List<Account, AccountQuery>;

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
    let people: People = use_list("users", Route::Users, false, api::users::page);
    let wanted = match props.open {
        Some(Open::One(id)) if owner => Some(id),
        _ => None,
    };
    let opened = use_opened(&people, wanted, api::users::get);
    let groups = use_groups();
    let over = use_state(|| Over::Nothing);

    let add = {
        let people = people.clone();
        Callback::from(move |()| {
            if owner {
                people.visit(&Route::NewUser);
            }
        })
    };
    use_hotkey("n", add.clone());
    let close_over = {
        let over = over.setter();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let on_act = use_callback(people.clone(), {
        let over = over.setter();
        move |(account, act): (Account, Act), people| match act {
            Act::Enable => set_status(people, account.id, AccountStatus::Enabled),
            Act::Disable => set_status(people, account.id, AccountStatus::Disabled),
            Act::ResetPassword => over.set(Over::Reset(account)),
            Act::Delete => over.set(Over::Delete(account)),
        }
    });

    let list = people.view(&Frame {
        label: t.users_title(),
        search: t.users_search(),
        shows: vec![
            (AccountShow::All, t.users_everyone()),
            (AccountShow::Admins, t.users_admins()),
            (AccountShow::Members, t.users_members()),
            (AccountShow::Disabled, t.users_is_disabled()),
        ],
        filters: Html::default(),
        tools: Html::default(),
        heads: rows::heads(t),
        look: rows::UserLook { groups: groups.clone(), me, owner, on_act },
        bulk: None,
        empty: Html::default(),
        none_found: t.users_none_found().to_owned(),
        note: html! { <Roles /> },
    });

    let on_saved = {
        let (people, over) = (people.clone(), over.setter());
        Callback::from(move |(account, handover): (Account, Option<Handover>)| {
            if let Some(handover) = handover {
                over.set(Over::Handover(handover));
                people.reload();
            } else {
                people.toaster.done(t.users_saved(&account.display_name));
                people.put(account);
            }
            people.close();
        })
    };
    let drawer = match (props.open, opened) {
        (Some(Open::One(_)), None) | (None, _) => Html::default(),
        (Some(_), _) if !owner => Html::default(),
        (Some(_), account) => {
            let key = account.as_ref().map_or(0, |account| account.id);
            html! { <Editor {key} {account} groups={(*groups).clone()} {on_saved} on_close={people.closing()} /> }
        }
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
            let (title, text) = (t.keys_delete(&account.display_name), t.users_delete_text(account.keys));
            let (people, done) = (people.clone(), close_over.clone());
            let on_confirm = move |rows| delete(&people, rows, done.clone());
            delete_rows(vec![account], title, text, on_confirm, close_over)
        }
    };
    let count = people.all().and_then(|count| usize::try_from(count).ok());
    let note = count.map(|count| html! { t.users_count(count) }).unwrap_or_default();
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
        {list}
        {drawer}
        {overlay}
    </>}
}

/// For multipliers and the editor's choice; without them the list still works.
#[hook]
fn use_groups() -> Rc<Vec<Group>> {
    let groups = use_state(Rc::<Vec<Group>>::default);
    let set = groups.setter();
    use_effect_with((), move |()| {
        spawn_local(async move {
            if let Ok(groups) = api::groups::list().await {
                set.set(Rc::new(groups));
            }
        });
    });
    (*groups).clone()
}

fn set_status(people: &People, id: i64, status: AccountStatus) {
    let list = people.clone();
    let ask = move |id| async move {
        api::users::update(id, &AccountPatch { status: Some(status), ..AccountPatch::default() }).await
    };
    people.change(vec![id], ask, move |done| {
        let [account] = done else { return };
        let (text, before) = match status {
            AccountStatus::Enabled => (list.t.users_enabled(&account.display_name), AccountStatus::Disabled),
            AccountStatus::Disabled => (list.t.users_disabled(&account.display_name), AccountStatus::Enabled),
        };
        let back = list.clone();
        list.toaster.undoable(text, Callback::from(move |()| set_status(&back, id, before)));
    });
}

fn delete(people: &People, rows: Vec<Account>, done: Callback<()>) {
    let list = people.clone();
    people.delete(rows, api::users::delete, move |gone| {
        if let [account] = gone {
            list.toaster.done(list.t.keys_deleted(&account.display_name));
        }
        done.emit(());
    });
}
