//! Reads an answer in one piece.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::read_request::{ReasoningDetail, ThinkingBlock, ToolCall};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Block, Choice, Citation, Content, Finish, Media, MediaKind, Reason, Reply, Source, Thinking},
    read_failure, usage,
};

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(default)]
    created: Option<i64>,
    #[serde(borrow, default)]
    choices: Option<Vec<Wire<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    logprobs: Option<&'a RawValue>,
    /// The sequence that stopped it, as some servers say.
    #[serde(borrow, default)]
    stop_reason: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    thinking_blocks: Option<Vec<ThinkingBlock<'a>>>,
    #[serde(borrow, default)]
    reasoning_details: Option<Vec<ReasoningDetail<'a>>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow, default)]
    function_call: Option<super::read_request::CalledFunction<'a>>,
    #[serde(borrow, default)]
    annotations: Option<Vec<Annotation<'a>>>,
    #[serde(borrow, default)]
    images: Option<Vec<Image<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct Annotation<'a> {
    #[serde(borrow, default)]
    url_citation: Option<UrlCitation<'a>>,
}

#[derive(Deserialize)]
struct UrlCitation<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
    #[serde(default)]
    start_index: Option<usize>,
    #[serde(default)]
    end_index: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct Image<'a> {
    #[serde(borrow)]
    image_url: ImageUrl<'a>,
}

#[derive(Deserialize)]
struct ImageUrl<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

/// A part of a content that is a list.
#[derive(Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<&'a RawValue>,
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let answer: Answer<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}.")))?;
    let choices = answer.choices.unwrap_or_default();
    // Some providers fail with status 200.
    if answer.error.is_some() && choices.is_empty() {
        return Err(read_failure(502, body, None));
    }
    if choices.is_empty() {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    }
    Ok(Reply {
        id: answer.id.map(Text::into_decoded).unwrap_or_default(),
        model: answer.model.map(Text::into_decoded).unwrap_or_default(),
        created: answer.created,
        choices: choices.into_iter().map(Wire::into_choice).collect(),
        usage: usage::read(answer.usage),
    })
}

impl<'a> Wire<'a> {
    fn into_choice(self) -> Choice<'a> {
        let message = self.message.unwrap_or_default();
        let mut blocks: Vec<Block<'a>> = Vec::new();
        if let Some(thinking) = message.thinking_blocks {
            blocks.extend(thinking.into_iter().map(ThinkingBlock::into_block));
        } else {
            let text = message.reasoning_content.or(message.reasoning).and_then(Text::of);
            let thinking = text.filter(|text| !text.is_empty()).map(|text| Thinking { text, ..Thinking::default() });
            blocks.extend(thinking.map(|thinking| Content::Thinking(thinking).into()));
        }
        blocks
            .extend(message.reasoning_details.unwrap_or_default().into_iter().filter_map(ReasoningDetail::into_block));
        blocks.extend(message.content.into_iter().flat_map(content));
        let citations = message.annotations.unwrap_or_default().into_iter().filter_map(Annotation::into_citation);
        if let Some(Content::Text { citations: cited, .. }) = blocks.last_mut().map(|block| &mut block.content) {
            cited.extend(citations);
        }
        blocks.extend(message.refusal.filter(|text| !text.is_empty()).map(|text| Content::Refusal(text).into()));
        blocks.extend(
            message.images.unwrap_or_default().into_iter().map(|image| Content::Media(image.into_media()).into()),
        );
        let legacy = message.function_call.map(|function| function.into_call("call_function".into(), None));
        let calls = message.tool_calls.unwrap_or_default().into_iter().map(ToolCall::into_call).chain(legacy);
        blocks.extend(calls.map(|call| Content::Call(call).into()));
        let sequence = self.stop_reason.and_then(Text::of);
        let reason = self.finish_reason.as_ref().and_then(|word| reason(&word.decode())).unwrap_or_default();
        let reason = if sequence.is_some() && reason == Reason::Stop { Reason::StopSequence } else { reason };
        let finish = Finish { reason, sequence, explanation: None };
        let mut choice = Choice { blocks, finish, logprobs: self.logprobs.map(Cow::Borrowed) };
        choice.settle();
        choice
    }
}

/// A content: a text, or parts, some of which some providers think in.
fn content(raw: &RawValue) -> Vec<Block<'_>> {
    if let Some(text) = Text::of(raw) {
        return if text.is_empty() { Vec::new() } else { vec![Block::text(text)] };
    }
    let parts: Vec<Part<'_>> = serde_json::from_str(raw.get()).unwrap_or_default();
    parts.into_iter().filter_map(Part::into_content).map(Block::from).collect()
}

impl<'a> Part<'a> {
    pub(super) fn into_content(self) -> Option<Content<'a>> {
        if let Some(thinking) = self.thinking {
            let text = Text::of(thinking).unwrap_or_else(|| {
                let parts: Vec<Part<'_>> = serde_json::from_str(thinking.get()).unwrap_or_default();
                let mut all = Text::default();
                for text in parts.into_iter().filter_map(|part| part.text) {
                    all.push(&text);
                }
                all
            });
            return Some(Content::Thinking(Thinking { text, ..Thinking::default() }));
        }
        match (self.text, self.refusal) {
            (Some(text), _) => Some(Content::Text { text, citations: Vec::new() }),
            (None, refusal) => refusal.map(Content::Refusal),
        }
    }
}

impl<'a> Annotation<'a> {
    pub(super) fn into_citation(self) -> Option<Citation<'a>> {
        let cited = self.url_citation?;
        let span = cited.start_index.zip(cited.end_index);
        Some(Citation { url: cited.url, title: cited.title, quoted: None, span })
    }
}

impl<'a> Image<'a> {
    pub(super) fn into_media(self) -> Media<'a> {
        Media::new(MediaKind::Image, Source::url(self.image_url.url))
    }
}

/// Why it ended. Nothing for nothing and for an empty word, which some send with each chunk.
pub(super) fn reason(word: &str) -> Option<Reason> {
    Some(match word {
        "" => return None,
        "length" | "model_length" | "insufficient_system_resource" => Reason::Length,
        "tool_calls" | "function_call" => Reason::ToolCalls,
        "content_filter" | "sensitive" => Reason::ContentFilter,
        _ => Reason::Stop,
    })
}
