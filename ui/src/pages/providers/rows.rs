//! The table of providers.

use api::providers::{AuthScheme, Provider};
use yew::prelude::*;

use super::actions::Actions;
use crate::{
    i18n::{Text, use_text},
    pages::channels::dialects,
    parts::{
        icon::Icon,
        link::PageLink,
        menu::{Item, Menu},
        table::walk_rows,
        toggle::Toggle,
    },
    routes::Route,
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct RowsProps {
    pub(crate) shown: Vec<Provider>,
    pub(crate) actions: Actions,
    pub(crate) dense: bool,
    pub(crate) on_delete: Callback<Provider>,
}

#[component]
pub(crate) fn Rows(props: &RowsProps) -> Html {
    let t = use_text();
    let class = classes!("dt", "dt-stack", "dt-plain", props.dense.then_some("dt-dense"));
    html! {
        <div class="table-scroll">
            <table {class} aria-label={t.providers_title()}>
                <thead><tr>
                    <th scope="col">{t.channel_provider()}</th>
                    <th scope="col">{t.channel_base_url()}</th>
                    <th scope="col">{t.providers_column_speaks()}</th>
                    <th scope="col">{t.providers_auth()}</th>
                    <th scope="col" class="n">{t.nav_channels()}</th>
                    <th scope="col">{t.providers_column_enabled()}</th>
                    <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                </tr></thead>
                <tbody onkeydown={walk_rows()}>for provider in &props.shown { {row(t, props, provider)} }</tbody>
            </table>
            <p class="px-4 md:px-6 py-3 pb-20 text-xs text-ink-3 max-w-[720px]">{t.providers_note()}</p>
        </div>
    }
}

fn row(t: Text, props: &RowsProps, provider: &Provider) -> Html {
    let dash = || html! { <span class="text-ink-3">{"—"}</span> };
    let toggle = {
        let (actions, slug) = (props.actions.clone(), provider.slug.clone());
        Callback::from(move |enabled| actions.set_enabled(slug.clone(), enabled))
    };
    let tag = match (provider.builtin, provider.overridden) {
        (false, _) => html! { <span class="tag tag-on">{t.providers_own()}</span> },
        (true, true) => html! { <span class="tag">{t.providers_changed()}</span> },
        (true, false) => Html::default(),
    };
    let auth = match (provider.auth, &provider.auth_header, provider.needs_key) {
        (AuthScheme::Header, Some(name), _) => html! { <span class="font-mono text-xs">{name}</span> },
        (_, _, true) => html! { {t.providers_bearer()} },
        (_, _, false) => html! { {t.providers_no_key()} },
    };
    html! {
        <tr key={provider.slug.clone()}>
            <td data-m="title" class="md:max-w-[300px]">
                <span class="flex items-center gap-2.5">
                    <span class="mono-tile" aria-hidden="true">{&provider.tile}</span>
                    <span class="min-w-0 flex items-center gap-2">
                        <PageLink to={Route::Provider { slug: provider.slug.clone() }} row=true
                            class={classes!("truncate", "font-medium", (!provider.enabled).then_some("text-ink-2"))}>{&provider.name}</PageLink>
                        {tag}
                    </span>
                </span>
            </td>
            <td data-m="sub" class="md:w-full md:max-w-[360px] truncate font-mono text-xs text-ink-2 max-md:pl-[34px] max-md:break-all" title={provider.base_url.clone()}>
                {provider.base_url.clone().map_or_else(|| html! { <span class="text-ink-3 font-sans">{t.providers_per_account()}</span> }, |url| html! { {url} })}
            </td>
            <td class="text-ink-2">{dialects(provider)}</td>
            <td class="text-ink-2">{auth}</td>
            <td class="n text-ink-2">{if provider.channels == 0 { dash() } else { html! { {provider.channels} } }}</td>
            <td data-m="end2"><Toggle label={t.providers_enabled_of(&provider.name)} on={provider.enabled} on_change={toggle} /></td>
            <td data-m="end">{menu(t, props, provider)}</td>
        </tr>
    }
}

fn menu(t: Text, props: &RowsProps, provider: &Provider) -> Html {
    let visit = |url: &String, icon: Icon, label: &'static str| {
        let url = url.clone();
        Item::new(icon.view(), label, Callback::from(move |()| web::open_elsewhere(&url)))
    };
    let mut items: Vec<Item> = Vec::new();
    items.extend(provider.website.as_ref().map(|url| visit(url, Icon::ExternalLink, t.providers_website())));
    items.extend(provider.keys_url.as_ref().map(|url| visit(url, Icon::KeyRound, t.setup_get_key())));
    let one = provider.clone();
    let delete = props.on_delete.reform(move |()| one.clone());
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
