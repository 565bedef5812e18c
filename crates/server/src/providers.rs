//! Providers as they are in effect: the user's own, and the built-in table with what was changed of it.

use http::HeaderName;
use llm::{
    Auth, Dialect, Quirks, Vendor,
    vendor::{Reach, Speech},
};
use store::ProviderRow;

/// Where requests can go, and how a key travels there.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub(crate) struct Provider {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Two letters or one other character.
    pub(crate) tile: String,
    /// `None` where every account has its own.
    pub(crate) base_url: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) keys_url: Option<String>,
    /// The header that carries the key alone; `None` for `Authorization: Bearer …`.
    pub(crate) header: Option<HeaderName>,
    pub(crate) needs_key: bool,
    pub(crate) local: bool,
    pub(crate) speaks: Vec<Speech>,
    pub(crate) quirks: Quirks,
    pub(crate) reach: Reach,
    pub(crate) builtin: bool,
    /// A built-in one of which something was changed.
    pub(crate) overridden: bool,
    pub(crate) enabled: bool,
}

/// All of them: the user's own first, then the built-in ones in their order.
pub(crate) fn in_effect(rows: Vec<ProviderRow>) -> Vec<Provider> {
    // A slug that a later version of the program took for itself stays the user's.
    let (changes, own): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.builtin);
    let taken = |slug: &str| own.iter().any(|row| row.slug == slug);
    let builtin: Vec<_> = Vendor::all()
        .iter()
        .filter(|vendor| !taken(vendor.slug))
        .map(|vendor| changed(vendor, changes.iter().find(|row| row.slug == vendor.slug)))
        .collect();
    own.into_iter().map(self::own).chain(builtin).collect()
}

fn own(row: ProviderRow) -> Provider {
    let name = row.name.unwrap_or_else(|| row.slug.clone());
    Provider {
        tile: tile(&name),
        name,
        base_url: row.base_url,
        website: row.website,
        keys_url: row.keys_url,
        header: match row.auth {
            api::providers::AuthScheme::Bearer => None,
            api::providers::AuthScheme::Header => row.auth_header.and_then(|name| name.to_lowercase().parse().ok()),
        },
        needs_key: row.needs_key,
        local: row.local,
        speaks: vec![Speech::of(Dialect::Chat)],
        quirks: Quirks::NONE,
        reach: Reach::Http,
        builtin: false,
        overridden: false,
        enabled: row.enabled,
        slug: row.slug,
    }
}

fn changed(vendor: &Vendor, row: Option<&ProviderRow>) -> Provider {
    let text = |text: &str| Some(text.to_owned());
    Provider {
        slug: vendor.slug.to_owned(),
        name: row.and_then(|row| row.name.clone()).unwrap_or_else(|| vendor.name.to_owned()),
        tile: vendor.tile.to_owned(),
        base_url: row.and_then(|row| row.base_url.clone()).or(vendor.base_url.and_then(text)),
        website: text(vendor.website),
        keys_url: vendor.keys_url.and_then(text),
        header: match vendor.auth {
            Auth::Header(name) => Some(HeaderName::from_static(name)),
            Auth::Bearer | Auth::Optional => None,
        },
        needs_key: vendor.needs_key(),
        local: vendor.local,
        speaks: vendor.speaks.to_vec(),
        quirks: vendor.quirks,
        reach: vendor.reach,
        builtin: true,
        overridden: row.is_some(),
        enabled: row.is_none_or(|row| row.enabled),
    }
}

/// `My Server` → `MS`, `vllm` → `Vl`, `内网` → `内`.
fn tile(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("·");
    let mut letters = first.chars();
    let Some(letter) = letters.next().filter(char::is_ascii) else { return first.chars().take(1).collect() };
    let second = words.next().and_then(|word| word.chars().next()).map(|c| c.to_ascii_uppercase());
    std::iter::once(letter.to_ascii_uppercase()).chain(second.or(letters.next())).collect()
}

#[cfg(test)]
mod tests {
    use api::providers::AuthScheme;

    use super::*;

    fn row(slug: &str, builtin: bool) -> ProviderRow {
        ProviderRow {
            slug: slug.to_owned(),
            builtin,
            name: None,
            base_url: None,
            website: None,
            keys_url: None,
            auth: AuthScheme::Bearer,
            auth_header: None,
            needs_key: true,
            local: false,
            enabled: true,
        }
    }

    #[test]
    fn a_change_of_a_built_in_one_changes_what_it_names_only() {
        let rows = vec![ProviderRow { base_url: Some("https://proxy.example/v1".to_owned()), ..row("openai", true) }];
        let all = in_effect(rows);
        let found = all.iter().find(|provider| provider.slug == "openai").unwrap();
        assert_eq!(found.base_url.as_deref(), Some("https://proxy.example/v1"));
        assert_eq!((found.name.as_str(), found.builtin, found.overridden), ("OpenAI", true, true));
        assert_eq!(all.len(), Vendor::all().len());
    }

    #[test]
    fn ones_own_provider_keeps_its_slug_if_the_table_takes_it_later() {
        let all = in_effect(vec![ProviderRow { name: Some("Mine".to_owned()), ..row("openai", false) }]);
        let found: Vec<_> = all.iter().filter(|provider| provider.slug == "openai").collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].builtin), ("Mine", false));
    }

    #[test]
    fn a_key_travels_in_the_header_that_was_named() {
        let rows = vec![ProviderRow {
            auth: AuthScheme::Header,
            auth_header: Some("X-Api-Key".to_owned()),
            ..row("mine", false)
        }];
        assert_eq!(in_effect(rows)[0].header, Some(HeaderName::from_static("x-api-key")));
    }

    #[test]
    fn a_tile_holds_two_letters_or_one_character() {
        for (name, expected) in
            [("My server", "MS"), ("vllm", "Vl"), ("内网 模型", "内"), ("x", "X"), ("", "·"), ("Lab 2", "L2")]
        {
            assert_eq!(tile(name), expected, "{name:?}");
        }
    }
}
