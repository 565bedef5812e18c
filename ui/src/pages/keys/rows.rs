//! The table of access keys.

use api::keys::{Key, KeyQuery, KeySort, KeyStatus};
use yew::prelude::*;

use super::{
    actions::{Keys, set_status},
    view::State,
};
use crate::{
    i18n::Text,
    parts::{
        allowance::spent_cell,
        columns::{Column, Shown},
        icon::Icon,
        list::{Head, Line, Look, Row},
        menu::{Item, Menu},
        status::{Glyph, status},
        time::Ago,
    },
    routes::Route,
    web,
};

/// Columns that can be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyColumn {
    State,
    Budget,
    Group,
    Models,
    From,
    Used,
    Expires,
    Created,
}

impl Column for KeyColumn {
    const ALL: &'static [Self] =
        &[Self::State, Self::Budget, Self::Group, Self::Models, Self::From, Self::Used, Self::Expires, Self::Created];

    fn key(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Budget => "budget",
            Self::Group => "group",
            Self::Models => "models",
            Self::From => "from",
            Self::Used => "used",
            Self::Expires => "expires",
            Self::Created => "created",
        }
    }

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::State => t.keys_column_state(),
            Self::Budget => t.allowance_column(),
            Self::Group => t.keys_group(),
            Self::Models => t.keys_column_models(),
            Self::From => t.keys_column_from(),
            Self::Used => t.keys_column_used(),
            Self::Expires => t.keys_column_expires(),
            Self::Created => t.keys_column_created(),
        }
    }
}

pub(super) fn heads(t: Text, shown: &Shown) -> Vec<Head<KeySort>> {
    let head = |column: KeyColumn| {
        let head = Head::new(column.label(t));
        match column {
            KeyColumn::State => head.up(KeySort::State),
            KeyColumn::Group => head.up(KeySort::Group),
            KeyColumn::Budget | KeyColumn::Models | KeyColumn::From => head,
            KeyColumn::Used => head.down(KeySort::UsedAt).right(),
            KeyColumn::Expires => head.up(KeySort::ExpiresAt).right(),
            KeyColumn::Created => head.down(KeySort::CreatedAt).right(),
        }
    };
    let name = Head::new(t.keys_column_key()).up(KeySort::Name);
    std::iter::once(name).chain(shown.these().map(head)).collect()
}

pub(super) fn state_words(t: Text, state: State) -> (Glyph, String) {
    match state {
        State::Active => (Glyph::Disc, t.keys_active().to_owned()),
        State::ExpiresIn(0) => (Glyph::Clock, t.keys_expires_today().to_owned()),
        State::ExpiresIn(days) => (Glyph::Clock, t.keys_expires_in(days)),
        State::Expired => (Glyph::Struck, t.keys_expired().to_owned()),
        State::Disabled => (Glyph::Struck, t.keys_is_disabled().to_owned()),
    }
}

/// `claude-sonnet-4-5 and 2`: the first, and how many more.
fn first_of(t: Text, list: &[String], none: &'static str) -> String {
    match list {
        [] => none.to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => t.keys_and_more(rest.len(), first),
    }
}

#[derive(Clone, PartialEq)]
pub(super) struct KeyLook {
    pub(super) shown: Shown,
    pub(super) on_delete: Callback<Vec<Key>>,
}

impl Look for KeyLook {
    type Row = Key;
    type Query = KeyQuery;

    fn row(&self, line: &Line<Self>) -> Html {
        row(line, &self.shown, &self.on_delete)
    }
}

fn row(line: &Line<KeyLook>, shown: &Shown, on_delete: &Callback<Vec<Key>>) -> Html {
    let (keys, key, t) = (&line.list, &line.row, line.list.t);
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let state = State::of(key, web::now());
    let (glyph, word) = state_words(t, state);
    let expires = key.expires_at.map_or_else(dash, |time| {
        let millis = time.as_millis() - 1;
        let exact = t.exact(millis, web::utc_offset(millis));
        html! { <time title={exact.clone()}>{exact.split(' ').next().unwrap_or_default().to_owned()}</time> }
    });
    let quiet = !matches!(state, State::Active | State::ExpiresIn(_));
    let used = key.last_used_at.map_or_else(
        || html! { <span class="text-ink-3">{t.keys_never_used()}</span> },
        |time| html! { <Ago {time} /> },
    );
    let lines = if keys.dense { "md:flex md:gap-2 md:items-baseline" } else { "block leading-[18px]" };
    let class = classes!(
        "block",
        "font-medium",
        "truncate",
        "max-w-full",
        keys.dense.then_some("md:flex-none"),
        quiet.then_some("text-ink-2")
    );
    let cell = |column: KeyColumn| match column {
        KeyColumn::State => html! { <td data-m="sub">{status(glyph, &word)}</td> },
        KeyColumn::Budget => {
            html! { <td class="min-w-[132px]" data-m={key.budget.as_ref().map(|_| "budget")}>{spent_cell(t, key.budget.as_ref())}</td> }
        }
        KeyColumn::Group => html! { <td class="text-ink-2">{&key.group}</td> },
        KeyColumn::Models => html! {
            <td class="max-w-[220px] truncate text-ink-2" title={key.models.join("\n")}>{first_of(t, &key.models, t.keys_models_all())}</td>
        },
        KeyColumn::From => html! {
            <td class="max-w-[180px] truncate text-ink-2" title={key.ip_allow.join("\n")}>{first_of(t, &key.ip_allow, t.keys_ip_anywhere())}</td>
        },
        KeyColumn::Used => html! { <td class="n text-ink-2" data-m="end2">{used.clone()}</td> },
        KeyColumn::Expires => html! { <td class="n text-ink-2">{expires.clone()}</td> },
        KeyColumn::Created => html! { <td class="n text-ink-2"><Ago time={key.created_at} /></td> },
    };
    html! {
        <tr aria-selected={line.is_selected()}>
            {line.tick()}
            <td data-m="title" class="md:max-w-[320px] md:w-1/3">
                <span class={lines}>
                    {line.link(Route::Key { id: key.id }, class, html! { &key.name })}
                    <span class="block text-xs text-ink-3 truncate"><span class="font-mono">{format!("…{}", key.last4)}</span>{" · "}{&key.username}</span>
                </span>
            </td>
            for column in shown.these() { {cell(column)} }
            <td data-m="end">{menu(keys, key, on_delete)}</td>
        </tr>
    }
}

fn menu(keys: &Keys, key: &Key, on_delete: &Callback<Vec<Key>>) -> Html {
    let t = keys.t;
    let (label, icon, target) = match key.status {
        KeyStatus::Enabled => (t.do_disable(), Icon::Power, KeyStatus::Disabled),
        KeyStatus::Disabled => (t.do_enable(), Icon::Check, KeyStatus::Enabled),
    };
    let toggle = {
        let (keys, id) = (keys.clone(), key.id);
        Callback::from(move |()| set_status(&keys, vec![id], target))
    };
    let gone = key.clone();
    let items = vec![
        Item::new(icon.view(), label, toggle),
        Item::new(Icon::Trash2.view(), t.do_delete(), on_delete.reform(move |()| vec![gone.clone()])).danger(),
    ];
    html! {
        <Menu id={format!("key-{}-menu", key.id)} label={t.table_more(&key.name)} {items}>{Icon::Ellipsis.view()}</Menu>
    }
}

impl Row for Key {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
