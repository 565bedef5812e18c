//! What the list shows of providers. Plain data in, plain data out.

use api::providers::Provider;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    /// Some channel points at it.
    Used,
    /// Made or changed here.
    Own,
    Off,
}

impl Filter {
    pub(crate) fn admits(self, provider: &Provider) -> bool {
        match self {
            Self::All => true,
            Self::Used => provider.channels > 0,
            Self::Own => !provider.builtin || provider.overridden,
            Self::Off => !provider.enabled,
        }
    }
}

/// The rows to show, in the server's order: one's own first, then the best known.
pub(crate) fn rows(providers: &[Provider], filter: Filter, search: &str) -> Vec<Provider> {
    let search = search.trim().to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&search);
    providers
        .iter()
        .filter(|provider| filter.admits(provider))
        .filter(|provider| {
            found(&provider.name) || found(&provider.slug) || provider.base_url.as_deref().is_some_and(found)
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use api::providers::AuthScheme;

    use super::*;

    fn provider(slug: &str) -> Provider {
        Provider {
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
            tile: "Xx".to_owned(),
            base_url: Some(format!("https://{slug}.example/v1")),
            website: None,
            keys_url: None,
            auth: AuthScheme::Bearer,
            auth_header: None,
            needs_key: true,
            local: false,
            dialects: Vec::new(),
            builtin: true,
            overridden: false,
            enabled: true,
            channels: 0,
        }
    }

    #[test]
    fn providers_are_found_by_what_tells_them_apart() {
        let all = [
            Provider { builtin: false, ..provider("mine") },
            Provider { overridden: true, enabled: false, ..provider("off") },
            Provider { channels: 2, ..provider("used") },
        ];
        let slugs = |filter, search: &str| -> Vec<String> {
            rows(&all, filter, search).into_iter().map(|provider| provider.slug).collect()
        };
        assert_eq!(slugs(Filter::All, ""), ["mine", "off", "used"]);
        assert_eq!(slugs(Filter::All, "USED.example"), ["used"]);
        assert_eq!(slugs(Filter::Used, ""), ["used"]);
        assert_eq!(slugs(Filter::Own, ""), ["mine", "off"]);
        assert_eq!(slugs(Filter::Off, ""), ["off"]);
    }
}
