//! A provider as a form holds it, and what of it goes to the server.

use api::{
    Fields, Validate,
    providers::{AuthScheme, NewProvider, Provider, ProviderPatch},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    /// Follows the name while the person hasn't typed one.
    pub(crate) slug: String,
    pub(crate) base_url: String,
    pub(crate) website: String,
    pub(crate) keys_url: String,
    pub(crate) auth: AuthScheme,
    pub(crate) auth_header: String,
    pub(crate) needs_key: bool,
    pub(crate) local: bool,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            name: String::new(),
            slug: String::new(),
            base_url: String::new(),
            website: String::new(),
            keys_url: String::new(),
            auth: AuthScheme::Bearer,
            auth_header: String::new(),
            needs_key: true,
            local: false,
        }
    }

    pub(crate) fn of(provider: &Provider) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            name: provider.name.clone(),
            slug: provider.slug.clone(),
            base_url: text(&provider.base_url),
            website: text(&provider.website),
            keys_url: text(&provider.keys_url),
            auth: provider.auth,
            auth_header: text(&provider.auth_header),
            needs_key: provider.needs_key,
            local: provider.local,
        }
    }

    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn create(&self) -> Result<NewProvider, Fields> {
        let new = NewProvider {
            slug: self.slug(),
            name: self.name.trim().to_owned(),
            base_url: self.base_url.trim().to_owned(),
            website: filled(&self.website),
            keys_url: filled(&self.keys_url),
            auth: self.auth,
            auth_header: filled(&self.auth_header).filter(|_| self.auth == AuthScheme::Header),
            needs_key: self.needs_key,
            local: self.local,
        };
        new.validate().map(|()| new)
    }

    /// What differs from `before`, which the form began with. An emptied field goes back to what is built in.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn patch(&self, before: &Self) -> Result<ProviderPatch, Fields> {
        let text = |new: &str, old: &str| (new.trim() != old).then(|| filled(new));
        let header =
            |draft: &Self| if draft.auth == AuthScheme::Header { draft.auth_header.clone() } else { String::new() };
        let patch = ProviderPatch {
            name: text(&self.name, &before.name),
            base_url: text(&self.base_url, &before.base_url),
            website: text(&self.website, &before.website),
            keys_url: text(&self.keys_url, &before.keys_url),
            auth: (self.auth != before.auth).then_some(self.auth),
            auth_header: text(&header(self), &header(before)),
            needs_key: (self.needs_key != before.needs_key).then_some(self.needs_key),
            local: (self.local != before.local).then_some(self.local),
            enabled: None,
        };
        patch.validate().map(|()| patch)
    }

    /// What is typed, else what the name makes of itself.
    pub(crate) fn slug(&self) -> String {
        if !self.slug.is_empty() {
            return self.slug.trim().to_owned();
        }
        let mut slug = String::new();
        for c in self.name.trim().to_lowercase().chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(40);
        slug.trim_end_matches('-').to_owned()
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft { name: "My Server #2 ".to_owned(), base_url: "http://10.0.0.5/v1".to_owned(), ..Draft::new() }
    }

    #[test]
    fn a_slug_follows_the_name_until_one_is_typed() {
        assert_eq!(draft().create().unwrap().slug, "my-server-2");
        assert_eq!(Draft { slug: "lab".to_owned(), ..draft() }.create().unwrap().slug, "lab");
        let faults = Draft { name: "内网".to_owned(), ..draft() }.create().unwrap_err();
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["slug"]);
    }

    #[test]
    fn only_what_changed_is_sent_and_what_is_emptied_goes_back() {
        let before = draft();
        let nothing = serde_json::to_value(before.patch(&before).unwrap()).unwrap();
        assert_eq!(nothing, serde_json::json!({"name": "My Server #2"}), "the space at its end goes");
        let mut after = Draft { base_url: String::new(), name: before.name.trim().to_owned(), ..before };
        let before = Draft { name: after.name.clone(), ..draft() };
        (after.auth, after.auth_header) = (AuthScheme::Header, "api-key".to_owned());
        let patch = serde_json::to_value(after.patch(&before).unwrap()).unwrap();
        assert_eq!(patch, serde_json::json!({"base_url": null, "auth": "header", "auth_header": "api-key"}));
    }
}
