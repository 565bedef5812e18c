//! The table of channels. Below 768 px the same rows become list items.

use std::rc::Rc;

use api::{
    channels::{Channel, ChannelStatus},
    providers::Provider,
};
use yew::prelude::*;

use super::{
    actions::{Actions, health_words},
    view::{self, Column, Health, host},
};
use crate::{
    i18n::use_text,
    parts::{
        icon::Icon,
        link::PageLink,
        menu::{Item, Menu},
        number_cell::NumberCell,
        picked::{Pick, Picked},
        status::{Glyph, status},
        table::{Checkbox, Sort, SortHead, walk_rows},
        time::Ago,
    },
    routes::Route,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RowsProps {
    pub(crate) shown: Vec<Channel>,
    pub(crate) providers: Rc<Vec<Provider>>,
    pub(crate) actions: Actions,
    pub(crate) testing: Picked,
    pub(crate) selected: Picked,
    pub(crate) pick: UseReducerDispatcher<Picked>,
    pub(crate) dense: bool,
    pub(crate) sort: Sort<Column>,
    pub(crate) on_sort: Callback<Sort<Column>>,
    pub(crate) on_delete: Callback<Vec<Channel>>,
}

#[component]
pub(crate) fn Rows(props: &RowsProps) -> Html {
    let t = use_text();
    let ids: Vec<i64> = props.shown.iter().map(|channel| channel.id).collect();
    let chosen = ids.iter().filter(|id| props.selected.contains(**id)).count();
    let pick = |ids: Vec<i64>| {
        let pick = props.pick.clone();
        Callback::from(move |on: bool| {
            let ids = ids.clone();
            pick.dispatch(if on { Pick::Add(ids) } else { Pick::Remove(ids) });
        })
    };
    let head = |column: Column, label: &'static str, class: Option<&'static str>| {
        html! { <SortHead<Column> {column} {label} sort={props.sort} on_sort={&props.on_sort} class={classes!(class)} /> }
    };
    let rows = props.shown.iter().map(|channel| {
        html! {
            <Row key={channel.id} channel={channel.clone()} provider={view::provider(&props.providers, &channel.provider).cloned()}
                actions={props.actions.clone()} testing={props.testing.contains(channel.id)} selected={props.selected.contains(channel.id)}
                on_select={pick(vec![channel.id])} on_delete={&props.on_delete} dense={props.dense} />
        }
    });
    let class = classes!("dt", "dt-stack", props.dense.then_some("dt-dense"));
    html! {
        <div class="table-scroll">
            <table {class} aria-label={t.channels_title()}>
                <thead><tr>
                    <th class="w-8"><Checkbox label={t.table_select_all()} checked={chosen == ids.len()}
                        partly={chosen > 0 && chosen < ids.len()} on_change={pick(ids)} /></th>
                    {head(Column::Name, t.channels_column_channel(), None)}
                    {head(Column::Health, t.channels_column_health(), None)}
                    {head(Column::Keys, t.channels_column_keys(), Some("n"))}
                    {head(Column::Models, t.channels_column_models(), Some("n"))}
                    {head(Column::Priority, t.channels_column_priority(), Some("n"))}
                    {head(Column::Weight, t.channels_column_weight(), Some("n"))}
                    {head(Column::Latency, t.channels_column_test(), Some("n"))}
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody onkeydown={walk_rows()}>{for rows}</tbody>
            </table>
            <p class="px-4 md:px-6 py-3 pb-20 text-xs text-ink-3 max-w-[720px]">{t.channels_note()}</p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    channel: Channel,
    provider: Option<Provider>,
    actions: Actions,
    testing: bool,
    selected: bool,
    on_select: Callback<bool>,
    on_delete: Callback<Vec<Channel>>,
    dense: bool,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let t = use_text();
    let channel = &props.channel;
    let disabled = channel.status == ChannelStatus::Disabled;
    let provider = props.provider.as_ref().map_or(&channel.provider, |provider| &provider.name);
    // An address of one's own tells more than the provider's name alone.
    let provider = match &channel.base_url {
        Some(url) => format!("{provider}, {}", host(url)),
        None => provider.clone(),
    };
    let tile = props.provider.as_ref().map_or("", |provider| provider.tile.as_str());
    let priority = {
        let (actions, channel) = (props.actions.clone(), channel.clone());
        move |value| actions.set_priority(&channel, value)
    };
    let weight = {
        let (actions, channel) = (props.actions.clone(), channel.clone());
        move |value| actions.set_weight(&channel, value)
    };
    let menu = row_menu(props);
    html! {
        <tr aria-selected={if props.selected { "true" } else { "false" }}>
            <td><Checkbox label={t.table_select(&channel.name)} checked={props.selected} on_change={&props.on_select} /></td>
            <td data-m="title" class={if props.dense { "md:max-w-[380px]" } else { "md:max-w-[280px]" }}>
                <span class="flex items-center gap-2.5">
                    <span class="mono-tile" aria-hidden="true">{tile}</span>
                    <span class={if props.dense { "min-w-0 md:flex md:gap-2 md:items-baseline" } else { "min-w-0 leading-[18px]" }}>
                        <PageLink to={Route::Channel { id: channel.id }} row=true
                            class={classes!("block", "truncate", "font-medium", "max-w-full", props.dense.then_some("md:flex-none"), disabled.then_some("text-ink-2"))}>{&channel.name}</PageLink>
                        <span class="block truncate text-xs text-ink-3">{provider}</span>
                    </span>
                </span>
            </td>
            <td data-m="sub" class="md:max-w-[300px] md:w-full"><HealthCell channel={channel.clone()} actions={props.actions.clone()}
                testing={props.testing} dense={props.dense} /></td>
            <td class="n text-ink-2">{if channel.keys.is_empty() { html! { <span class="text-ink-3">{"—"}</span> } } else { html! { channel.keys.len() } }}</td>
            <td class="n text-ink-2" title={channel.models.iter().take(12).cloned().collect::<Vec<_>>().join("\n")}>{channel.models.len()}</td>
            <td class="n"><NumberCell label={t.channels_priority_of(&channel.name)} value={channel.priority} min={-1000} max={1000} on_save={priority} /></td>
            <td class="n"><NumberCell label={t.channels_weight_of(&channel.name)} value={channel.weight} min={1} max={10_000} on_save={weight} /></td>
            <td class="n" data-m="end2">{last_test(props)}</td>
            <td data-m="end">{menu}</td>
        </tr>
    }
}

fn last_test(props: &RowProps) -> Html {
    let t = props.actions.t;
    match &props.channel.last_test {
        None => html! { <span class="text-ink-3">{"—"}</span> },
        Some(test) => html! {
            <span class={if props.dense { "md:flex md:gap-2 md:items-baseline md:justify-end" } else { "block leading-[18px]" }}>
                <span class="block">{if test.ok { html! { t.millis(test.latency_ms) } } else { html! { <span class="text-ink-3">{"—"}</span> } }}</span>
                <span class="block text-xs text-ink-3"><Ago time={test.tested_at} /></span>
            </span>
        },
    }
}

fn row_menu(props: &RowProps) -> Html {
    let (t, id) = (props.actions.t, props.channel.id);
    let test = {
        let actions = props.actions.clone();
        Callback::from(move |()| actions.test(vec![id]))
    };
    let (label, icon, target) = match props.channel.status {
        ChannelStatus::Enabled => (t.do_disable(), Icon::Power, ChannelStatus::Disabled),
        ChannelStatus::Disabled => (t.do_enable(), Icon::Check, ChannelStatus::Enabled),
    };
    let toggle = {
        let actions = props.actions.clone();
        Callback::from(move |()| actions.set_status(vec![id], target))
    };
    let channel = props.channel.clone();
    let delete = props.on_delete.reform(move |()| vec![channel.clone()]);
    let items = vec![
        Item::new(Icon::Activity.view(), t.do_test(), test),
        Item::new(icon.view(), label, toggle),
        Item::new(Icon::Trash2.view(), t.do_delete(), delete).danger(),
    ];
    html! {
        <Menu id={format!("channel-{id}-menu")} label={t.table_more(&props.channel.name)} {items}>{Icon::Ellipsis.view()}</Menu>
    }
}

#[derive(Properties, PartialEq)]
struct HealthProps {
    channel: Channel,
    actions: Actions,
    testing: bool,
    dense: bool,
}

/// A healthy row is quiet; trouble takes two lines: word and action, then the cause in the provider's terms.
#[component]
fn HealthCell(props: &HealthProps) -> Html {
    let t = use_text();
    if props.testing {
        return html! { <span class="max-md:pl-[34px]">{status(Glyph::Ring, t.channels_testing())}</span> };
    }
    let health = Health::of(&props.channel);
    let (word, cause) = health_words(t, &props.channel);
    let offers_test = health.needs_you() || health == Health::Untested;
    let (actions, id) = (props.actions.clone(), props.channel.id);
    html! {
        <span class="block leading-[18px] max-md:pl-[34px]">
            <span class="flex items-center gap-2">
                {status(glyph(health), word)}
                if offers_test {
                    <button type="button" class="act text-xs cursor-pointer" aria-label={t.channels_test_name(&props.channel.name)}
                        onclick={move |_| actions.test(vec![id])}>{t.do_test()}</button>
                }
                if let (Some(cause), true) = (&cause, props.dense) { <span class="truncate text-xs text-ink-2 max-md:hidden" title={cause.clone()}>{cause}</span> }
            </span>
            if let (Some(cause), false) = (&cause, props.dense) {
                <span class="block md:truncate text-xs text-ink-2 md:pl-[18px] max-md:line-clamp-3" title={cause.clone()}>{cause}</span>
            }
        </span>
    }
}

pub(super) const fn glyph(health: Health) -> Glyph {
    match health {
        Health::KeyRejected | Health::Failed => Glyph::Triangle,
        Health::Untested => Glyph::Dotted,
        Health::Healthy => Glyph::Disc,
        Health::Disabled => Glyph::Struck,
    }
}
