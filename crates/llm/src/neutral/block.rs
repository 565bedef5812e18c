//! What a turn is made of.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Citation, Only};
use crate::json::Text;

/// One piece of a turn.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    pub content: Content<'a>,
    /// The prompt up to here is worth keeping.
    pub cache: Option<Cache>,
    /// Which piece of the client's message it is, for what is said about it.
    pub at: usize,
}

impl<'a> From<Content<'a>> for Block<'a> {
    fn from(content: Content<'a>) -> Self {
        Self { content, cache: None, at: 0 }
    }
}

impl<'a> Block<'a> {
    /// A text with nothing attached.
    pub fn text(text: Text<'a>) -> Self {
        Content::Text { text, citations: Vec::new() }.into()
    }

    #[must_use]
    pub fn at(mut self, at: usize) -> Self {
        self.at = at;
        self
    }
}

#[derive(Debug, Clone)]
pub enum Content<'a> {
    Text {
        text: Text<'a>,
        citations: Vec<Citation<'a>>,
    },
    /// The model's words for why it won't.
    Refusal(Text<'a>),
    Media(Media<'a>),
    Thinking(Thinking<'a>),
    Call(Call<'a>),
    Outcome(Outcome<'a>),
    /// What only one dialect can say.
    Only(Only<'a>),
}

impl Content<'_> {
    /// Bytes of words in it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text { text, .. } | Self::Refusal(text) => text.len(),
            Self::Thinking(thinking) => thinking.text.len() + thinking.seal.as_ref().map_or(0, |seal| seal.data.len()),
            Self::Call(call) => call.name.len() + call.args.quoted().len(),
            Self::Media(_) | Self::Outcome(_) | Self::Only(_) => 0,
        }
    }
}

/// How long a cached prompt is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// As long as the provider usually does: minutes.
    Short,
    /// An hour or more.
    Long,
}

/// A picture, a recording, a film, a document.
#[derive(Debug, Clone)]
pub struct Media<'a> {
    pub kind: MediaKind,
    pub source: Source<'a>,
    /// How closely the model shall look, as Chat says it.
    pub detail: Option<Text<'a>>,
    /// A file name or a title.
    pub name: Option<Text<'a>>,
    /// What a document is about.
    pub context: Option<Text<'a>>,
    /// The model shall say where in it something stands.
    pub cite: bool,
}

impl<'a> Media<'a> {
    pub fn new(kind: MediaKind, source: Source<'a>) -> Self {
        Self { kind, source, detail: None, name: None, context: None, cite: false }
    }

    pub fn into_owned(self) -> Media<'static> {
        Media {
            kind: self.kind,
            source: match self.source {
                Source::Inline { mime, data } => {
                    Source::Inline { mime: mime.into_owned().into(), data: data.into_owned() }
                }
                Source::Url(url) => Source::Url(url.into_owned()),
                Source::File(file) => Source::File(file.into_owned()),
                Source::Text(text) => Source::Text(text.into_owned()),
            },
            detail: self.detail.map(Text::into_owned),
            name: self.name.map(Text::into_owned),
            context: self.context.map(Text::into_owned),
            cite: self.cite,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    Image,
    Audio,
    Video,
    Document,
}

impl MediaKind {
    /// The kind that files of a media type are.
    pub fn of(mime: &str) -> Self {
        match mime.split('/').next() {
            Some("image") => Self::Image,
            Some("audio") => Self::Audio,
            Some("video") => Self::Video,
            _ => Self::Document,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "an image",
            Self::Audio => "audio",
            Self::Video => "a video",
            Self::Document => "a document",
        }
    }
}

#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// Base64, and the media type.
    Inline {
        mime: Cow<'a, str>,
        data: Text<'a>,
    },
    Url(Text<'a>),
    /// A file at the provider that gave it this name.
    File(Text<'a>),
    /// A document that is nothing but text.
    Text(Text<'a>),
}

impl<'a> Source<'a> {
    /// An address, which may have the data in it.
    pub fn url(url: Text<'a>) -> Self {
        match Self::data_url(&url) {
            Some((mime, data)) => Self::Inline { mime, data },
            None => Self::Url(url),
        }
    }

    /// An address, with the data in it if they are here.
    pub(crate) fn address(&self) -> Text<'_> {
        match self {
            Self::Inline { mime, data } => {
                let mut url = Text::plain(format!("data:{mime};base64,"));
                url.push(data);
                url
            }
            Self::Url(text) | Self::File(text) | Self::Text(text) => text.borrowed(),
        }
    }

    fn data_url(url: &Text<'a>) -> Option<(Cow<'a, str>, Text<'a>)> {
        url.escaped().strip_prefix("data:")?;
        // Escapes, of `/` most likely, are decoded. Only an address without any stays where it is.
        let (mime, data) = match url.clone().into_decoded() {
            Cow::Borrowed(plain) => {
                let (head, data) = plain.strip_prefix("data:")?.split_once(',')?;
                (Cow::Borrowed(head.strip_suffix(";base64")?), Cow::Borrowed(data))
            }
            Cow::Owned(plain) => {
                let (head, data) = plain.strip_prefix("data:")?.split_once(',')?;
                (Cow::Owned(head.strip_suffix(";base64")?.to_owned()), Cow::Owned(data.to_owned()))
            }
        };
        let mime = match mime {
            Cow::Borrowed(mime) => Cow::Borrowed(mime.split(';').next()?),
            Cow::Owned(mime) => Cow::Owned(mime.split(';').next()?.to_owned()),
        };
        let data = if data.contains(|c: char| c.is_ascii_whitespace()) {
            Cow::Owned(data.split_ascii_whitespace().collect())
        } else {
            data
        };
        Some((mime, Text::plain(data)))
    }
}

/// Whether a text can be base64: nothing in it that would have to be escaped, or read twice.
pub(crate) fn is_base64_data(data: &Text<'_>) -> bool {
    data.escaped().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte))
}

