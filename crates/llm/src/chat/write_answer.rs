//! Writes an answer in one piece.

use bytes::{Bytes, BytesMut};

use crate::{
    Asked, Usage,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Args, Call, Choice, Citation, Content, Finish, Issuer, Media, Reason, Reply, Seal, Thinking},
};

/// Writes an answer's body.
pub(crate) fn write_answer(reply: &Reply<'_>, asked: &Asked) -> Bytes {
    let mut out = BytesMut::with_capacity(1_024);
    {
        let mut body = Object::new(&mut out);
        body.str("id", &id(&reply.id, asked)).str("object", "chat.completion");
        body.int("created", reply.created.unwrap_or(asked.created));
        body.str("model", if reply.model.is_empty() { &asked.model } else { &reply.model });
        {
            let mut choices = body.array("choices");
            for (at, choice) in reply.choices.iter().enumerate() {
                let mut item = choices.object();
                item.int("index", i64::try_from(at).unwrap_or(0));
                message(choice, asked, &mut item.object("message"));
                match &choice.logprobs {
                    Some(logprobs) => item.raw("logprobs", logprobs.get()),
                    None => item.null("logprobs"),
                };
                item.str("finish_reason", finish_reason(choice.finish.reason, asked));
                stop_reason(&choice.finish, &mut item);
            }
        }
        if let Some(usage) = reply.usage() {
            write_usage(&usage, &mut body.object("usage"));
        }
    }
    out.freeze()
}

