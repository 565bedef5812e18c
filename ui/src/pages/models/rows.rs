//! The table of models. A row unfolds below itself to show who serves it.

use std::rc::Rc;

use api::{
    bill::PriceClass,
    channels::ChannelStatus,
    models::{Model, ModelQuery, ModelSort, ModelStatus, ServedBy},
    prices::Pricing,
    providers::Provider,
};
use yew::prelude::*;

use super::{
    actions::Actions,
    price::{self, is_free, no_price},
    view::share,
    words,
};
use crate::{
    i18n::Text,
    parts::{
        columns::{Column, Shown},
        icon::Icon,
        link::PageLink,
        list::{Head, Line, Look, Row},
        menu::{Item, Menu},
        picked::{Pick, Picked},
        status::{Glyph, status},
    },
    routes::Route,
};

/// Columns that can be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelColumn {
    Kind,
    Context,
    Output,
    PriceIn,
    PriceOut,
    PriceCache,
    Served,
    State,
}

impl Column for ModelColumn {
    const ALL: &'static [Self] = &[
        Self::Kind,
        Self::Context,
        Self::Output,
        Self::PriceIn,
        Self::PriceOut,
        Self::PriceCache,
        Self::Served,
        Self::State,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Context => "context",
            Self::Output => "output",
            Self::PriceIn => "price_in",
            Self::PriceOut => "price_out",
            Self::PriceCache => "price_cache",
            Self::Served => "served",
            Self::State => "state",
        }
    }

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::Kind => t.models_column_kind(),
            Self::Context => t.models_column_context(),
            Self::Output => t.models_column_output(),
            Self::PriceIn => t.price_column_in(),
            Self::PriceOut => t.price_column_out(),
            Self::PriceCache => t.price_column_cache(),
            Self::Served => t.models_column_served(),
            Self::State => t.keys_column_state(),
        }
    }
}

pub(super) fn heads(t: Text, shown: &Shown) -> Vec<Head<ModelSort>> {
    let head = |column: ModelColumn| {
        let head = Head::new(column.label(t));
        match column {
            ModelColumn::Kind => head.up(ModelSort::Kind),
            ModelColumn::Context => head.down(ModelSort::Context).right(),
            ModelColumn::Output => head.down(ModelSort::MaxOutput).right(),
            ModelColumn::PriceIn | ModelColumn::PriceOut | ModelColumn::PriceCache => head.right(),
            ModelColumn::Served => head.down(ModelSort::Channels),
            ModelColumn::State => head.up(ModelSort::State),
        }
    };
    let first = [Head::unseen(t.models_who_serves()), Head::new(t.models_column_model()).up(ModelSort::Name)];
    first.into_iter().chain(shown.these().map(head)).collect()
}

#[derive(Clone, PartialEq)]
pub(super) struct ModelLook {
    pub(super) shown: Shown,
    pub(super) providers: Rc<Vec<Provider>>,
    pub(super) unfolded: Picked,
    pub(super) unfold: UseReducerDispatcher<Picked>,
    pub(super) actions: Actions,
    pub(super) on_delete: Callback<Vec<Model>>,
}

impl Look for ModelLook {
    type Row = Model;
    type Query = ModelQuery;

    fn row(&self, line: &Line<Self>) -> Html {
        let (t, model, dense) = (line.list.t, &line.row, line.list.dense);
        let unfolded = self.unfolded.contains(model.id);
        let panel = format!("model-{}-serves", model.id);
        let off = model.status == ModelStatus::Disabled;
        let class = classes!("truncate", "font-medium", off.then_some("text-ink-2"));
        let mut second: Vec<String> = model.owner.iter().cloned().collect();
        if !model.aliases.is_empty() {
            second.push(t.models_also(&model.aliases.join(", ")));
        }
        let second = if second.is_empty() { "—".to_owned() } else { second.join(" · ") };
        // Box, arrow, name and menu can't be hidden.
        let width = (4 + self.shown.these::<ModelColumn>().count()).to_string();
        html! {<>
            <tr aria-selected={line.is_selected()} class={unfolded.then_some("bg-base-200")}>
                {line.tick()}
                <td>{self.arrow(t, model, unfolded, &panel)}</td>
                <td data-m="title" class="md:max-[1700px]:w-full md:max-w-[360px]">
                    <span class={if dense { "md:flex md:gap-2 md:items-baseline" } else { "block leading-[18px]" }}>
                        <span class="flex items-center gap-2 min-w-0">
                            {line.link(Route::Model { id: model.id }, class, html! { &model.name })}
                            {words::icons(t, &model.capabilities)}
                        </span>
                        <span class="block truncate text-xs text-ink-3">{second}</span>
                    </span>
                </td>
                for column in self.shown.these() { {self.cell(t, model, column)} }
                <td data-m="end">{self.menu(t, model)}</td>
            </tr>
            if unfolded {
                <tr id={panel} class="bg-base-200">
                    <td colspan={width} data-m="foot" class="!h-auto !whitespace-normal !pb-4">{serves(t, model)}</td>
                </tr>
            }
        </>}
    }
}

impl ModelLook {
    fn arrow(&self, t: Text, model: &Model, unfolded: bool, panel: &str) -> Html {
        let (unfold, id) = (self.unfold.clone(), model.id);
        let onclick = move |_: MouseEvent| {
            unfold.dispatch(if unfolded { Pick::Remove(vec![id]) } else { Pick::Add(vec![id]) });
        };
        let icon = if unfolded { Icon::ChevronDown } else { Icon::ChevronRight };
        html! {
            <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={t.models_show_serves(&model.name)} title={t.models_who_serves()}
                aria-expanded={if unfolded { "true" } else { "false" }} aria-controls={panel.to_owned()} {onclick}>{icon.view()}</button>
        }
    }