/// What a model thought.
#[derive(Debug, Clone, Default)]
pub struct Thinking<'a> {
    /// Empty if only the seal is left.
    pub text: Text<'a>,
    /// Told in short, not as it was.
    pub is_summary: bool,
    pub seal: Option<Seal<'a>>,
}

/// What a provider wants back unchanged: a signature, or thinking that nobody else can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal<'a> {
    pub issuer: Issuer,
    pub data: Text<'a>,
}

/// Whose seal it is. Nobody else is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuer {
    /// Of thinking that can be read.
    Messages,
    /// All that there is of thinking that can't be read.
    MessagesRedacted,
    Responses,
    Gemini,
    Converse,
}

impl Issuer {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Messages, "m"),
        (Self::MessagesRedacted, "mr"),
        (Self::Responses, "r"),
        (Self::Gemini, "g"),
        (Self::Converse, "c"),
    ];
}

/// What stands before a seal that travels in another dialect's slot, so that it is known again when it comes back.
const ENVELOPE: &str = "aigw1.";

impl<'a> Seal<'a> {
    /// What stands in a slot of the dialect whose own seals are `issuer`'s.
    pub fn open(issuer: Issuer, slot: Text<'a>) -> Self {
        let opened = slot.escaped().strip_prefix(ENVELOPE).and_then(|rest| {
            let (name, data) = rest.split_once('.')?;
            let (issuer, _) = Issuer::ALL.into_iter().find(|(_, short)| *short == name)?;
            Some((issuer, data.to_owned()))
        });
        match opened {
            Some((issuer, data)) => Self { issuer, data: Text::escaped_owned(data) },
            None => Self { issuer, data: slot },
        }
    }

    /// The seal for a slot of a client that hands it back: as it is where it belongs, else in an envelope.
    pub fn envelope(&self, native: &[Issuer]) -> Text<'_> {
        if native.contains(&self.issuer) {
            return self.data.borrowed();
        }
        let (_, short) = Issuer::ALL.into_iter().find(|(issuer, _)| *issuer == self.issuer).expect("all are listed");
        let mut text = Text::plain(format!("{ENVELOPE}{short}."));
        text.push(&self.data);
        text
    }

    pub fn into_owned(self) -> Seal<'static> {
        Seal { issuer: self.issuer, data: self.data.into_owned() }
    }
}

/// A model calls a tool.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Empty if the provider gives none.
    pub id: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub namespace: Option<Cow<'a, str>>,
    pub args: Args<'a>,
    pub seal: Option<Seal<'a>>,
}

