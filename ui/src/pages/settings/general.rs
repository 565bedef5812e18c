//! What the gateway runs with: what holds until it ends, and what can be changed at once.

use ::api::{
    session::Role,
    settings::{Setting, Source},
};
use yew::prelude::*;

use super::{
    choice::Choice,
    page,
    row::Row,
    words::{text, title, value},
};
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{async_view::async_view, icon::Icon},
    session::use_session,
};

#[component]
pub(crate) fn General() -> Html {
    let t = use_text();
    let owner = use_session().user().is_some_and(|user| user.role == Role::Owner);
    let settings = use_load(api::settings::settings);
    let on_saved = {
        let settings = settings.clone();
        Callback::from(move |all: Vec<Setting>| settings.edit(move |settings| settings.clone_from(&all)))
    };
    async_view(&settings, |settings| {
        let group = |title: &'static str, names: &[&str]| {
            let rows = names.iter().filter_map(|name| settings.iter().find(|setting| setting.name == *name));
            html! {
                <section class="mt-6 first:mt-0">
                    <h3 class="h2 mb-2">{title}</h3>
                    for setting in rows {
                        if FIXED.contains(&setting.name.as_str()) {
                            {fixed(t, setting)}
                        } else {
                            <Choice key={setting.name.clone()} setting={setting.clone()} {owner} on_saved={&on_saved} />
                        }
                    }
                </section>
            }
        };
        let content = html! {<>
            if !owner { <p class="text-sm text-ink-2 mb-5 -mt-3">{t.settings_owner_only()}</p> }
            {group(t.settings_group_network(), &["listen", "public_urls", "trusted_proxies", "egress"])}
            {group(t.settings_group_data(), &["data_dir", "durability", "master_key", "log_days", "log_mb", "body_days", "body_mb", "body_kb", "audit_days", "time_zone"])}
            {group(t.settings_group_end(), &["drain_seconds"])}
        </>};
        page(t.settings_general(), t.settings_general_text(), content)
    })
}

/// Those that the gateway reads at its start.
const FIXED: [&str; 4] = ["listen", "data_dir", "durability", "master_key"];

fn fixed(t: Text, setting: &Setting) -> Html {
    let shown = value(t, &setting.name, &setting.value);
    let why = origin(t, setting).unwrap_or_else(|| {
        let name = format!("AIGW_{}", setting.name.to_uppercase());
        html! { t.settings_at_start(&name) }
    });
    let words = html! {<>{text(t, setting)}<span class="block text-ink-3 mt-0.5">{why}</span></>};
    html! {
        <Row id={setting.name.clone()} title={title(t, &setting.name)} text={words}>
            <span class="font-mono text-xs break-all lg:text-right">{shown}</span>
        </Row>
    }
}

/// Where it is set, if not here.
pub(super) fn origin(t: Text, setting: &Setting) -> Option<Html> {
    let origin = setting.origin.as_deref().unwrap_or_default();
    let words = match setting.source {
        Source::Default | Source::Console => return None,
        Source::File => t.settings_from_file(origin),
        Source::Environment => t.settings_from_environment(origin),
        Source::Flag => t.settings_from_flag(origin),
    };
    Some(html! {
        <span class="flex gap-1.5 items-start">{Icon::Lock.with("icon icon-sm mt-px")}<span class="min-w-0 break-words">{words}</span></span>
    })
}
