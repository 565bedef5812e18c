//! The table of people, and what each role can do.

use std::rc::Rc;

use ::api::{
    groups::{Group, ONE_PPM},
    session::Role,
    users::{Account, AccountQuery, AccountSort, AccountStatus},
};
use yew::prelude::*;

use super::view::Right;
use crate::{
    i18n::{Text, use_text},
    parts::{
        allowance::spent_cell,
        icon::Icon,
        list::{Head, Line, Look, Row},
        menu::{Item, Menu},
        status::{Glyph, status},
        time::Ago,
    },
    routes::Route,
    shell::{initials, role_name},
};

/// What an owner does to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Enable,
    Disable,
    ResetPassword,
    Delete,
}

/// What rows show besides the person.
#[derive(Clone, PartialEq)]
pub(super) struct UserLook {
    pub(super) groups: Rc<Vec<Group>>,
    /// Who looks.
    pub(super) me: i64,
    /// They may change others.
    pub(super) owner: bool,
    pub(super) on_act: Callback<(Account, Act)>,
}

impl Look for UserLook {
    type Row = Account;
    type Query = AccountQuery;

    fn row(&self, line: &Line<Self>) -> Html {
        row(self, line)
    }
}

pub(super) fn heads(t: Text) -> Vec<Head<AccountSort>> {
    vec![
        Head::new(t.users_column_person()).up(AccountSort::Name),
        Head::new(t.keys_column_state()).up(AccountSort::State),
        Head::new(t.users_column_role()).up(AccountSort::Role),
        Head::new(t.users_column_group()).up(AccountSort::Group),
        Head::new(t.allowance_column()),
        Head::new(t.groups_column_keys()).down(AccountSort::Keys).right(),
        Head::new(t.users_column_seen()).down(AccountSort::SeenAt).right(),
    ]
}

fn row(look: &UserLook, line: &Line<UserLook>) -> Html {
    let (people, account) = (&line.list, &line.row);
    let t = people.t;
    let enabled = account.status == AccountStatus::Enabled;
    let state =
        if enabled { status(Glyph::Disc, t.users_active()) } else { status(Glyph::Struck, t.users_is_disabled()) };
    let name = html! {<>
        {&account.display_name}
        if account.id == look.me { <span class="font-normal text-ink-3">{" "}{t.users_you()}</span> }
    </>};
    let class = classes!("block", "font-medium", "truncate", (!enabled).then_some("text-ink-2"));
    let name = if look.owner {
        line.link(Route::User { id: account.id }, class, name)
    } else {
        html! { <span {class}>{name}</span> }
    };
    let role = match account.role {
        Role::Owner => html! { <span class="tag tag-on">{role_name(t, account.role)}</span> },
        Role::Admin => html! { <span class="tag">{role_name(t, account.role)}</span> },
        Role::Member => html! { <span class="text-ink-2">{role_name(t, account.role)}</span> },
    };
    let group = look.groups.iter().find(|group| group.name == account.group);
    let times = group.filter(|group| group.multiplier_ppm != ONE_PPM).map(|group| t.times(group.multiplier_ppm));
    let seen = account.last_seen_at.map_or_else(
        || html! { <span class="text-ink-3">{t.keys_never_used()}</span> },
        |time| html! { <Ago {time} /> },
    );
    let lines =
        if people.dense { "md:flex md:gap-2 md:items-baseline min-w-0" } else { "block leading-[18px] min-w-0" };
    let tile = if people.dense { "mono-tile !rounded-full max-md:!size-7" } else { "mono-tile !rounded-full !size-7" };
    html! {
        <tr>
            <td data-m="title" class="md:w-[28%] md:max-w-[320px]">
                <span class="flex items-center gap-2.5 min-w-0">
                    <span class={tile} aria-hidden="true">{initials(&account.display_name)}</span>
                    <span class={lines}>{name}<span class="block text-xs text-ink-3 truncate">{&account.username}</span></span>
                </span>
            </td>
            <td data-m="sub" class="md:w-[14%]">{state}</td>
            <td data-m="end2" class="md:w-[12%]">{role}</td>
            <td class="text-ink-2 md:w-[15%] max-w-[220px] truncate">{&account.group}{times.map(|times| html! { <span class="text-ink-3">{" "}{times}</span> })}</td>
            <td class="min-w-[132px]" data-m={account.budget.as_ref().map(|_| "budget")}>{spent_cell(t, account.budget.as_ref())}</td>
            <td class="n">{t.number(account.keys)}</td>
            <td class="n text-ink-2">{seen}</td>
            <td data-m="end">if look.owner { {menu(t, account, &look.on_act)} }</td>
        </tr>
    }
}

fn menu(t: Text, account: &Account, on_act: &Callback<(Account, Act)>) -> Html {
    let act = |act: Act| {
        let account = account.clone();
        on_act.reform(move |()| (account.clone(), act))
    };
    let toggle = match account.status {
        AccountStatus::Enabled => Item::new(Icon::Power.view(), t.do_disable(), act(Act::Disable)),
        AccountStatus::Disabled => Item::new(Icon::Check.view(), t.do_enable(), act(Act::Enable)),
    };
    let items = vec![
        Item::new(Icon::KeyRound.view(), t.users_reset(), act(Act::ResetPassword)),
        toggle,
        Item::new(Icon::Trash2.view(), t.do_delete(), act(Act::Delete)).danger(),
    ];
    html! {
        <Menu id={format!("user-{}-menu", account.id)} label={t.table_more(&account.display_name)} {items}>{Icon::Ellipsis.view()}</Menu>
    }
}

#[component]
pub(crate) fn Roles() -> Html {
    let t = use_text();
    let head = |right: Right| match right {
        Right::OwnKeys => t.users_right_own(),
        Right::EveryonesLogs => t.users_right_logs(),
        Right::Channels => t.users_right_channels(),
        Right::SeePeople => t.users_right_see(),
        Right::ChangePeople => t.users_right_change(),
    };
    let cell = |role: Role, right: Right| {
        if role >= right.needs() {
            html! { <td><span class="st">{Icon::Check.small()}{t.users_yes()}</span></td> }
        } else {
            html! { <td class="!text-ink-3">{t.users_no()}</td> }
        }
    };
    let roles = || Role::ALL.into_iter().rev();
    html! {
        <section class="px-4 md:px-6 py-6" aria-labelledby="roles">
            <h2 id="roles" class="h2 mb-2">{t.users_roles()}</h2>
            <table class="rights">
                <thead><tr>
                    <th scope="col"><span class="sr-only">{t.users_roles()}</span></th>
                    for role in roles() { <th scope="col">{role_name(t, role)}</th> }
                </tr></thead>
                <tbody>
                    for right in Right::ALL {
                        <tr><th scope="row">{head(right)}</th>for role in roles() { {cell(role, right)} }</tr>
                    }
                </tbody>
            </table>
        </section>
    }
}

impl Row for Account {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.display_name
    }
}
