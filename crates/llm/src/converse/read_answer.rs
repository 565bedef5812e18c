//! Reads an answer in one piece.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Failure, Kind, Usage,
    json::Text,
    neutral::{Args, Block, Call, Choice, Content, Finish, Issuer, Reason, Reply, Seal, Thinking},
    read_failure,
    usage::{Told, count, is_plausible},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow, default)]
    output: Option<Output<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<Vec<Wire<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    tool_use: Option<Called<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Thought<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Called<'a> {
    #[serde(borrow, default)]
    pub(super) tool_use_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thought<'a> {
    #[serde(borrow, default)]
    reasoning_text: Option<ReasoningText<'a>>,
    #[serde(borrow, default)]
    redacted_content: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ReasoningText<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are named as they arrive")]
struct Counts {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_read_input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_input_tokens: Option<i64>,
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let answer: Answer<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}.")))?;
    let Some(output) = answer.output else { return Err(read_failure(502, body, None)) };
    let blocks = output.message.content.into_iter().flatten().filter_map(Wire::into_block).collect();
    let mut choice = Choice { blocks, finish: finish(answer.stop_reason.as_ref()), logprobs: None };
    choice.settle();
    Ok(Reply {
        id: Cow::Borrowed(""),
        model: Cow::Borrowed(""),
        created: None,
        choices: vec![choice],
        usage: usage(answer.usage),
    })
}

impl<'a> Wire<'a> {
    fn into_block(self) -> Option<Block<'a>> {
        if let Some(call) = self.tool_use {
            let args = call.input.map_or(Args::Quoted(Text::default()), |input| Args::Object(Cow::Borrowed(input)));
            let content = Content::Call(Call {
                id: call.tool_use_id.map(Text::into_decoded).unwrap_or_default(),
                name: call.name.map(Text::into_decoded).unwrap_or_default(),
                namespace: None,
                args,
                seal: None,
            });
            return Some(content.into());
        }
        if let Some(reasoning) = self.reasoning_content {
            let (text, seal) = match reasoning.reasoning_text {
                Some(words) => (words.text.unwrap_or_default(), words.signature),
                None => (Text::default(), reasoning.redacted_content),
            };
            let seal = seal.map(|data| Seal::open(Issuer::Converse, data));
            return Some(Content::Thinking(Thinking { text, is_summary: false, seal }).into());
        }
        self.text.map(Block::text)
    }
}

/// Why it ended, in answers and in streams.
pub(super) fn finish(word: Option<&Text<'_>>) -> Finish<'static> {
    let reason = match word.map(Text::decode).as_deref() {
        Some("tool_use") => Reason::ToolCalls,
        Some("max_tokens") => Reason::Length,
        // Which sequence it was isn't said.
        Some("stop_sequence") => Reason::StopSequence,
        Some("guardrail_intervened" | "content_filtered") => Reason::ContentFilter,
        Some("malformed_model_output" | "malformed_tool_use") => Reason::MalformedCall,
        Some("model_context_window_exceeded") => Reason::ContextFull,
        _ => Reason::Stop,
    };
    reason.into()
}

/// What caches hold is counted beside the input.
pub(super) fn usage(raw: Option<&RawValue>) -> Told {
    let Some(raw) = raw.filter(|raw| raw.get().starts_with('{')) else { return Told::Nothing };
    let Ok(counts) = serde_json::from_str::<Counts>(raw.get()) else { return Told::Anomalous };
    let (Some(input), Some(output)) = (counts.input_tokens, counts.output_tokens) else { return Told::Nothing };
    let [read, write] =
        [counts.cache_read_input_tokens, counts.cache_write_input_tokens].map(|tokens| tokens.unwrap_or(0));
    let usage = Usage {
        input: input.saturating_add(read).saturating_add(write),
        output,
        cache_read: read,
        cache_write: write,
        ..Usage::default()
    };
    if input >= 0 && is_plausible(&usage) { Told::Usage(usage) } else { Told::Anomalous }
}
