//! The table of channels. Below 768 px the same rows become list items.

use std::rc::Rc;

use api::{
    channels::{Channel, ChannelQuery, ChannelSort, ChannelStatus, Health},
    providers::Provider,
};
use yew::prelude::*;

use super::{
    actions::{Actions, health_words},
    view::{self, host},
};
use crate::{
    i18n::{Text, use_text},
    parts::{
        columns::{Column, Shown},
        icon::Icon,
        list::{Head, Line, Look, Row},
        menu::{Item, Menu},
        number_cell::NumberCell,
        picked::Picked,
        status::{Glyph, status},
        time::Ago,
    },
    routes::Route,
};

/// Columns that can be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelColumn {
    Health,
    Keys,
    Models,
    Priority,
    Weight,
    Test,
}

impl Column for ChannelColumn {
    const ALL: &'static [Self] = &[Self::Health, Self::Keys, Self::Models, Self::Priority, Self::Weight, Self::Test];

    fn key(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Keys => "keys",
            Self::Models => "models",
            Self::Priority => "priority",
            Self::Weight => "weight",
            Self::Test => "test",
        }
    }

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::Health => t.channels_column_health(),
            Self::Keys => t.channels_column_keys(),
            Self::Models => t.channels_column_models(),
            Self::Priority => t.channels_column_priority(),
            Self::Weight => t.channels_column_weight(),
            Self::Test => t.channels_column_test(),
        }
    }
}

pub(super) fn heads(t: Text, shown: &Shown) -> Vec<Head<ChannelSort>> {
    let head = |column: ChannelColumn| {
        let head = Head::new(column.label(t));
        match column {
            ChannelColumn::Health => head.up(ChannelSort::Health),
            ChannelColumn::Keys => head.down(ChannelSort::Keys).right(),
            ChannelColumn::Models => head.down(ChannelSort::Models).right(),
            ChannelColumn::Priority => head.down(ChannelSort::Priority).right(),
            ChannelColumn::Weight => head.down(ChannelSort::Weight).right(),
            ChannelColumn::Test => head.up(ChannelSort::Latency).right(),
        }
    };
    let name = Head::new(t.channels_column_channel()).up(ChannelSort::Name);
    std::iter::once(name).chain(shown.these().map(head)).collect()
}

#[derive(Clone, PartialEq)]
pub(super) struct ChannelLook {
    pub(super) shown: Shown,
    pub(super) providers: Rc<Vec<Provider>>,
    pub(super) testing: Picked,
    pub(super) actions: Actions,
    pub(super) on_delete: Callback<Vec<Channel>>,
}

impl Look for ChannelLook {
    type Row = Channel;
    type Query = ChannelQuery;

    fn row(&self, line: &Line<Self>) -> Html {
        let (t, channel, dense) = (line.list.t, &line.row, line.list.dense);
        let disabled = channel.status == ChannelStatus::Disabled;
        let known = view::provider(&self.providers, &channel.provider);
        let provider = known.map_or(&channel.provider, |provider| &provider.name);
        // An address of one's own tells more than the provider's name alone.
        let provider = match &channel.base_url {
            Some(url) => format!("{provider}, {}", host(url)),
            None => provider.clone(),
        };
        let tile = known.map_or("", |provider| provider.tile.as_str()).to_owned();
        let lines = if dense { "min-w-0 md:flex md:gap-2 md:items-baseline" } else { "min-w-0 leading-[18px]" };
        let class = classes!(
            "block",
            "truncate",
            "font-medium",
            "max-w-full",
            dense.then_some("md:flex-none"),
            disabled.then_some("text-ink-2")
        );
        html! {
            <tr aria-selected={line.is_selected()}>
                {line.tick()}
                <td data-m="title" class={if dense { "md:max-w-[380px]" } else { "md:max-w-[280px]" }}>
                    <span class="flex items-center gap-2.5">
                        <span class="mono-tile" aria-hidden="true">{tile}</span>
                        <span class={lines}>
                            {line.link(Route::Channel { id: channel.id }, class, html! { &channel.name })}
                            <span class="block truncate text-xs text-ink-3">{provider}</span>
                        </span>
                    </span>
                </td>
                for column in self.shown.these() { {self.cell(channel, column, dense)} }
                <td data-m="end">{self.menu(t, channel)}</td>
            </tr>
        }
    }
}

