//! Vendors that a channel can point at: built-in ones, and the user's own.

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Validate,
    list::{Sort, SortKey, list_query},
    patch::named,
    validate,
    words::words,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Provider {
    /// Stable name, such as `openai`.
    pub slug: String,
    /// What people call it, such as `OpenAI`.
    pub name: String,
    /// Two letters for its tile.
    pub tile: String,
    /// Where its API lives; `null` where every account has its own.
    pub base_url: Option<String>,
    /// What it is about.
    pub website: Option<String>,
    /// Where a person gets an API key.
    pub keys_url: Option<String>,
    pub auth: AuthScheme,
    /// The header's name where `auth` is `header`.
    pub auth_header: Option<String>,
    pub needs_key: bool,
    /// Runs on the person's own machine or network.
    pub local: bool,
    pub dialects: Vec<Dialect>,
    pub builtin: bool,
    /// A built-in one of which something was changed here; deleting it restores the built-in.
    pub overridden: bool,
    /// New channels may point at it. Those that do already go on.
    pub enabled: bool,
    /// How many channels point at it.
    pub channels: i64,
}

/// How a provider's API key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthScheme {
    /// `Authorization: Bearer …`
    Bearer,
    /// Alone in a header of its own.
    Header,
}

impl AuthScheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Header => "header",
        }
    }
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Messages,
    /// Gemini generateContent.
    Gemini,
}

words!(
    ProviderSort {
        /// One's own first, then the best known.
        Known = "known",
        Name = "name",
        BaseUrl = "base_url",
        /// How many channels point at it.
        Channels = "channels",
        Enabled = "enabled",
    }
);

impl SortKey for ProviderSort {
    const DEFAULT: Sort<Self> = Sort::up(Self::Known);
}

words!(
    ProviderShow {
        All = "all",
        /// Some channel points at it.
        Used = "used",
        /// Made or changed here.
        Own = "own",
        Disabled = "disabled",
    }
);

list_query!(
    /// Which providers to answer, and in which order. `search` looks at name, slug and base URL.
    ProviderQuery: ProviderSort, ProviderShow {}
);

/// A provider of one's own. It speaks OpenAI Chat Completions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// Lower-case letters, digits and hyphens; it stays for ever.
    pub slug: String,
    pub name: String,
    pub base_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_url: Option<String>,
    #[serde(default = "bearer")]
    pub auth: AuthScheme,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_header: Option<String>,
    #[serde(default = "yes")]
    pub needs_key: bool,
    #[serde(default)]
    pub local: bool,
}

/// What to change. What is absent stays. Of a built-in one `name`, `base_url` and `enabled` can be changed; `null` restores it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProviderPatch {
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Option<Option<String>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub base_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub website: Option<Option<String>>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub keys_url: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthScheme>,
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub auth_header: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_key: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl ProviderPatch {
    /// Names what only a provider of one's own can change.
    pub fn check_builtin(&self, fields: &mut Fields) {
        for (field, named) in [
            ("website", self.website.is_some()),
            ("keys_url", self.keys_url.is_some()),
            ("auth", self.auth.is_some()),
            ("auth_header", self.auth_header.is_some()),
            ("needs_key", self.needs_key.is_some()),
            ("local", self.local.is_some()),
        ] {
            if named {
                fields.insert(field.to_owned(), "A built-in provider keeps this.".to_owned());
            }
        }
    }
}

impl Validate for NewProvider {
    fn check(&self, fields: &mut Fields) {
        let slug = self.slug.as_bytes();
        let ends = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let plain = slug.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
        if slug.len() > 40 || !plain || !ends(slug.first()) || !ends(slug.last()) {
            let fault = "Use up to 40 lower-case letters, digits and hyphens, such as my-server.";
            fields.insert("slug".to_owned(), fault.to_owned());
        }
        validate::name(fields, "name", &self.name);
        validate::url(fields, "base_url", &self.base_url, EXAMPLE);
        check_common(fields, [("website", self.website.as_deref()), ("keys_url", self.keys_url.as_deref())]);
        if self.auth == AuthScheme::Header {
            header(fields, self.auth_header.as_deref());
        }
    }
}

impl Validate for ProviderPatch {
    fn check(&self, fields: &mut Fields) {
        if let Some(Some(name)) = &self.name {
            validate::name(fields, "name", name);
        }
        if let Some(Some(base_url)) = &self.base_url {
            validate::url(fields, "base_url", base_url, EXAMPLE);
        }
        let text = |named: &Option<Option<String>>| named.clone().flatten();
        let (website, keys_url) = (text(&self.website), text(&self.keys_url));
        check_common(fields, [("website", website.as_deref()), ("keys_url", keys_url.as_deref())]);
        if self.auth == Some(AuthScheme::Header) || matches!(self.auth_header, Some(Some(_))) {
            header(fields, text(&self.auth_header).as_deref());
        }
    }
}

const EXAMPLE: &str = "https://api.openai.com/v1";

fn check_common(fields: &mut Fields, urls: [(&str, Option<&str>); 2]) {
    for (field, url) in urls {
        if let Some(url) = url {
            validate::url(fields, field, url, "https://example.com");
        }
    }
}

/// Headers of the connection or of another meaning can't carry a key.
fn header(fields: &mut Fields, name: Option<&str>) {
    const TAKEN: [&str; 12] = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
    ];
    let known = name.is_some_and(|name| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !TAKEN.contains(&name.to_ascii_lowercase().as_str())
    });
    if !known {
        let fault = "Enter the name of the header that carries the key, such as api-key.";
        fields.insert("auth_header".to_owned(), fault.to_owned());
    }
}

const fn bearer() -> AuthScheme {
    AuthScheme::Bearer
}

const fn yes() -> bool {
    true
}
