//! What the gateway was started with: read here, changed where it comes from.

use ::api::settings::{Setting, Source};
use yew::prelude::*;

use super::{page, row::Row};
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{async_view::async_view, icon::Icon},
};

#[component]
pub(crate) fn General() -> Html {
    let t = use_text();
    let settings = use_load(api::settings::settings);
    async_view(&settings, |settings| {
        let group = |title: &'static str, names: &[&str]| {
            let rows = names.iter().filter_map(|name| settings.iter().find(|setting| setting.name == *name));
            html! {
                <section class="mt-6 first:mt-0">
                    <h3 class="h2 mb-2">{title}</h3>
                    for setting in rows { {line(t, setting)} }
                </section>
            }
        };
        let content = html! {<>
            {group(t.settings_group_network(), &["listen", "public_urls", "trusted_proxies", "egress"])}
            {group(t.settings_group_data(), &["data_dir", "durability", "master_key", "audit_days"])}
            {group(t.settings_group_end(), &["drain_seconds"])}
        </>};
        page(t.settings_general(), t.settings_general_text(), content)
    })
}

fn line(t: Text, setting: &Setting) -> Html {
    let (title, text) = match setting.name.as_str() {
        "listen" => (t.settings_listen(), t.settings_listen_text()),
        "public_urls" => (t.settings_public_urls(), t.settings_public_urls_text()),
        "trusted_proxies" => (t.settings_trusted_proxies(), t.settings_trusted_proxies_text()),
        "egress" if setting.value == "public" => (t.settings_egress(), t.settings_egress_public()),
        "egress" => (t.settings_egress(), t.settings_egress_private()),
        "data_dir" => (t.settings_data_dir(), t.settings_data_dir_text()),
        "durability" if setting.value == "process" => (t.settings_durability(), t.settings_durability_process()),
        "durability" => (t.settings_durability(), t.settings_durability_power()),
        "master_key" => (t.settings_master_key(), t.settings_master_key_text()),
        "audit_days" => (t.settings_audit_days(), t.settings_audit_days_text()),
        "drain_seconds" => (t.settings_drain(), t.settings_drain_text()),
        // The server is newer than this page.
        _ => (setting.name.as_str(), ""),
    };
    let value = match (setting.name.as_str(), setting.value.as_str()) {
        (_, "") => t.settings_none().to_owned(),
        ("master_key", "env") => t.settings_master_key_env().to_owned(),
        ("master_key", "keyring") => t.settings_master_key_keyring().to_owned(),
        ("master_key", "data") => t.settings_master_key_data().to_owned(),
        ("master_key", place) => place.strip_prefix("file:").unwrap_or(place).to_owned(),
        ("audit_days", "0") => t.settings_audit_days_all().to_owned(),
        ("audit_days", days) => t.settings_audit_days_count(days.parse::<i64>().unwrap_or_default()),
        ("drain_seconds", seconds) => format!("{seconds} s"),
        (_, value) => value.to_owned(),
    };
    let origin = setting.origin.as_deref().unwrap_or_default();
    let from = match setting.source {
        Source::Default => html! { t.settings_from_default(&format!("AIGW_{}", setting.name.to_uppercase())) },
        Source::File => locked(&t.settings_from_file(origin)),
        Source::Environment => locked(&t.settings_from_environment(origin)),
        Source::Flag => locked(&t.settings_from_flag(origin)),
    };
    let words = html! {<>{text}<span class="block text-ink-3 mt-0.5">{from}</span></>};
    let tone = if setting.value.is_empty() { "text-ink-3" } else { "font-mono text-xs" };
    html! {
        <Row title={title.to_owned()} text={words}><span class={classes!(tone, "break-all", "lg:text-right")}>{value}</span></Row>
    }
}

fn locked(words: &str) -> Html {
    html! { <span class="flex gap-1.5 items-start">{Icon::Lock.with("icon icon-sm mt-px")}<span class="min-w-0 break-words">{words.to_owned()}</span></span> }
}
