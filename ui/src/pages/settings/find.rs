//! Finds a setting by its name or by what it does, wherever it stands.

use api::session::Role;
use yew::prelude::*;

use super::section::Section;
use crate::i18n::Text;

/// A row that can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) section: Section,
    /// Of its [`super::row::Row`]; empty where the section itself is meant.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

fn all(t: Text) -> impl Iterator<Item = Found> {
    let rows = [
        (Section::General, "listen", t.settings_listen(), t.settings_listen_text()),
        (Section::General, "public_urls", t.settings_public_urls(), t.settings_public_urls_text()),
        (Section::General, "trusted_proxies", t.settings_trusted_proxies(), t.settings_trusted_proxies_text()),
        (Section::General, "egress", t.settings_egress(), t.settings_egress_private()),
        (Section::General, "data_dir", t.settings_data_dir(), t.settings_data_dir_text()),
        (Section::General, "durability", t.settings_durability(), t.settings_durability_power()),
        (Section::General, "master_key", t.settings_master_key(), t.settings_master_key_text()),
        (Section::General, "audit_days", t.settings_audit_days(), t.settings_audit_days_text()),
        (Section::General, "time_zone", t.settings_time_zone(), t.settings_time_zone_text()),
        (Section::General, "log_days", t.settings_log_days(), t.settings_log_days_text()),
        (Section::General, "log_mb", t.settings_log_mb(), t.settings_log_mb_text()),
        (Section::General, "body_days", t.settings_body_days(), t.settings_body_days_text()),
        (Section::General, "body_mb", t.settings_body_mb(), t.settings_body_mb_text()),
        (Section::General, "body_kb", t.settings_body_kb(), t.settings_body_kb_text()),
        (Section::General, "drain_seconds", t.settings_drain(), t.settings_drain_text()),
        (Section::Budget, "", t.allowance_gateway(), t.allowance_gateway_text()),
        (Section::Budget, "", t.books_title(), t.books_text()),
        (Section::Appearance, "language", t.prefs_language(), t.settings_language_text()),
        (Section::Appearance, "theme", t.prefs_theme(), t.settings_theme_text()),
        (Section::Profile, "", t.users_display_name(), t.settings_name_help()),
        (Section::Profile, "", t.settings_password_change(), t.settings_password_ends()),
        (Section::Sessions, "", t.settings_sessions(), t.settings_sessions_text()),
        (Section::Tokens, "", t.settings_tokens(), t.settings_tokens_text()),
        (Section::Audit, "", t.settings_audit(), t.audit_text()),
        (Section::About, "version", t.settings_version(), t.settings_about_text()),
        (Section::About, "address", t.settings_address(), t.settings_address_text()),
        (Section::About, "api", t.settings_api(), t.settings_api_text()),
        (Section::About, "licence", t.settings_licence(), t.settings_licence_text()),
    ];
    rows.into_iter().map(|(section, id, title, text)| Found { section, id, title, text })
}

/// Those that a role may open and that say each of the words; names go before explanations.
pub(super) fn find(t: Text, role: Role, words: &str) -> Vec<Found> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let says = |text: &str| words.iter().all(|word| text.to_lowercase().contains(word.as_str()));
    // What the configuration file calls it is a name too.
    let named = |found: &Found| says(found.title) || (!found.id.is_empty() && says(found.id));
    let open = all(t).filter(|found| role >= found.section.needs());
    let (mut first, rest): (Vec<_>, Vec<_>) = open.partition(named);
    first.extend(rest.into_iter().filter(|found| says(found.text)));
    first
}

#[derive(Properties, PartialEq)]
pub(super) struct ResultsProps {
    pub(super) found: Vec<Found>,
    pub(super) none: AttrValue,
    pub(super) on_choose: Callback<Found>,
}

/// What was found, as a list to choose from.
#[component]
pub(super) fn Results(props: &ResultsProps) -> Html {
    let t = crate::i18n::use_text();
    if props.found.is_empty() {
        return html! { <p class="px-4 md:px-8 py-6 text-ink-2 break-words" role="status">{&props.none}</p> };
    }
    html! {
        <ul class="px-4 md:px-8 py-3 w-full max-w-[840px]" aria-label={t.settings_find()}>
            for found in props.found.clone() {
                <li>
                    <button type="button" class="w-full text-left flex items-baseline gap-4 py-3 border-b border-line cursor-pointer hover:text-primary"
                        onclick={props.on_choose.reform(move |_: MouseEvent| found)}>
                        <span class="min-w-0">
                            <span class="block font-medium">{found.title}</span>
                            <span class="block text-xs text-ink-2 max-w-[560px]">{found.text}</span>
                        </span>
                        <span class="ml-auto shrink-0 text-xs text-ink-3">{found.section.label(t)}</span>
                    </button>
                </li>
            }
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn titles(lang: Lang, role: Role, words: &str) -> Vec<&'static str> {
        find(Text(lang), role, words).into_iter().map(|found| found.title).collect()
    }

    #[test]
    fn a_setting_is_found_by_its_name_what_it_does_or_what_the_file_calls_it() {
        assert_eq!(titles(Lang::En, Role::Owner, "proxies"), ["Trusted proxies"]);
        assert_eq!(titles(Lang::En, Role::Owner, "proxy client"), ["Trusted proxies"]);
        assert_eq!(titles(Lang::En, Role::Owner, "DRAIN_seconds"), ["Grace at the end"]);
        assert_eq!(titles(Lang::ZhCn, Role::Owner, "主密钥"), ["主密钥"]);
    }

    #[test]
    fn names_go_before_explanations_and_members_find_only_what_they_may_open() {
        assert_eq!(titles(Lang::En, Role::Owner, "audit").first(), Some(&"Audit kept for"));
        assert_eq!(titles(Lang::En, Role::Member, "audit"), Vec::<&str>::new());
        assert_eq!(titles(Lang::En, Role::Member, "theme"), ["Theme"]);
    }
}