    fn cell(&self, t: Text, model: &Model, column: ModelColumn) -> Html {
        let dash = || html! { <span class="text-ink-3">{"—"}</span> };
        let tokens = |count: Option<i64>| {
            count.map_or_else(dash, |count| html! { <span title={t.number(count)}>{t.tokens(count)}</span> })
        };
        // What is free, or costs nobody knows what, says so once.
        let cost = |model: &Model, of: fn(&Pricing) -> Option<i64>| {
            let pricing = model.pricing.as_ref().filter(|pricing| !is_free(pricing));
            pricing.and_then(of).map_or_else(dash, |nusd| html! { {t.price(nusd)} })
        };
        match column {
            ModelColumn::Kind => html! {
                <td class="text-ink-2">{model.kind.map_or_else(dash, |kind| html! { {words::kind(t, kind)} })}</td>
            },
            ModelColumn::Context => html! { <td class="n text-ink-2">{tokens(model.context)}</td> },
            ModelColumn::Output => html! { <td class="n text-ink-2">{tokens(model.max_output)}</td> },
            ModelColumn::PriceIn => match &model.pricing {
                None => html! { <td class="n" data-m="foot">{no_price(t)}</td> },
                Some(pricing) if pricing.per_request_nusd > 0 && pricing.input_nusd_per_mtok == 0 => {
                    html! { <td class="n">{t.price_each(&t.price(pricing.per_request_nusd))}</td> }
                }
                Some(pricing) if is_free(pricing) => html! { <td class="n text-ink-2">{t.price_free()}</td> },
                // Where it is narrow, one line says both.
                Some(pricing) => html! {
                    <td class="n max-md:!text-left" data-m="foot">
                        <span class="max-md:hidden">{t.price(pricing.input_nusd_per_mtok)}</span>
                        <span class="md:hidden text-xs text-ink-2">{price::sentence(t, |class| main(class).then(|| pricing.own(class)).flatten())}</span>
                    </td>
                },
            },
            ModelColumn::PriceOut => {
                html! { <td class="n">{cost(model, |pricing| Some(pricing.output_nusd_per_mtok))}</td> }
            }
            ModelColumn::PriceCache => {
                html! { <td class="n text-ink-2">{cost(model, |pricing| pricing.cache_read_nusd_per_mtok)}</td> }
            }
            ModelColumn::Served => html! { <td data-m="end2">{self.tiles(t, model)}</td> },
            ModelColumn::State => {
                let state = match (model.status, model.channels) {
                    (ModelStatus::Disabled, _) => status(Glyph::Struck, t.models_disabled()),
                    (ModelStatus::Enabled, 0) => status(Glyph::Dotted, t.models_unserved()),
                    (ModelStatus::Enabled, _) => status(Glyph::Disc, t.models_served()),
                };
                html! { <td data-m="sub">{state}</td> }
            }
        }
    }

    fn tile(&self, slug: &str) -> &str {
        self.providers.iter().find(|provider| provider.slug == slug).map_or("··", |provider| provider.tile.as_str())
    }

    fn tiles(&self, t: Text, model: &Model) -> Html {
        const MOST: usize = 4;
        if model.served_by.is_empty() {
            return html! { <span class="text-ink-3">{"—"}</span> };
        }
        html! {
            <span class="inline-flex items-center gap-1">
                for served in model.served_by.iter().take(MOST) {
                    <span class="relative inline-flex" key={served.channel_id} title={format!("{}: {}", served.channel_name, state_word(t, served))}>
                        <span class="mono-tile" aria-hidden="true">{self.tile(&served.provider).to_owned()}</span>
                        <span class="sr-only">{format!("{}: {}", served.channel_name, state_word(t, served))}</span>
                        if let Some(glyph) = trouble(served) { <span class="absolute -right-1 -bottom-1 rounded-full bg-base-100">{glyph.view()}</span> }
                    </span>
                }
                if model.served_by.len() > MOST { <span class="text-xs text-ink-3">{format!("+{}", model.served_by.len() - MOST)}</span> }
            </span>
        }
    }

    fn menu(&self, t: Text, model: &Model) -> Html {
        let (label, icon, target) = match model.status {
            ModelStatus::Enabled => (t.do_disable(), Icon::Power, ModelStatus::Disabled),
            ModelStatus::Disabled => (t.do_enable(), Icon::Check, ModelStatus::Enabled),
        };
        let toggle = {
            let (actions, id) = (self.actions.clone(), model.id);
            Callback::from(move |()| actions.set_status(vec![id], target))
        };
        let gone = model.clone();
        let items = vec![
            Item::new(icon.view(), label, toggle),
            Item::new(Icon::Trash2.view(), t.do_delete(), self.on_delete.reform(move |()| vec![gone.clone()])).danger(),
        ];
        html! {
            <Menu id={format!("model-{}-menu", model.id)} label={t.table_more(&model.name)} {items}>{Icon::Ellipsis.view()}</Menu>
        }
    }
}

/// What most of a bill is made of.
const fn main(class: PriceClass) -> bool {
    matches!(class, PriceClass::Input | PriceClass::Output)
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

impl Row for Model {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}
