//! The table of access keys.

use api::keys::{Key, KeyStatus};
use yew::prelude::*;

use super::view::State;
use crate::{
    i18n::{Text, use_text},
    parts::{
        icon::Icon,
        menu::{Item, Menu},
        status::{Glyph, status},
        table::walk_rows,
        time::Ago,
    },
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RowsProps {
    pub(crate) shown: Vec<Key>,
    pub(crate) now: i64,
    pub(crate) dense: bool,
    pub(crate) on_status: Callback<(Key, KeyStatus)>,
    pub(crate) on_delete: Callback<Key>,
}

#[component]
pub(crate) fn Rows(props: &RowsProps) -> Html {
    let t = use_text();
    let class = classes!("dt", "dt-stack", "dt-plain", props.dense.then_some("dt-dense"));
    html! {
        <div class="table-scroll">
            <table {class} aria-label={t.keys_title()}>
                <thead><tr>
                    <th scope="col">{t.keys_column_key()}</th>
                    <th scope="col">{t.keys_column_state()}</th>
                    <th scope="col">{t.keys_column_models()}</th>
                    <th scope="col" class="n">{t.keys_column_used()}</th>
                    <th scope="col" class="n">{t.keys_column_expires()}</th>
                    <th scope="col" class="n">{t.keys_column_created()}</th>
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody onkeydown={walk_rows()}>for key in &props.shown { {row(t, props, key)} }</tbody>
            </table>
        </div>
    }
}

fn row(t: Text, props: &RowsProps, key: &Key) -> Html {
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let state = State::of(key, props.now);
    let (glyph, word) = match state {
        State::Active => (Glyph::Disc, t.keys_active().to_owned()),
        State::ExpiresIn(0) => (Glyph::Clock, t.keys_expires_today().to_owned()),
        State::ExpiresIn(days) => (Glyph::Clock, t.keys_expires_in(days)),
        State::Expired => (Glyph::Struck, t.keys_expired().to_owned()),
        State::Disabled => (Glyph::Struck, t.keys_is_disabled().to_owned()),
    };
    let expires = key.expires_at.map_or_else(dash, |time| {
        let then = time.as_millis();
        let offset = web::utc_offset(then);
        let class = matches!(state, State::ExpiresIn(_)).then_some("t-warn");
        html! { <time datetime={time.to_string()} title={t.exact(then, offset)} {class}>{t.date(props.now, then, offset)}</time> }
    });
    let models = if key.models.is_empty() { t.keys_models_all().to_owned() } else { key.models.join(", ") };
    let quiet = !matches!(state, State::Active | State::ExpiresIn(_));
    html! {
        <tr key={key.id}>
            <td data-m="title" class="md:max-w-[320px]">
                <span class={if props.dense { "md:flex md:gap-2 md:items-baseline" } else { "block leading-[18px]" }}>
                    <span class={classes!("block", "font-medium", "truncate", quiet.then_some("text-ink-2"))}>{&key.name}</span>
                    <span class="block text-xs text-ink-3 truncate"><span class="font-mono">{format!("…{}", key.last4)}</span>{" · "}{&key.username}</span>
                </span>
            </td>
            <td data-m="sub" class="md:w-full">{status(glyph, &word)}</td>
            <td class="max-w-[220px] truncate text-ink-2" title={key.models.join("\n")}>{models}</td>
            <td class="n text-ink-2" data-m="end2">{key.last_used_at.map_or_else(|| html! { <span class="text-ink-3">{t.keys_never_used()}</span> }, |time| html! { <Ago {time} /> })}</td>
            <td class="n text-ink-2">{expires}</td>
            <td class="n text-ink-2"><Ago time={key.created_at} /></td>
            <td data-m="end">{menu(t, props, key)}</td>
        </tr>
    }
}

fn menu(t: Text, props: &RowsProps, key: &Key) -> Html {
    let (label, icon, target) = match key.status {
        KeyStatus::Enabled => (t.do_disable(), Icon::Power, KeyStatus::Disabled),
        KeyStatus::Disabled => (t.do_enable(), Icon::Check, KeyStatus::Enabled),
    };
    let (one, other) = (key.clone(), key.clone());
    let items = vec![
        Item::new(icon.view(), label, props.on_status.reform(move |()| (one.clone(), target))),
        Item::new(Icon::Trash2.view(), t.do_delete(), props.on_delete.reform(move |()| other.clone())).danger(),
    ];
    html! {
        <Menu id={format!("key-{}-menu", key.id)} label={t.table_more(&key.name)} {items}
            row=true>{Icon::Ellipsis.view()}</Menu>
    }
}
