//! Reads an answer in one piece, and the items that streams tell again when they are whole.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    own::{NAMESPACE, Own},
    read_input::paragraphs,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{
        Args, Block, Call, Choice, Citation, Content, Finish, Issuer, Lost, Media, MediaKind, Only, Reason, Reply,
        Seal, Source, Thinking,
    },
    read_failure, usage,
};

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    incomplete_details: Option<Incomplete<'a>>,
    #[serde(borrow, default)]
    output: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Incomplete<'a> {
    #[serde(borrow, default)]
    reason: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    call_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    namespace: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<Text<'a>>,
    #[serde(borrow, default)]
    content: Option<Vec<Part<'a>>>,
    #[serde(borrow, default)]
    summary: Option<Vec<Part<'a>>>,
    #[serde(borrow, default)]
    encrypted_content: Option<Text<'a>>,
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    operation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<Text<'a>>,
    #[serde(borrow, default)]
    output_format: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    annotations: Option<Vec<Annotation<'a>>>,
    #[serde(borrow, default)]
    logprobs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Annotation<'a> {
    #[serde(borrow, default)]
    url: Option<Text<'a>>,
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
    #[serde(default)]
    start_index: Option<usize>,
    #[serde(default)]
    end_index: Option<usize>,
}

impl<'a> Annotation<'a> {
    /// Only what has an address can be said elsewhere.
    pub(super) fn into_citation(self) -> Option<Citation<'a>> {
        let span = self.start_index.zip(self.end_index);
        Some(Citation { url: self.url?, title: self.title, quoted: None, span })
    }
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let unreadable = |error: serde_json::Error| {
        Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}."))
    };
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(unreadable)?;
    let status = answer.status.as_ref().map(Text::decode).unwrap_or_default();
    if let Some(error) = answer.error.filter(|_| status == "failed" || answer.output.is_none()) {
        return Err(read_failure(502, error.get().as_bytes(), None));
    }
    let Some(output) = answer.output else {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    };
    if matches!(&*status, "failed" | "cancelled" | "queued" | "in_progress") {
        let message = format!("The provider didn't finish its answer: it is {status}.");
        return Err(Failure::new(Kind::BadGateway, message));
    }
    let mut choice = Choice::default();
    let mut logprobs: Option<&RawValue> = None;
    for raw in output {
        let item: Item<'_> = serde_json::from_str(raw.get()).map_err(unreadable)?;
        logprobs = logprobs.or_else(|| item.logprobs());
        choice.blocks.extend(item.into_contents(raw).into_iter().map(Block::from));
    }
    choice.logprobs = logprobs.map(|list| {
        let json = format!(r#"{{"content":{list},"refusal":null}}"#);
        Cow::Owned(RawValue::from_string(json).expect("a list of JSON in an object is JSON"))
    });
    let refuses = choice.blocks.iter().any(|block| matches!(block.content, Content::Refusal(_)));
    choice.finish = finish(&status, answer.incomplete_details, refuses);
    choice.settle();
    Ok(Reply {
        id: answer.id.map(Text::into_decoded).unwrap_or_default(),
        model: answer.model.map(Text::into_decoded).unwrap_or_default(),
        created: seconds(answer.created_at),
        choices: vec![choice],
        usage: usage::read_responses(answer.usage),
    })
}

/// A time, which some say with a fraction.
pub(super) fn seconds(raw: Option<&RawValue>) -> Option<i64> {
    let text = raw?.get();
    text.split('.').next()?.parse().ok()
}

/// Why an answer ends, in answers and in streams.
pub(super) fn finish(status: &str, incomplete: Option<Incomplete<'_>>, refuses: bool) -> Finish<'static> {
    if status != "incomplete" {
        return if refuses { Reason::Refusal } else { Reason::Stop }.into();
    }
    match &*incomplete.and_then(|incomplete| incomplete.reason).map(Text::into_decoded).unwrap_or_default() {
        "content_filter" => Reason::ContentFilter,
        _ => Reason::Length,
    }
    .into()
}

impl<'a> Item<'a> {
    pub(super) fn kind(&self) -> Cow<'_, str> {
        self.kind.as_ref().map(Text::decode).unwrap_or_default()
    }

    /// How likely each token of its first text was.
    fn logprobs(&self) -> Option<&'a RawValue> {
        let raw = self.content.as_ref()?.iter().find_map(|part| part.logprobs)?;
        (raw.get().starts_with('[') && raw.get() != "[]").then_some(raw)
    }

    /// What it says, with a place each: parts of a message come one by one in a stream.
    pub(super) fn into_contents(self, raw: &'a RawValue) -> Vec<Content<'a>> {
        let kind = self.kind().into_owned();
        match &*kind {
            "message" => self.content.into_iter().flatten().map(Part::into_content).collect(),
            "reasoning" => self.into_thinking().map(Content::Thinking).into_iter().collect(),
            "image_generation_call" => {
                let format = self.output_format.map_or("png".into(), Text::into_decoded);
                let image = self.result.filter(|data| !data.is_empty()).map(|data| {
                    let mime = Cow::Owned(format!("image/{format}"));
                    Content::Media(Media::new(MediaKind::Image, Source::Inline { mime, data }))
                });
                image.into_iter().collect()
            }
            kind => match self.into_call(kind) {
                Some(call) => vec![Content::Call(call)],
                None => vec![Content::Only(Only { name: Cow::Owned(kind.to_owned()), json: raw, lost: Lost::Silent })],
            },
        }
    }

    fn into_thinking(self) -> Option<Thinking<'a>> {
        let seal = self.encrypted_content.filter(|data| !data.is_empty());
        let seal = seal.map(|data| Seal::open(Issuer::Responses, data));
        let full = paragraphs(self.content.into_iter().flatten().filter_map(|part| part.text));
        let is_summary = full.is_empty();
        let short = self.summary.into_iter().flatten().filter_map(|part| part.text);
        let text = if is_summary { paragraphs(short) } else { full };
        (seal.is_some() || !text.is_empty()).then_some(Thinking { text, is_summary, seal })
    }

    /// The call that it is, if it is one that clients answer.
    pub(super) fn into_call(self, kind: &str) -> Option<Call<'a>> {
        let id = self.call_id.or(self.id).map(Text::into_decoded).unwrap_or_default();
        if let Some(own) = Own::of_call(kind) {
            let args = if own.args == "action" { self.action } else { self.operation };
            let args = args.map_or(Args::Quoted(Text::default()), |raw| Args::Object(Cow::Borrowed(raw)));
            return Some(Call { id, name: own.name.into(), namespace: Some(NAMESPACE.into()), args, seal: None });
        }
        let args = match kind {
            "custom_tool_call" => Args::Free(self.input.unwrap_or_default()),
            "function_call" => match self.arguments {
                None => Args::Quoted(Text::default()),
                Some(raw) => Text::of(raw).map_or(Args::Object(Cow::Borrowed(raw)), Args::Quoted),
            },
            _ => return None,
        };
        let name = self.name.map(Text::into_decoded).unwrap_or_default();
        let namespace = self.namespace.map(Text::into_decoded).filter(|namespace| !namespace.is_empty());
        Some(Call { id, name, namespace, args, seal: None })
    }
}

impl<'a> Part<'a> {
    fn into_content(self) -> Content<'a> {
        if let Some(refusal) = self.refusal {
            return Content::Refusal(refusal);
        }
        let citations = self.annotations.into_iter().flatten().filter_map(Annotation::into_citation).collect();
        Content::Text { text: self.text.unwrap_or_default(), citations }
    }
}