impl ChannelLook {
    fn cell(&self, channel: &Channel, column: ChannelColumn, dense: bool) -> Html {
        let t = self.actions.t;
        let save = |set: fn(&Actions, &Channel, i64)| {
            let (actions, channel) = (self.actions.clone(), channel.clone());
            move |value| set(&actions, &channel, value)
        };
        match column {
            ChannelColumn::Health => html! {
                <td data-m="sub" class="md:max-w-[300px] md:max-[1700px]:w-full min-[1700px]:max-w-[560px]"><HealthCell channel={channel.clone()} actions={self.actions.clone()}
                    testing={self.testing.contains(channel.id)} {dense} /></td>
            },
            ChannelColumn::Keys if channel.keys.is_empty() => html! { <td class="n text-ink-3">{"—"}</td> },
            ChannelColumn::Keys => html! { <td class="n text-ink-2">{channel.keys.len()}</td> },
            ChannelColumn::Models => html! {
                <td class="n text-ink-2" title={channel.models.iter().take(12).cloned().collect::<Vec<_>>().join("\n")}>{channel.models.len()}</td>
            },
            ChannelColumn::Priority => html! {
                <td class="n"><NumberCell label={t.channels_priority_of(&channel.name)} value={channel.priority} min={-1000} max={1000}
                    on_save={save(Actions::set_priority)} /></td>
            },
            ChannelColumn::Weight => html! {
                <td class="n"><NumberCell label={t.channels_weight_of(&channel.name)} value={channel.weight} min={1} max={10_000}
                    on_save={save(Actions::set_weight)} /></td>
            },
            ChannelColumn::Test => html! { <td class="n" data-m="end2">{last_test(t, channel, dense)}</td> },
        }
    }

    fn menu(&self, t: Text, channel: &Channel) -> Html {
        let id = channel.id;
        let test = {
            let actions = self.actions.clone();
            Callback::from(move |()| actions.test(vec![id]))
        };
        let (label, icon, target) = match channel.status {
            ChannelStatus::Enabled => (t.do_disable(), Icon::Power, ChannelStatus::Disabled),
            ChannelStatus::Disabled => (t.do_enable(), Icon::Check, ChannelStatus::Enabled),
        };
        let toggle = {
            let actions = self.actions.clone();
            Callback::from(move |()| actions.set_status(vec![id], target))
        };
        let gone = channel.clone();
        let items = vec![
            Item::new(Icon::Activity.view(), t.do_test(), test),
            Item::new(icon.view(), label, toggle),
            Item::new(Icon::Trash2.view(), t.do_delete(), self.on_delete.reform(move |()| vec![gone.clone()])).danger(),
        ];
        html! {
            <Menu id={format!("channel-{id}-menu")} label={t.table_more(&channel.name)} {items}>{Icon::Ellipsis.view()}</Menu>
        }
    }
}

fn last_test(t: Text, channel: &Channel, dense: bool) -> Html {
    match &channel.last_test {
        None => html! { <span class="text-ink-3">{"—"}</span> },
        Some(test) => html! {
            <span class={if dense { "md:flex md:gap-2 md:items-baseline md:justify-end" } else { "block leading-[18px]" }}>
                <span class="block">{if test.ok { html! { t.millis(test.latency_ms) } } else { html! { <span class="text-ink-3">{"—"}</span> } }}</span>
                <span class="block text-xs text-ink-3"><Ago time={test.tested_at} /></span>
            </span>
        },
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

impl Row for Channel {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