fn message(choice: &Choice<'_>, asked: &Asked, message: &mut Object<'_>) {
    message.str("role", "assistant");
    let (mut text, mut refusal, mut thoughts) = (Text::default(), Text::default(), Text::default());
    let mut citations: Vec<(usize, &Citation<'_>, usize)> = Vec::new();
    let mut length = 0;
    for block in &choice.blocks {
        match &block.content {
            Content::Text { text: more, citations: cited } => {
                text.push(more);
                let start = length;
                if !cited.is_empty() {
                    length = text.decode().chars().count();
                    citations.extend(cited.iter().map(|citation| (start, citation, length)));
                }
            }
            Content::Refusal(more) => refusal.push(more),
            Content::Thinking(thinking) => thoughts.push(&thinking.text),
            _ => {}
        }
    }
    if let Some(explanation) = &choice.finish.explanation {
        refusal.push(explanation);
    }
    let calls = || {
        choice.blocks.iter().filter_map(|block| match &block.content {
            Content::Call(call) => Some(call),
            _ => None,
        })
    };
    if text.is_empty() && (calls().next().is_some() || !refusal.is_empty()) {
        message.null("content");
    } else {
        message.text("content", &text);
    }
    if refusal.is_empty() {
        message.null("refusal");
    } else {
        message.text("refusal", &refusal);
    }
    if !thoughts.is_empty() {
        message.text("reasoning_content", &thoughts);
    }
    seals(choice, message);
    if !citations.is_empty() {
        let mut list = message.array("annotations");
        for (start, citation, end) in citations {
            annotation(citation, (start, end), &mut list);
        }
    }
    let media = choice.blocks.iter().filter_map(|block| match &block.content {
        Content::Media(media) => Some(media),
        _ => None,
    });
    let media: Vec<_> = media.collect();
    if !media.is_empty() {
        images(&media, message);
    }
    if asked.legacy_functions {
        if let Some(call) = calls().next() {
            message.object("function_call").str("name", &call.name).text("arguments", &call.args.quoted());
        }
    } else if calls().next().is_some() {
        let mut list = message.array("tool_calls");
        for call in calls() {
            tool_call(call, &mut list);
        }
    }
}

/// Seals, in the slots that clients know which hand them back.
fn seals(choice: &Choice<'_>, message: &mut Object<'_>) {
    let thinking = || {
        choice.blocks.iter().filter_map(|block| match &block.content {
            Content::Thinking(thinking) => thinking.seal.as_ref().map(|seal| (thinking, seal)),
            _ => None,
        })
    };
    let is_encrypted = |seal: &Seal<'_>| seal.issuer == Issuer::Responses;
    if thinking().any(|(_, seal)| !is_encrypted(seal)) {
        let mut list = message.array("thinking_blocks");
        for (thinking, seal) in thinking().filter(|(_, seal)| !is_encrypted(seal)) {
            thinking_block(thinking, seal, &mut list);
        }
    }
    if thinking().any(|(_, seal)| is_encrypted(seal)) {
        let mut list = message.array("reasoning_details");
        for (_, seal) in thinking().filter(|(_, seal)| is_encrypted(seal)) {
            list.object().str("type", "reasoning.encrypted").text("data", &seal.data);
        }
    }
}

pub(super) fn thinking_block(thinking: &Thinking<'_>, seal: &Seal<'_>, list: &mut Array<'_>) {
    let mut item = list.object();
    if seal.issuer == Issuer::MessagesRedacted {
        item.str("type", "redacted_thinking").text("data", &seal.data);
    } else {
        item.str("type", "thinking").text("thinking", &thinking.text);
        item.text("signature", &seal.envelope(&[Issuer::Messages]));
    }
}

pub(super) fn annotation(citation: &Citation<'_>, whole: (usize, usize), list: &mut Array<'_>) {
    let (start, end) = citation.span.map_or(whole, |(start, end)| (whole.0 + start, whole.0 + end));
    let mut item = list.object();
    item.str("type", "url_citation");
    let mut cited = item.object("url_citation");
    cited.text("url", &citation.url).text("title", citation.title.as_ref().unwrap_or(&Text::default()));
    cited.int("start_index", i64::try_from(start).unwrap_or(0)).int("end_index", i64::try_from(end).unwrap_or(0));
}

/// Pictures, where vendors put them that answer with some.
pub(super) fn images(media: &[&Media<'_>], message: &mut Object<'_>) {
    let mut list = message.array("images");
    for media in media {
        let mut item = list.object();
        item.str("type", "image_url");
        item.object("image_url").text("url", &media.source.address());
    }
}

fn tool_call(call: &Call<'_>, list: &mut Array<'_>) {
    let mut item = list.object();
    item.str("id", &call.id);
    if let Args::Free(input) = &call.args {
        item.str("type", "custom");
        item.object("custom").str("name", &call.name).text("input", input);
        return;
    }
    item.str("type", "function");
    item.object("function").str("name", &call.name).text("arguments", &call.args.quoted());
    if let Some(seal) = call.seal.as_ref().filter(|seal| seal.issuer == Issuer::Gemini) {
        item.object("extra_content").object("google").text("thought_signature", &seal.data);
    }
}

/// The answer's id, as this dialect's clients expect one to look.
pub(super) fn id(id: &str, asked: &Asked) -> String {
    if id.starts_with("chatcmpl-") {
        return id.to_owned();
    }
    let rest = if id.is_empty() { &asked.id } else { id };
    format!("chatcmpl-{rest}")
}

pub(super) const fn finish_reason(reason: Reason, asked: &Asked) -> &'static str {
    match reason {
        Reason::Stop | Reason::StopSequence | Reason::Pause | Reason::MalformedCall => "stop",
        Reason::Length | Reason::ContextFull => "length",
        Reason::ToolCalls if asked.legacy_functions => "function_call",
        Reason::ToolCalls => "tool_calls",
        Reason::ContentFilter | Reason::Refusal => "content_filter",
    }
}

/// The sequence that stopped it: a member that one family of servers has.
pub(super) fn stop_reason(finish: &Finish<'_>, choice: &mut Object<'_>) {
    if let Some(sequence) = &finish.sequence {
        choice.text("stop_reason", sequence);
    }
}

pub(super) fn write_usage(usage: &Usage, out: &mut Object<'_>) {
    out.int("prompt_tokens", usage.input).int("completion_tokens", usage.output);
    out.int("total_tokens", usage.input.saturating_add(usage.output));
    {
        let mut input = out.object("prompt_tokens_details");
        input.int("cached_tokens", usage.cache_read);
        if usage.cache_write > 0 {
            input.int("cache_write_tokens", usage.cache_write);
        }
        input.int("audio_tokens", usage.input_audio);
    }
    let mut output = out.object("completion_tokens_details");
    output.int("reasoning_tokens", usage.reasoning).int("audio_tokens", usage.output_audio);
}
