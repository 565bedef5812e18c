//! The table of access keys.

use api::keys::{Key, KeyStatus};
use yew::prelude::*;

use super::{actions::Actions, view::State};
use crate::{
    i18n::{Text, use_text},
    parts::{
        icon::Icon,
        link::PageLink,
        menu::{Item, Menu},
        picked::{Pick, Picked},
        status::{Glyph, status},
        table::{Checkbox, walk_rows},
        time::Ago,
    },
    routes::Route,
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RowsProps {
    pub(crate) shown: Vec<Key>,
    pub(crate) now: i64,
    pub(crate) dense: bool,
    pub(crate) actions: Actions,
    pub(crate) selected: Picked,
    pub(crate) pick: UseReducerDispatcher<Picked>,
    pub(crate) on_delete: Callback<Vec<Key>>,
    /// Below the rows.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Rows(props: &RowsProps) -> Html {
    let t = use_text();
    let ids: Vec<i64> = props.shown.iter().map(|key| key.id).collect();
    let chosen = ids.iter().filter(|id| props.selected.contains(**id)).count();
    let class = classes!("dt", "dt-stack", props.dense.then_some("dt-dense"));
    html! {
        <div class="table-scroll">
            <table {class} aria-label={t.keys_title()}>
                <thead><tr>
                    <th class="w-8"><Checkbox label={t.table_select_all()} checked={chosen == ids.len()}
                        partly={chosen > 0 && chosen < ids.len()} on_change={picker(props, ids)} /></th>
                    <th scope="col">{t.keys_column_key()}</th>
                    <th scope="col">{t.keys_column_state()}</th>
                    <th scope="col">{t.keys_group()}</th>
                    <th scope="col">{t.keys_column_models()}</th>
                    <th scope="col">{t.keys_column_from()}</th>
                    <th scope="col" class="n">{t.keys_column_used()}</th>
                    <th scope="col" class="n">{t.keys_column_expires()}</th>
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody onkeydown={walk_rows()}>for key in &props.shown { {row(t, props, key)} }</tbody>
            </table>
            {props.children.clone()}
        </div>
    }
}

fn picker(props: &RowsProps, ids: Vec<i64>) -> Callback<bool> {
    let pick = props.pick.clone();
    Callback::from(move |on: bool| pick.dispatch(if on { Pick::Add(ids.clone()) } else { Pick::Remove(ids.clone()) }))
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

fn row(t: Text, props: &RowsProps, key: &Key) -> Html {
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let state = State::of(key, props.now);
    let (glyph, word) = state_words(t, state);
    let expires = key.expires_at.map_or_else(dash, |time| {
        let then = time.as_millis();
        let offset = web::utc_offset(then);
        let class = matches!(state, State::ExpiresIn(_)).then_some("t-warn");
        html! { <time datetime={time.to_string()} title={t.exact(then, offset)} {class}>{t.date(props.now, then, offset)}</time> }
    });
    let quiet = !matches!(state, State::Active | State::ExpiresIn(_));
    let selected = props.selected.contains(key.id);
    html! {
        <tr key={key.id} aria-selected={if selected { "true" } else { "false" }}>
            <td><Checkbox label={t.table_select(&key.name)} checked={selected} on_change={picker(props, vec![key.id])} /></td>
            <td data-m="title" class="md:max-w-[320px]">
                <span class={if props.dense { "md:flex md:gap-2 md:items-baseline" } else { "block leading-[18px]" }}>
                    <PageLink to={Route::Key { id: key.id }} row=true
                        class={classes!("block", "font-medium", "truncate", "max-w-full", props.dense.then_some("md:flex-none"), quiet.then_some("text-ink-2"))}>{&key.name}</PageLink>
                    <span class="block text-xs text-ink-3 truncate"><span class="font-mono">{format!("…{}", key.last4)}</span>{" · "}{&key.username}</span>
                </span>
            </td>
            <td data-m="sub" class="md:w-full">{status(glyph, &word)}</td>
            <td class="text-ink-2">{&key.group}</td>
            <td class="max-w-[220px] truncate text-ink-2" title={key.models.join("\n")}>{first_of(t, &key.models, t.keys_models_all())}</td>
            <td class="max-w-[180px] truncate text-ink-2" title={key.ip_allow.join("\n")}>{first_of(t, &key.ip_allow, t.keys_ip_anywhere())}</td>
            <td class="n text-ink-2" data-m="end2">{key.last_used_at.map_or_else(|| html! { <span class="text-ink-3">{t.keys_never_used()}</span> }, |time| html! { <Ago {time} /> })}</td>
            <td class="n text-ink-2">{expires}</td>
            <td data-m="end">{menu(t, props, key)}</td>
        </tr>
    }
}

fn menu(t: Text, props: &RowsProps, key: &Key) -> Html {
    let (label, icon, target) = match key.status {
        KeyStatus::Enabled => (t.do_disable(), Icon::Power, KeyStatus::Disabled),
        KeyStatus::Disabled => (t.do_enable(), Icon::Check, KeyStatus::Enabled),
    };
    let toggle = {
        let (actions, id) = (props.actions.clone(), key.id);
        Callback::from(move |()| actions.set_status(vec![id], target))
    };
    let gone = key.clone();
    let items = vec![
        Item::new(icon.view(), label, toggle),
        Item::new(Icon::Trash2.view(), t.do_delete(), props.on_delete.reform(move |()| vec![gone.clone()])).danger(),
    ];
    html! {
        <Menu id={format!("key-{}-menu", key.id)} label={t.table_more(&key.name)} {items}>{Icon::Ellipsis.view()}</Menu>
    }
}
