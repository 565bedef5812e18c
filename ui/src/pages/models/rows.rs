//! The table of models. A row opens below itself to show who serves it.

use std::rc::Rc;

use api::{
    channels::ChannelStatus,
    models::{Model, ModelStatus, ServedBy},
    providers::Provider,
};
use yew::prelude::*;

use super::{
    actions::Actions,
    view::{Column, share},
    words,
};
use crate::{
    i18n::{Text, use_text},
    parts::{
        icon::Icon,
        link::PageLink,
        menu::{Item, Menu},
        picked::{Pick, Picked},
        status::{Glyph, status},
        table::{Checkbox, Sort, SortHead, walk_rows},
    },
    routes::Route,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RowsProps {
    pub(crate) shown: Vec<Model>,
    pub(crate) providers: Rc<Vec<Provider>>,
    pub(crate) actions: Actions,
    pub(crate) selected: Picked,
    pub(crate) pick: UseReducerDispatcher<Picked>,
    /// Rows that are open.
    pub(crate) opened: Picked,
    pub(crate) open: UseReducerDispatcher<Picked>,
    pub(crate) dense: bool,
    pub(crate) sort: Sort<Column>,
    pub(crate) on_sort: Callback<Sort<Column>>,
    pub(crate) on_delete: Callback<Vec<Model>>,
    /// Below the rows.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Rows(props: &RowsProps) -> Html {
    let t = use_text();
    let ids: Vec<i64> = props.shown.iter().map(|model| model.id).collect();
    let chosen = ids.iter().filter(|id| props.selected.contains(**id)).count();
    let head = |column: Column, label: &'static str, class: Option<&'static str>| {
        html! { <SortHead<Column> {column} {label} sort={props.sort} on_sort={&props.on_sort} class={classes!(class)} /> }
    };
    let class = classes!("dt", "dt-stack", props.dense.then_some("dt-dense"));
    html! {
        <div class="table-scroll">
            <table {class} aria-label={t.models_title()}>
                <thead><tr>
                    <th class="w-8"><Checkbox label={t.table_select_all()} checked={chosen == ids.len()}
                        partly={chosen > 0 && chosen < ids.len()} on_change={picker(&props.pick, ids)} /></th>
                    <th class="w-6"><span class="sr-only">{t.models_who_serves()}</span></th>
                    {head(Column::Name, t.models_column_model(), None)}
                    {head(Column::Kind, t.models_column_kind(), None)}
                    {head(Column::Context, t.models_column_context(), Some("n"))}
                    {head(Column::Output, t.models_column_output(), Some("n"))}
                    {head(Column::Served, t.models_column_served(), None)}
                    <th scope="col">{t.keys_column_state()}</th>
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody onkeydown={walk_rows()}>for model in &props.shown { {row(t, props, model)} }</tbody>
            </table>
            {props.children.clone()}
        </div>
    }
}

fn picker(pick: &UseReducerDispatcher<Picked>, ids: Vec<i64>) -> Callback<bool> {
    let pick = pick.clone();
    Callback::from(move |on: bool| pick.dispatch(if on { Pick::Add(ids.clone()) } else { Pick::Remove(ids.clone()) }))
}

fn row(t: Text, props: &RowsProps, model: &Model) -> Html {
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let selected = props.selected.contains(model.id);
    let opened = props.opened.contains(model.id);
    let toggle = picker(&props.open, vec![model.id]).reform(move |_: MouseEvent| !opened);
    let panel = format!("model-{}-serves", model.id);
    let chevron = if opened { Icon::ChevronDown } else { Icon::ChevronRight };
    let mut second: Vec<String> = model.owner.iter().cloned().collect();
    if !model.aliases.is_empty() {
        second.push(t.models_also(&model.aliases.join(", ")));
    }
    let second = if second.is_empty() { "—".to_owned() } else { second.join(" · ") };
    let off = model.status == ModelStatus::Disabled;
    let state = match (model.status, model.channels) {
        (ModelStatus::Disabled, _) => status(Glyph::Struck, t.models_disabled()),
        (ModelStatus::Enabled, 0) => status(Glyph::Dotted, t.models_unserved()),
        (ModelStatus::Enabled, _) => status(Glyph::Disc, t.models_served()),
    };
    html! {<>
        <tr key={model.id} aria-selected={if selected { "true" } else { "false" }} class={opened.then_some("bg-base-200")}>
            <td><Checkbox label={t.table_select(&model.name)} checked={selected} on_change={picker(&props.pick, vec![model.id])} /></td>
            <td>
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={t.models_show_serves(&model.name)} title={t.models_who_serves()}
                    aria-expanded={if opened { "true" } else { "false" }} aria-controls={panel.clone()} onclick={toggle}>{chevron.view()}</button>
            </td>
            <td data-m="title" class="md:w-full md:max-w-[360px]">
                <span class={if props.dense { "md:flex md:gap-2 md:items-baseline" } else { "block leading-[18px]" }}>
                    <span class="flex items-center gap-2 min-w-0">
                        <PageLink to={Route::Model { id: model.id }} row=true
                            class={classes!("truncate", "font-medium", off.then_some("text-ink-2"))}>{&model.name}</PageLink>
                        {words::icons(t, &model.capabilities)}
                    </span>
                    <span class="block truncate text-xs text-ink-3">{second}</span>
                </span>
            </td>
            <td class="text-ink-2">{model.kind.map_or_else(dash, |kind| html! { {words::kind(t, kind)} })}</td>
            <td class="n text-ink-2">{model.context.map_or_else(dash, |tokens| html! { <span title={t.number(tokens)}>{t.tokens(tokens)}</span> })}</td>
            <td class="n text-ink-2">{model.max_output.map_or_else(dash, |tokens| html! { <span title={t.number(tokens)}>{t.tokens(tokens)}</span> })}</td>
            <td data-m="end2">{tiles(t, props, model)}</td>
            <td data-m="sub">{state}</td>
            <td data-m="end">{menu(t, props, model)}</td>
        </tr>
        if opened {
            <tr key={format!("{}-serves", model.id)} id={panel} class="bg-base-200">
                <td colspan="9" data-m="foot" class="!h-auto !whitespace-normal !pb-4">{serves(t, model)}</td>
            </tr>
        }
    </>}
}

/// A channel's state where it isn't good; good ones are quiet.
const fn trouble(served: &ServedBy) -> Option<Glyph> {
    match (served.status, served.test_ok) {
        (ChannelStatus::Disabled, _) => Some(Glyph::Struck),
        (ChannelStatus::Enabled, Some(false)) => Some(Glyph::Triangle),
        (ChannelStatus::Enabled, _) => None,
    }
}

fn state_word(t: Text, served: &ServedBy) -> &'static str {
    match (served.status, served.test_ok) {
        (ChannelStatus::Disabled, _) => t.channels_disabled(),
        (ChannelStatus::Enabled, None) => t.channels_untested(),
        (ChannelStatus::Enabled, Some(true)) => t.channels_healthy(),
        (ChannelStatus::Enabled, Some(false)) => t.channels_failed(),
    }
}

