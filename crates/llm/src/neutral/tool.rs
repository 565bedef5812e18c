//! Tools, and the names that they have where names are shorter.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Cache, Only};
use crate::json::Text;

/// A tool that the model may call.
#[derive(Debug, Clone)]
pub struct Tool<'a> {
    pub name: Cow<'a, str>,
    /// The group that it belongs to, where the dialect has groups. Empty: the dialect itself, for a tool that it defines and the
    /// client runs.
    pub namespace: Option<Cow<'a, str>>,
    pub description: Option<Text<'a>>,
    pub kind: ToolKind<'a>,
    pub strict: Option<bool>,
    pub cache: Option<Cache>,
    /// Which of the client's tools it is, for what is said about it.
    pub at: usize,
}

#[derive(Debug, Clone)]
pub enum ToolKind<'a> {
    /// Called with JSON of this schema.
    Function(Option<Cow<'a, RawValue>>),
    /// Called with free text, perhaps of a grammar.
    Custom(Option<&'a RawValue>),
    /// A search of the web by the provider.
    WebSearch {
        /// The tool as its own dialect says it.
        own: Only<'a>,
        allowed_domains: Option<&'a RawValue>,
        location: Option<&'a RawValue>,
    },
    /// Any other tool of the provider's own.
    Only(Only<'a>),
}

#[derive(Debug, Clone)]
pub enum ToolChoice<'a> {
    Auto,
    None,
    /// Some tool.
    Required,
    One(Cow<'a, str>),
    /// One of these, or none unless `required`.
    Among {
        names: Vec<Cow<'a, str>>,
        required: bool,
    },
    /// A tool of the provider's own.
    Only(Only<'a>),
}

/// What a dialect takes for a tool's name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming {
    pub(crate) longest: usize,
    /// Characters besides ASCII letters, digits, `_` and `-`.
    pub(crate) also: &'static str,
    /// The first one is a letter or `_`.
    pub(crate) starts_with_letter: bool,
}

impl Naming {
    pub(crate) const CHAT: Self = Self { longest: 64, also: "", starts_with_letter: false };
    pub(crate) const MESSAGES: Self = Self { longest: 128, also: "", starts_with_letter: false };
    pub(crate) const GEMINI: Self = Self { longest: 64, also: ".:", starts_with_letter: true };

    /// The name by which the provider knows a tool. The same tool always gets the same name, in definitions, choices and
    /// history alike, so that prompts stay as they were.
    pub(crate) fn name<'n>(&self, name: &'n str, namespace: Option<&str>) -> Cow<'n, str> {
        let full = match namespace {
            None | Some("") => Cow::Borrowed(name),
            Some(namespace) => Cow::Owned(format!("{namespace}__{name}")),
        };
        let bad_start = self.starts_with_letter && !full.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if full.len() <= self.longest && !bad_start && full.chars().all(|c| self.takes(c)) && !full.is_empty() {
            return full;
        }
        let start = if bad_start { "_" } else { "" };
        Cow::Owned(shorten(start, &full, self.longest, |c| self.takes(c)))
    }

    fn takes(&self, c: char) -> bool {
        c.is_ascii_alphanumeric() || c == '_' || c == '-' || self.also.contains(c)
    }
}

/// A call's id that a provider takes which wants letters, digits, `_` and `-`, 64 of them at most.
pub(crate) fn fit_id(id: &str) -> Cow<'_, str> {
    const LONGEST: usize = 64;
    let takes = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !id.is_empty() && id.len() <= LONGEST && id.chars().all(takes) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(shorten("", id, LONGEST, takes))
}

/// A user's name of so many characters at most. What is longer is JSON or the like; its hash stands for it.
pub(crate) fn fit_user(user: &str, longest: usize) -> Cow<'_, str> {
    if user.len() <= longest { Cow::Borrowed(user) } else { Cow::Owned(format!("user_{:016x}", fnv64(user))) }
}

/// `text` with what isn't taken replaced, and a mark that tells it from others that would look the same.
fn shorten(start: &str, text: &str, longest: usize, takes: impl Fn(char) -> bool) -> String {
    let mark = format!("_{:08x}", fnv(text));
    let kept = text.chars().map(|c| if takes(c) { c } else { '_' });
    start.chars().chain(kept).take(longest - mark.len()).chain(mark.chars()).collect()
}

/// FNV-1a: must give the same on every machine and in every version.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn fnv64(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The tools that the provider knows otherwise than the client does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<Renamed>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    sent: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    /// The client's tool takes free text, the provider's a function's JSON.
    pub(crate) unwrap: bool,
}

impl Names {
    /// Takes note of how a tool was sent.
    pub(crate) fn note(&mut self, tool: &Tool<'_>, sent: &str, unwrap: bool) {
        if unwrap || sent != tool.name || tool.namespace.is_some() {
            self.0.push(Renamed {
                sent: sent.to_owned(),
                name: tool.name.to_string(),
                namespace: tool.namespace.as_deref().map(str::to_owned),
                unwrap,
            });
        }
    }

    /// What the client calls the tool that the provider calls `sent`, if that is something else.
    pub(crate) fn find(&self, sent: &str) -> Option<&Renamed> {
        self.0.iter().find(|renamed| renamed.sent == sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_kept() {
        assert_eq!(Naming::CHAT.name("get_weather", None), "get_weather");
        assert_eq!(Naming::CHAT.name("get", Some("crm")), "crm__get");
        assert_eq!(Naming::GEMINI.name("a.b:c", None), "a.b:c");
    }

    #[test]
    fn a_name_that_does_not_fit_is_made_to_and_stays_apart_from_others() {
        let long = "x".repeat(100);
        for name in ["a b", "a.b", "é", "", &long] {
            for naming in [Naming::CHAT, Naming::MESSAGES, Naming::GEMINI] {
                let sent = naming.name(name, None);
                assert!(
                    !sent.is_empty() && sent.len() <= naming.longest && sent.chars().all(|c| naming.takes(c)),
                    "{sent}"
                );
                assert_eq!(sent, naming.name(name, None));
            }
        }
        assert_ne!(Naming::CHAT.name("a b", None), Naming::CHAT.name("a.b", None));
        assert!(Naming::GEMINI.name("1st", None).starts_with("_1st_"));
    }

    #[test]
    fn an_id_is_replaced_the_same_way_wherever_it_stands() {
        assert_eq!(fit_id("toolu_01-A"), "toolu_01-A");
        assert_eq!(fit_id("call:1"), fit_id("call:1"));
        assert_ne!(fit_id("call:1"), fit_id("call.1"));
        assert_eq!(fit_id(&"é".repeat(100)).len(), 64);
    }
}
