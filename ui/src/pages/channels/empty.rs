//! No channels at all, or none that the filter admits.

use std::rc::Rc;

use ::api::{
    channels::{ChannelQuery, ChannelShow, NewChannel},
    providers::{Dialect, Provider},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::{
    actions::Actions,
    draft::{DEMO, Draft},
    view::{self, host},
};
use crate::{
    api,
    i18n::{Text, use_text},
    parts::empty::Empty,
    routes::{NewChannelQuery, Route},
};

#[derive(Properties, PartialEq)]
pub(crate) struct NoChannelProps {
    pub(crate) providers: Rc<Vec<Provider>>,
    pub(crate) actions: Actions,
    pub(crate) on_add: Callback<()>,
}

#[component]
pub(crate) fn NoChannel(props: &NoChannelProps) -> Html {
    let t = use_text();
    let navigator = use_navigator();
    // The list has the best known first; one that runs on this machine is worth a place of its own.
    let offered = || props.providers.iter().filter(|provider| provider.enabled);
    let online = offered().filter(|provider| !provider.local).take(3);
    let local = offered().find(|provider| provider.local && provider.base_url.is_some());
    let suggestions = online.chain(local).map(|provider| {
        let (navigator, slug) = (navigator.clone(), provider.slug.clone());
        let onclick = move |_| {
            if let Some(navigator) = &navigator {
                let query = NewChannelQuery { provider: Some(slug.clone()) };
                // A query of one text always serialises.
                let _ok = navigator.push_with_query(&Route::NewChannel, &query);
            }
        };
        html! {
            <button type="button" key={provider.slug.clone()} {onclick}
                class="flex items-start gap-3 p-3 text-left rounded-box border border-line hover:bg-base-200 cursor-pointer">
                <span class="mono-tile" aria-hidden="true">{&provider.tile}</span>
                <span class="min-w-0 leading-[18px]">
                    <b class="block font-medium">{&provider.name}</b>
                    <span class="block truncate text-xs text-ink-2">{hint(t, provider)}</span>
                </span>
            </button>
        }
    });
    let count = offered().count();
    let demo = {
        let actions = props.actions.clone();
        move |_: MouseEvent| add_demo(&actions)
    };
    html! {
            <Empty drawing={drawing()} title={t.channels_empty_headline()} text={t.channels_empty_text()}>
                <div class="mt-6 grid sm:grid-cols-2 gap-2 text-left">{for suggestions}</div>
                <div class="mt-4 flex flex-wrap justify-center items-center gap-x-5 gap-y-2">
                    <button type="button" class="act cursor-pointer" onclick={props.on_add.reform(|_: MouseEvent| ())}>{t.channels_all_providers(count)}</button>
                    if view::provider(&props.providers, DEMO).is_some() {
                        <button type="button" class="act cursor-pointer" onclick={demo}>{t.channels_use_demo()}</button>
                    }
                </div>
            </Empty>
    }
}

/// What a provider speaks and where, in a few words.
pub(crate) fn hint(t: Text, provider: &Provider) -> String {
    if provider.slug == DEMO {
        return t.channels_demo_hint().to_owned();
    }
    if provider.local {
        return t.channels_local_hint().to_owned();
    }
    match &provider.base_url {
        Some(url) => host(url).to_owned(),
        None => dialects(provider),
    }
}

pub(crate) fn dialects(provider: &Provider) -> String {
    let name = |dialect: &Dialect| match dialect {
        Dialect::Chat => "Chat",
        Dialect::Responses => "Responses",
        Dialect::Messages => "Messages",
        Dialect::Gemini => "generateContent",
    };
    provider.dialects.iter().map(name).collect::<Vec<_>>().join(", ")
}

pub(crate) fn demo_channel() -> Option<NewChannel> {
    let mut draft = Draft::new();
    "Demo".clone_into(&mut draft.name);
    DEMO.clone_into(&mut draft.provider);
    draft.models = vec![super::draft::DEMO_MODEL.to_owned()];
    draft.create(None).ok()
}

fn add_demo(actions: &Actions) {
    let actions = actions.clone();
    spawn_local(async move {
        let Some(demo) = demo_channel() else { return };
        match api::channels::create(&demo).await {
            Ok(channel) => {
                let id = channel.id;
                actions.toaster.done(actions.t.channels_added(&channel.name));
                actions.channels.add(channel);
                actions.test(vec![id]);
            }
            Err(error) => actions.toaster.failed(error.sentence(actions.t)),
        }
    });
}

fn drawing() -> Html {
    html! {
        <svg class="mx-auto" width="220" height="72" viewBox="0 0 220 72" fill="none" aria-hidden="true">
            <g class="stroke-line-2" stroke-width="1.5">
                <path d="M8 36h76" />
                <path d="M144 36c18 0 18-26 36-26h18M144 36h54M144 36c18 0 18 26 36 26h18" stroke-dasharray="3 4" />
            </g>
            <g stroke-width="5">
                <path stroke="currentColor" d="M92 54V24a18 18 0 0 1 36 0v4M128 44v10" />
                <path class="stroke-primary" d="M102 36h38" />
            </g>
            <g class="fill-base-100 stroke-line-2" stroke-width="1.5" stroke-dasharray="3 3">
                <rect x="198" y="3" width="14" height="14" rx="4" />
                <rect x="198" y="29" width="14" height="14" rx="4" />
                <rect x="198" y="55" width="14" height="14" rx="4" />
            </g>
        </svg>
    }
}

/// What a list without rows says of its search and filter.
pub(crate) fn none_found(t: Text, query: &ChannelQuery) -> String {
    let state = match query.show {
        ChannelShow::All => None,
        ChannelShow::NeedsYou => Some(t.channels_filter_needs_you()),
        ChannelShow::Disabled => Some(t.channels_disabled()),
    };
    match (query.search.as_deref().unwrap_or_default().trim(), state) {
        ("", _) => t.channels_none_in_state().to_owned(),
        (search, None) => t.channels_none_found(search),
        (search, Some(state)) => t.channels_none_found_in(search, state),
    }
}