fn tile<'p>(props: &'p RowsProps, slug: &str) -> &'p str {
    props.providers.iter().find(|provider| provider.slug == slug).map_or("··", |provider| provider.tile.as_str())
}

fn tiles(t: Text, props: &RowsProps, model: &Model) -> Html {
    const MOST: usize = 4;
    if model.served_by.is_empty() {
        return html! { <span class="text-ink-3">{"—"}</span> };
    }
    html! {
        <span class="inline-flex items-center gap-1">
            for served in model.served_by.iter().take(MOST) {
                <span class="relative inline-flex" key={served.channel_id} title={format!("{}: {}", served.channel_name, state_word(t, served))}>
                    <span class="mono-tile" aria-hidden="true">{tile(props, &served.provider)}</span>
                    <span class="sr-only">{format!("{}: {}", served.channel_name, state_word(t, served))}</span>
                    if let Some(glyph) = trouble(served) { <span class="absolute -right-1 -bottom-1 rounded-full bg-base-100">{glyph.view()}</span> }
                </span>
            }
            if model.served_by.len() > MOST { <span class="text-xs text-ink-3">{format!("+{}", model.served_by.len() - MOST)}</span> }
        </span>
    }
}

/// Who serves it, who goes first, and what is known of it.
fn serves(t: Text, model: &Model) -> Html {
    let line = |served: &ServedBy| {
        let glyph = trouble(served).unwrap_or(if served.test_ok.is_some() { Glyph::Disc } else { Glyph::Dotted });
        let off = served.status == ChannelStatus::Disabled;
        let share = share(&model.served_by, served);
        html! {
            <li key={served.channel_id} class="grid grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,12rem)_minmax(0,1fr)_6rem_6rem] gap-x-4 items-center py-1 border-b border-line last:border-0">
                <span class="st min-w-0">
                    {glyph.view()}<span class="sr-only">{state_word(t, served)}</span>
                    <PageLink to={Route::Channel { id: served.channel_id }} class={classes!("truncate", "hover:underline", off.then_some("text-ink-3"))}>{&served.channel_name}</PageLink>
                </span>
                <span class="font-mono text-xs text-ink-2 truncate max-md:hidden" title={served.upstream_model.clone()}>{&served.upstream_model}</span>
                <span class="text-right text-ink-2 whitespace-nowrap max-md:hidden">{t.models_priority(&t.number(served.priority))}</span>
                <span class="text-right whitespace-nowrap">
                    {match share { None => t.channels_disabled().to_owned(), Some(0) => t.models_standby().to_owned(), Some(percent) => format!("{percent} %") }}
                </span>
            </li>
        }
    };
    html! {
        <div class="grid md:grid-cols-[minmax(0,1fr)_minmax(0,18rem)] gap-x-10 gap-y-4 md:pl-[72px] pt-1">
            <div>
                <h2 class="h2 mb-1">{t.models_who_serves()}</h2>
                if model.served_by.is_empty() {
                    <p class="text-ink-2">{t.models_nobody_serves()}{" "}<PageLink to={Route::Channels} class="act">{t.nav_channels()}</PageLink></p>
                } else {
                    <ul class="text-sm">{for model.served_by.iter().map(line)}</ul>
                }
            </div>
            if !model.capabilities.is_empty() {
                <div>
                    <h2 class="h2 mb-1.5">{t.models_can()}</h2>
                    <div class="flex flex-wrap gap-1.5">
                        for one in &model.capabilities { <span class="tag" key={one.as_str()}>{words::icon(*one).with("icon size-3")}{words::capability(t, *one)}</span> }
                    </div>
                </div>
            }
        </div>
    }
}

fn menu(t: Text, props: &RowsProps, model: &Model) -> Html {
    let (label, icon, target) = match model.status {
        ModelStatus::Enabled => (t.do_disable(), Icon::Power, ModelStatus::Disabled),
        ModelStatus::Disabled => (t.do_enable(), Icon::Check, ModelStatus::Enabled),
    };
    let toggle = {
        let (actions, id) = (props.actions.clone(), model.id);
        Callback::from(move |()| actions.set_status(vec![id], target))
    };
    let gone = model.clone();
    let items = vec![
        Item::new(icon.view(), label, toggle),
        Item::new(Icon::Trash2.view(), t.do_delete(), props.on_delete.reform(move |()| vec![gone.clone()])).danger(),
    ];
    html! {
        <Menu id={format!("model-{}-menu", model.id)} label={t.table_more(&model.name)} {items}>{Icon::Ellipsis.view()}</Menu>
    }
}
