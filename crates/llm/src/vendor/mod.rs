//! Vendors as data: where each lives, how it authenticates, what it speaks.
//!
//! Adding a vendor is adding a row to `table.rs`. No code anywhere asks for a vendor by name.

mod table;

use crate::{Dialect, Endpoint, Quirks};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// Stable name, as channels store it.
    pub slug: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Two letters (or one ideograph) for its tile.
    pub tile: &'static str,
    /// What the paths are appended to; `None` where every account has its own.
    pub base_url: Option<&'static str>,
    pub auth: Auth,
    /// What it is about.
    pub website: &'static str,
    /// Where a person gets a key.
    pub keys_url: Option<&'static str>,
    /// Runs on the person's own machine or network.
    pub local: bool,
    /// Makes the models that it sells: what it takes for one is that model's public price.
    pub maker: bool,
    /// The first is what a client of a dialect that isn't here is converted into.
    pub speaks: &'static [Speech],
    pub quirks: Quirks,
    pub reach: Reach,
}

/// A dialect, and where it is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speech {
    pub dialect: Dialect,
    /// As seen from the base URL, which a channel may have changed: `""` is below it, `"../anthropic/v1"` beside it.
    pub at: &'static str,
    /// Where it isn't as for the others.
    pub auth: Option<Auth>,
    /// Used only for what nothing else here has: for the rest it says less than the provider's own dialect.
    pub aside: bool,
}

impl Speech {
    pub const fn of(dialect: Dialect) -> Self {
        Self { dialect, at: "", auth: None, aside: false }
    }

    const fn at(self, at: &'static str) -> Self {
        Self { at, ..self }
    }

    const fn with(self, auth: Auth) -> Self {
        Self { auth: Some(auth), ..self }
    }

    const fn aside(self) -> Self {
        Self { aside: true, ..self }
    }

    /// Where an endpoint is.
    pub fn url(self, base_url: &str, endpoint: Endpoint, model: &str, stream: bool) -> String {
        let mut base = base_url.trim_end_matches('/');
        let mut below = String::new();
        for step in self.at.split('/').filter(|step| !step.is_empty()) {
            if step == ".." {
                // The host stays, whatever stands in the base URL.
                base = base.rsplit_once('/').filter(|(rest, _)| !rest.ends_with('/')).map_or(base, |(rest, _)| rest);
            } else {
                below.push('/');
                below.push_str(step);
            }
        }
        format!("{base}{below}{}", endpoint.path(model, stream))
    }
}

/// The one of `speaks` to use for `endpoint`, and which endpoint that is there: the same dialect if it is spoken, else the
/// first. `None` if the provider has nothing of the kind.
pub fn speech(speaks: &[Speech], endpoint: Endpoint) -> Option<(Speech, Endpoint)> {
    let converts = endpoint.in_dialect(endpoint.dialect()).is_some();
    let mut main = speaks.iter().filter(|speech| !(converts && speech.aside));
    let same = main.clone().find(|speech| speech.dialect == endpoint.dialect()).map(|speech| (*speech, endpoint));
    same.or_else(|| main.find_map(|speech| Some((*speech, endpoint.in_dialect(speech.dialect)?))))
}

/// How a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer …`
    Bearer,
    /// The key alone in a header of this name.
    Header(&'static str),
    /// `Authorization: Bearer …` if there is a key; most local servers need none.
    Optional,
}

/// How requests get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Http,
    /// Answered by this process, see [`crate::demo`].
    InProcess,
}

impl Vendor {
    /// All vendors, in the order in which people see them.
    pub fn all() -> &'static [Self] {
        table::VENDORS
    }

    pub fn find(slug: &str) -> Option<&'static Self> {
        Self::all().iter().find(|vendor| vendor.slug == slug)
    }

    /// The vendor that this process answers for.
    pub fn in_process() -> &'static Self {
        Self::all().iter().find(|vendor| vendor.reach == Reach::InProcess).expect("the table has one; its test says so")
    }

    pub const fn needs_key(&self) -> bool {
        matches!(self.reach, Reach::Http) && !matches!(self.auth, Auth::Optional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_found_below_or_beside_the_base_url() {
        let messages = Speech::of(Dialect::Messages);
        for (base, at, url) in [
            ("https://x.example/v1", "", "https://x.example/v1/messages"),
            ("https://x.example/v1/", "../anthropic/v1", "https://x.example/anthropic/v1/messages"),
            ("https://x.example/api/paas/v4", "../../anthropic/v1", "https://x.example/api/anthropic/v1/messages"),
            ("http://proxy.lan:8080", "../anthropic/v1", "http://proxy.lan:8080/anthropic/v1/messages"),
        ] {
            assert_eq!(messages.at(at).url(base, Endpoint::Messages, "m", true), url);
        }
    }

    #[test]
    fn a_client_is_served_in_its_own_dialect_where_that_is_spoken() {
        let (chat, messages) = (Speech::of(Dialect::Chat), Speech::of(Dialect::Messages));
        let both = [chat, messages];
        assert_eq!(speech(&both, Endpoint::Messages), Some((messages, Endpoint::Messages)));
        assert_eq!(speech(&both, Endpoint::Embeddings), Some((chat, Endpoint::Embeddings)));
        assert_eq!(speech(&[messages], Endpoint::ChatCompletions), Some((messages, Endpoint::Messages)));
        assert_eq!(speech(&[messages], Endpoint::Embeddings), None);
        assert_eq!(speech(&[chat], Endpoint::CountTokens), None);
        let aside = [Speech::of(Dialect::Gemini), chat.aside()];
        assert_eq!(speech(&aside, Endpoint::ChatCompletions), Some((aside[0], Endpoint::GenerateContent)));
        assert_eq!(speech(&aside, Endpoint::Embeddings), Some((aside[1], Endpoint::Embeddings)));
    }
}