/// What a tool is called with.
#[derive(Debug, Clone)]
pub enum Args<'a> {
    /// JSON, written into a string, perhaps broken off or empty.
    Quoted(Text<'a>),
    /// JSON.
    Object(Cow<'a, RawValue>),
    /// Free text for a tool that takes no JSON.
    Free(Text<'a>),
}

impl Args<'_> {
    /// As a JSON object, and whether it had to be bent into one.
    pub fn object(&self) -> (Cow<'_, str>, bool) {
        match self {
            Self::Object(raw) => object(Cow::Borrowed(raw.get())),
            Self::Quoted(text) => object(text.decode()),
            Self::Free(text) => (Cow::Owned(format!("{{\"input\":\"{}\"}}", text.escaped())), false),
        }
    }

    /// As JSON in a string.
    pub fn quoted(&self) -> Text<'_> {
        match self {
            Self::Quoted(text) if text.is_blank() => Text::plain("{}"),
            Self::Quoted(text) => text.borrowed(),
            Self::Object(raw) => Text::plain(raw.get()),
            Self::Free(_) => Text::plain(self.object().0.into_owned()),
        }
    }

    /// As the free text of a tool that takes no JSON: itself, or what an emulating function was given.
    pub fn free(&self) -> Text<'_> {
        if let Self::Free(text) = self {
            return text.borrowed();
        }
        let (object, _) = self.object();
        let input = crate::json::Members::read(object.as_bytes())
            .ok()
            .and_then(|members| Text::of(members.get("input").ok()??).map(Text::into_owned));
        input.unwrap_or_else(|| self.quoted())
    }
}

fn object(json: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    let trimmed = json.trim();
    if trimmed.is_empty() || trimmed == "null" {
        return (Cow::Borrowed("{}"), false);
    }
    match serde_json::from_str::<&RawValue>(trimmed) {
        Ok(_) if trimmed.starts_with('{') => (json, false),
        Ok(raw) => (Cow::Owned(format!("{{\"value\":{raw}}}")), true),
        // History that was cut off must not make the whole conversation fail.
        Err(_) => (Cow::Owned(format!("{{\"_raw\":\"{}\"}}", Text::plain(&*json).escaped())), true),
    }
}

/// What a tool answered.
#[derive(Debug, Clone)]
pub struct Outcome<'a> {
    pub id: Cow<'a, str>,
    /// The tool, where the dialect says it again.
    pub name: Option<Cow<'a, str>>,
    pub namespace: Option<Cow<'a, str>>,
    pub blocks: Vec<Block<'a>>,
    /// An object, where the dialect has one instead of text.
    pub json: Option<&'a RawValue>,
    pub is_error: bool,
    /// The answer to a tool that takes no JSON.
    pub is_free: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_an_object_whatever_they_are() {
        for (quoted, expected, bent) in [
            ("", "{}", false),
            ("  ", "{}", false),
            (r#"{"a": 1.0, "b":1e2}"#, r#"{"a": 1.0, "b":1e2}"#, false),
            ("7", r#"{"value":7}"#, true),
            (r#"{"a":"#, r#"{"_raw":"{\"a\":"}"#, true),
        ] {
            let args = Args::Quoted(Text::plain(quoted));
            assert_eq!(args.object(), (Cow::Borrowed(expected), bent), "{quoted}");
        }
    }

    #[test]
    fn free_text_travels_as_the_input_of_a_function_and_comes_back() {
        let args = Args::Free(Text::plain("*** Begin\n\"x\""));
        let (object, _) = args.object();
        assert_eq!(object, r#"{"input":"*** Begin\n\"x\""}"#);
        assert_eq!(Args::Quoted(Text::plain(&*object)).free().decode(), "*** Begin\n\"x\"");
    }

    #[test]
    fn data_in_an_address_is_taken_out_however_it_is_escaped() {
        for url in ["data:image/png;base64,a+/b", "data:image\\/png;base64,a+\\/b", "data:image/png;x=y;base64,a+ /b"] {
            let Source::Inline { mime, data } = Source::url(Text::cut(url)) else { panic!("{url}") };
            assert_eq!((&*mime, data.escaped()), ("image/png", "a+/b"), "{url}");
        }
        assert!(matches!(Source::url(Text::cut("https://x/y.png")), Source::Url(_)));
        assert!(matches!(Source::url(Text::cut("data:nonsense")), Source::Url(_)));
    }

    #[test]
    fn a_seal_in_a_strange_slot_is_known_again() {
        let seal = Seal { issuer: Issuer::Gemini, data: Text::plain("c2ln") };
        let slot = seal.envelope(&[Issuer::Messages]);
        assert_eq!(slot.escaped(), "aigw1.g.c2ln");
        assert_eq!(Seal::open(Issuer::Messages, slot), seal);
        assert_eq!(seal.envelope(&[Issuer::Gemini]).escaped(), "c2ln");
        let foreign = Seal::open(Issuer::Messages, Text::plain("aigw1.unknown.x"));
        assert_eq!(foreign.issuer, Issuer::Messages);
    }
}
