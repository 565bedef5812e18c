//! Reads an answer in one piece; a stream's lines are such answers too.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Failure, Kind, Usage,
    json::Text,
    neutral::{Args, Block, Call, Choice, Content, Finish, Media, MediaKind, Reason, Reply, Source, Thinking},
    read_failure,
    usage::{Told, count, is_plausible},
};

#[derive(Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(super) model: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) message: Option<Message<'a>>,
    #[serde(default)]
    pub(super) done: bool,
    #[serde(borrow, default)]
    pub(super) done_reason: Option<Text<'a>>,
    #[serde(default, deserialize_with = "count")]
    prompt_eval_count: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    eval_count: Option<i64>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) content: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<ToolCall<'a>>>,
    #[serde(borrow, default)]
    pub(super) images: Option<Vec<Text<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct ToolCall<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let answer: Answer<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}.")))?;
    if answer.error.is_some() {
        return Err(read_failure(502, body, None));
    }
    let (usage, finish) = (answer.usage(), answer.finish());
    let Some(message) = answer.message else {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    };
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let thinking = message.thinking.filter(|text| !text.is_empty());
    blocks.extend(thinking.map(|text| Content::Thinking(Thinking { text, ..Thinking::default() }).into()));
    blocks.extend(message.content.filter(|text| !text.is_empty()).map(Block::text));
    blocks.extend(message.images.into_iter().flatten().map(|data| Content::Media(picture(data)).into()));
    let calls = message.tool_calls.into_iter().flatten();
    blocks.extend(calls.map(|call| Content::Call(call.into_call()).into()));
    let mut choice = Choice { blocks, finish, logprobs: None };
    choice.settle();
    Ok(Reply {
        id: Cow::Borrowed(""),
        model: answer.model.map(Text::into_decoded).unwrap_or_default(),
        created: None,
        choices: vec![choice],
        usage,
    })
}

pub(super) fn picture(data: Text<'_>) -> Media<'_> {
    Media::new(MediaKind::Image, Source::Inline { mime: Cow::Borrowed("image/png"), data })
}

impl<'a> ToolCall<'a> {
    pub(super) fn into_call(self) -> Call<'a> {
        let args = match self.function.arguments {
            None => Args::Quoted(Text::default()),
            Some(raw) => Text::of(raw).map_or(Args::Object(Cow::Borrowed(raw)), Args::Quoted),
        };
        Call {
            id: self.id.map(Text::into_decoded).unwrap_or_default(),
            name: self.function.name.into_decoded(),
            namespace: None,
            args,
            seal: None,
        }
    }
}

impl Answer<'_> {
    /// A prompt that came from the cache may not be counted: then nothing is known of it.
    pub(super) fn usage(&self) -> Told {
        let (Some(input), Some(output)) = (self.prompt_eval_count, self.eval_count) else { return Told::Nothing };
        let usage = Usage { input, output, ..Usage::default() };
        if is_plausible(&usage) { Told::Usage(usage) } else { Told::Anomalous }
    }

    pub(super) fn finish(&self) -> Finish<'static> {
        match self.done_reason.as_ref().map(Text::decode).as_deref() {
            Some("length") => Reason::Length.into(),
            _ => Reason::Stop.into(),
        }
    }
}
