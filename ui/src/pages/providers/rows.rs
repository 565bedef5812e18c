//! The table of providers.

use api::providers::{AuthScheme, Provider, ProviderQuery, ProviderSort};
use yew::prelude::*;

use super::actions::Actions;
use crate::{
    i18n::Text,
    pages::channels::dialects,
    parts::{
        columns::{Column, Shown},
        icon::Icon,
        list::{Head, Line, Look, Row},
        menu::{Item, Menu},
        toggle::Toggle,
    },
    routes::Route,
    web,
};

/// Columns that can be hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProviderColumn {
    BaseUrl,
    Speaks,
    Auth,
    Channels,
    Enabled,
}

impl Column for ProviderColumn {
    const ALL: &'static [Self] = &[Self::BaseUrl, Self::Speaks, Self::Auth, Self::Channels, Self::Enabled];

    fn key(self) -> &'static str {
        match self {
            Self::BaseUrl => "base_url",
            Self::Speaks => "speaks",
            Self::Auth => "auth",
            Self::Channels => "channels",
            Self::Enabled => "enabled",
        }
    }

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::BaseUrl => t.channel_base_url(),
            Self::Speaks => t.providers_column_speaks(),
            Self::Auth => t.providers_auth(),
            Self::Channels => t.nav_channels(),
            Self::Enabled => t.providers_column_enabled(),
        }
    }
}

pub(super) fn heads(t: Text, shown: &Shown) -> Vec<Head<ProviderSort>> {
    let head = |column: ProviderColumn| {
        let head = Head::new(column.label(t));
        match column {
            ProviderColumn::BaseUrl => head.up(ProviderSort::BaseUrl),
            ProviderColumn::Speaks | ProviderColumn::Auth => head,
            ProviderColumn::Channels => head.down(ProviderSort::Channels).right(),
            ProviderColumn::Enabled => head.up(ProviderSort::Enabled),
        }
    };
    let name = Head::new(t.channel_provider()).up(ProviderSort::Name);
    std::iter::once(name).chain(shown.these().map(head)).collect()
}

#[derive(Clone, PartialEq)]
pub(super) struct ProviderLook {
    pub(super) shown: Shown,
    pub(super) actions: Actions,
    pub(super) on_delete: Callback<Provider>,
}

impl Look for ProviderLook {
    type Row = Provider;
    type Query = ProviderQuery;

    fn row(&self, line: &Line<Self>) -> Html {
        let (t, provider) = (line.list.t, &line.row);
        let tag = match (provider.builtin, provider.overridden) {
            (false, _) => html! { <span class="tag tag-on">{t.providers_own()}</span> },
            (true, true) => html! { <span class="tag">{t.providers_changed()}</span> },
            (true, false) => Html::default(),
        };
        let class = classes!("truncate", "font-medium", (!provider.enabled).then_some("text-ink-2"));
        html! {
            <tr>
                <td data-m="title" class="md:max-w-[300px]">
                    <span class="flex items-center gap-2.5">
                        <span class="mono-tile" aria-hidden="true">{&provider.tile}</span>
                        <span class="min-w-0 flex items-center gap-2">
                            {line.link(Route::Provider { slug: provider.slug.clone() }, class, html! { &provider.name })}
                            {tag}
                        </span>
                    </span>
                </td>
                for column in self.shown.these() { {self.cell(t, provider, column)} }
                <td data-m="end">{self.menu(t, provider)}</td>
            </tr>
        }
    }
}

impl ProviderLook {
    fn cell(&self, t: Text, provider: &Provider, column: ProviderColumn) -> Html {
        match column {
            ProviderColumn::BaseUrl => html! {
                <td data-m="sub" class="md:max-[1700px]:w-full md:max-w-[360px] truncate font-mono text-xs text-ink-2 max-md:pl-[34px] max-md:break-all" title={provider.base_url.clone()}>
                    {provider.base_url.clone().map_or_else(|| html! { <span class="text-ink-3 font-sans">{t.providers_per_account()}</span> }, |url| html! { {url} })}
                </td>
            },
            ProviderColumn::Speaks => html! { <td class="text-ink-2">{dialects(provider)}</td> },
            ProviderColumn::Auth => {
                let auth = match (provider.auth, &provider.auth_header, provider.needs_key) {
                    (AuthScheme::Header, Some(name), _) => html! { <span class="font-mono text-xs">{name}</span> },
                    (_, _, true) => html! { {t.providers_bearer()} },
                    (_, _, false) => html! { {t.providers_no_key()} },
                };
                html! { <td class="text-ink-2">{auth}</td> }
            }
            ProviderColumn::Channels if provider.channels == 0 => html! { <td class="n text-ink-3">{"—"}</td> },
            ProviderColumn::Channels => html! { <td class="n text-ink-2">{t.number(provider.channels)}</td> },
            ProviderColumn::Enabled => {
                let (actions, slug) = (self.actions.clone(), provider.slug.clone());
                let toggle = move |enabled| actions.set_enabled(slug.clone(), enabled);
                html! {
                    <td data-m="end2"><Toggle label={t.providers_enabled_of(&provider.name)} on={provider.enabled} on_change={toggle} /></td>
                }
            }
        }
    }

    fn menu(&self, t: Text, provider: &Provider) -> Html {
        let visit = |url: &String, icon: Icon, label: &'static str| {
            let url = url.clone();
            Item::new(icon.view(), label, Callback::from(move |()| web::open_elsewhere(&url)))
        };
        let mut items: Vec<Item> = Vec::new();
        items.extend(provider.website.as_ref().map(|url| visit(url, Icon::ExternalLink, t.providers_website())));
        items.extend(provider.keys_url.as_ref().map(|url| visit(url, Icon::KeyRound, t.setup_get_key())));
        let one = provider.clone();
        let delete = self.on_delete.reform(move |()| one.clone());
        if !provider.builtin {
            items.push(Item::new(Icon::Trash2.view(), t.do_delete(), delete).danger());
        } else if provider.overridden {
            items.push(Item::new(Icon::RotateCcw.view(), t.providers_restore(), delete));
        }
        if items.is_empty() {
            return Html::default();
        }
        html! {
            <Menu id={format!("provider-{}-menu", provider.slug)} label={t.table_more(&provider.name)} {items}>{Icon::Ellipsis.view()}</Menu>
        }
    }
}

impl Row for Provider {
    type Id = String;

    fn id(&self) -> String {
        self.slug.clone()
    }

    fn name(&self) -> &str {
        &self.name
    }
}
