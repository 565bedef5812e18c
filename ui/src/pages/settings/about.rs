//! What this is.

use yew::prelude::*;

use super::{page, row::Row};
use crate::{
    api,
    i18n::use_text,
    load::use_load,
    parts::{async_view::async_view, copy::CopyButton, icon::Icon},
};

#[component]
pub(crate) fn About() -> Html {
    let t = use_text();
    let about = use_load(api::about);
    async_view(&about, |about| {
        let kind = if about.desktop { t.settings_desktop() } else { t.settings_server() };
        let content = html! {<>
            <Row id="version" title={t.settings_version()} text={html! { kind }}><span class="font-mono text-xs">{&about.version}</span></Row>
            <Row id="address" title={t.settings_address()} text={html! { t.settings_address_text() }}>
                <code class="font-mono text-xs break-all">{&about.base_url}</code>
                <CopyButton text={about.base_url.clone()} label={t.nav_copy_address()} />
            </Row>
            <Row id="api" title={t.settings_api()} text={html! { t.settings_api_text() }}>
                <a class="act inline-flex items-center gap-1" href="/api/openapi.json" target="_blank">
                    <span class="font-mono text-xs">{"/api/openapi.json"}</span>{Icon::ArrowUpRight.small()}
                </a>
            </Row>
            <Row id="licence" title={t.settings_licence()} text={html! { t.settings_licence_text() }}><span>{"MIT OR Apache-2.0"}</span></Row>
        </>};
        page(t.settings_about(), t.settings_about_text(), content)
    })
}
