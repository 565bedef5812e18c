//! Writes the conversation as items.

use std::collections::HashMap;

use super::{own::Own, write_request::is_openai};
use crate::{
    Dialect, Failure,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{
        Args, Block, Call, Content, Issuer, Media, MediaKind, Only, Outcome, Role, Seal, Source, Thinking, Turn, fit_id,
    },
    write::{Draft, joined},
};

/// The items of one request.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Calls of the dialect's own tools, by id: what came of them is an item of its own kind.
    own: HashMap<String, &'static Own>,
}

/// The role of a message and what its texts are called.
const USER: (&str, &str) = ("user", "input_text");
const ASSISTANT: (&str, &str) = ("assistant", "output_text");

impl Input {
    pub(super) fn write(
        mut self,
        draft: &mut Draft<'_, '_>,
        turns: &[Turn<'_>],
        list: &mut Array<'_>,
    ) -> Result<(), Failure> {
        for turn in turns {
            match turn.role {
                Role::System => message(draft, turn, ("system", "input_text"), &turn.blocks, list)?,
                Role::Developer => message(draft, turn, ("developer", "input_text"), &turn.blocks, list)?,
                Role::User => self.user(draft, turn, list)?,
                Role::Assistant => self.assistant(draft, turn, list)?,
            }
        }
        Ok(())
    }

    /// What tools answered comes first: it belongs to the calls.
    fn user(&mut self, draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
        let mut said = Vec::new();
        for block in &turn.blocks {
            match &block.content {
                Content::Outcome(outcome) => self.outcome(draft, turn, block, outcome, list)?,
                Content::Only(only) if is_item(draft, only) => drop(list.raw(only.json.get())),
                _ => said.push(block),
            }
        }
        message(draft, turn, USER, said, list)
    }

    fn assistant(&mut self, draft: &mut Draft<'_, '_>, turn: &Turn<'_>, list: &mut Array<'_>) -> Result<(), Failure> {
        let mut blocks = turn.blocks.iter().peekable();
        while let Some(block) = blocks.next() {
            match &block.content {
                Content::Text { .. } | Content::Refusal(_) => {
                    let mut said = vec![block];
                    while let Some(next) =
                        blocks.next_if(|next| matches!(next.content, Content::Text { .. } | Content::Refusal(_)))
                    {
                        said.push(next);
                    }
                    message(draft, turn, ASSISTANT, said, list)?;
                }
                Content::Thinking(thinking) => thought(draft, thinking, list),
                Content::Call(call) => self.call(draft, turn, block, call, list)?,
                Content::Only(only) if is_item(draft, only) => drop(list.raw(only.json.get())),
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Media(_) | Content::Outcome(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        draft: &mut Draft<'_, '_>,
        turn: &Turn<'_>,
        block: &Block<'_>,
        call: &Call<'_>,
        list: &mut Array<'_>,
    ) -> Result<(), Failure> {
        let id = call_id(draft, &call.id).to_string();
        if let Some(own) = Own::of(&call.name, call.namespace.as_deref()) {
            let (args, bent) = call.args.object();
            if bent {
                draft.losses.approximated(draft.place(turn, block), "arguments aren't a JSON object")?;
            }
            let mut item = list.object();
            item.str("type", &format!("{}_call", own.name)).str("call_id", &id);
            item.raw(own.args, &own.payload(&args)).str("status", "completed");
            self.own.insert(id, own);
            return Ok(());
        }
        let is_own = draft.request.origin == Dialect::Responses;
        let name = draft.sent_name(&call.name, call.namespace.as_deref().filter(|_| !is_own));
        let mut item = list.object();
        match &call.args {
            Args::Free(input) => {
                item.str("type", "custom_tool_call").str("call_id", &id).str("name", &name).text("input", input);
            }
            args => {
                item.str("type", "function_call").str("call_id", &id).str("name", &name);
                item.text("arguments", &args.quoted());
            }
        }
        if let Some(namespace) = call.namespace.as_ref().filter(|_| is_own) {
            item.str("namespace", namespace);
        }
        Ok(())
    }

    fn outcome(
        &self,
        draft: &mut Draft<'_, '_>,
        turn: &Turn<'_>,
        block: &Block<'_>,
        outcome: &Outcome<'_>,
        list: &mut Array<'_>,
    ) -> Result<(), Failure> {
        let id = call_id(draft, &outcome.id);
        let own = self.own.get(&*id).copied();
        let mut text = joined(outcome.blocks.iter(), "\n").into_owned();
        if let (true, Some(json)) = (text.is_empty(), outcome.json) {
            text = Text::plain(json.get()).into_owned();
        }
        let mut item = list.object();
        let kind = match own {
            Some(own) => format!("{}_call_output", own.name),
            None if outcome.is_free => "custom_tool_call_output".to_owned(),
            None => "function_call_output".to_owned(),
        };
        item.str("type", &kind).str("call_id", &id);
        if own.is_some() {
            if outcome.is_error {
                item.str("status", "failed");
            }
            match text.decode() {
                list if list.starts_with('[') && serde_json::from_str::<serde::de::IgnoredAny>(&list).is_ok() => {
                    item.raw("output", &list);
                }
                _ => drop(item.text("output", &text)),
            }
            return Ok(());
        }
        let marks = outcome.is_error && !text.escaped().starts_with("Error");
        if outcome.blocks.iter().any(|block| matches!(block.content, Content::Media(_))) {
            let mut parts = item.array("output");
            if marks {
                text_part(&mut parts, "input_text", &Text::plain("Error:"));
            }
            for inner in &outcome.blocks {
                match &inner.content {
                    Content::Text { text, .. } if !text.is_empty() => text_part(&mut parts, "input_text", text),
                    Content::Media(media) => media_part(draft, &draft.place(turn, block), media, &mut parts)?,
                    _ => {}
                }
            }
            return Ok(());
        }
        if marks {
            let mut marked = Text::plain("Error: ").into_owned();
            marked.push(&text);
            text = marked;
        }
        item.text("output", &text);
        Ok(())
    }
}

/// Other dialects' ids may be longer than this one takes.
fn call_id<'i>(draft: &Draft<'_, '_>, id: &'i str) -> std::borrow::Cow<'i, str> {
    if draft.request.origin == Dialect::Responses { id.into() } else { fit_id(id) }
}

/// Whether it is an item of this dialect. Parts of messages have names that begin so.
fn is_item(draft: &Draft<'_, '_>, only: &Only<'_>) -> bool {
    draft.request.origin == Dialect::Responses
        && !["input_", "output_"].iter().any(|start| only.name.starts_with(start))
}

/// Thinking goes back only with this provider's own seal. Its id stays behind: the provider kept nothing by that name.
fn thought(draft: &Draft<'_, '_>, thinking: &Thinking<'_>, list: &mut Array<'_>) {
    let seal = match &thinking.seal {
        Some(Seal { issuer: Issuer::Responses, data }) => Some(data),
        // Servers with open models want their thoughts back, and seal nothing.
        _ if draft.target.quirks.thinking_history && !thinking.text.is_empty() => None,
        _ => return,
    };
    let mut item = list.object();
    item.str("type", "reasoning");
    write_thought(&thinking.text, thinking.is_summary, &mut item);
    if let Some(data) = seal {
        item.text("encrypted_content", data);
    }
}

/// A thought in short, or as it was.
pub(super) fn write_thought(text: &Text<'_>, is_summary: bool, item: &mut Object<'_>) {
    {
        let mut summary = item.array("summary");
        if is_summary && !text.is_empty() {
            summary.object().str("type", "summary_text").text("text", text);
        }
    }
    if !is_summary && !text.is_empty() {
        item.array("content").object().str("type", "reasoning_text").text("text", text);
    }
}

fn message<'b, 'a: 'b>(
    draft: &mut Draft<'_, '_>,
    turn: &Turn<'_>,
    (role, kind): (&str, &str),
    blocks: impl IntoIterator<Item = &'b Block<'a>>,
    list: &mut Array<'_>,
) -> Result<(), Failure> {
    let is_empty = |block: &&Block<'_>| matches!(&block.content, Content::Text { text, .. } if text.is_empty());
    let mut blocks = blocks.into_iter().filter(|block| !is_empty(block)).peekable();
    if blocks.peek().is_none() {
        return Ok(());
    }
    let mut written = bytes::BytesMut::new();
    {
        let mut parts = Array::new(&mut written);
        for block in blocks {
            match &block.content {
                Content::Refusal(text) if role == ASSISTANT.0 => {
                    parts.object().str("type", "refusal").text("refusal", text);
                }
                Content::Text { text, .. } | Content::Refusal(text) => text_part(&mut parts, kind, text),
                Content::Media(media) => media_part(draft, &draft.place(turn, block), media, &mut parts)?,
                Content::Only(only) if draft.request.origin == Dialect::Responses => {
                    parts.raw(only.json.get());
                }
                Content::Only(only) => draft.only_block(turn, block, only)?,
                Content::Thinking(_) | Content::Call(_) | Content::Outcome(_) => {
                    draft.losses.dropped(draft.place(turn, block), "unsupported")?;
                }
            }
        }
    }
    if &written[..] != b"[]" {
        let mut item = list.object();
        item.str("type", "message").str("role", role);
        item.member("content").extend_from_slice(&written);
    }
    Ok(())
}

fn text_part(parts: &mut Array<'_>, kind: &str, text: &Text<'_>) {
    parts.object().str("type", kind).text("text", text);
}

fn media_part(draft: &Draft<'_, '_>, place: &str, media: &Media<'_>, parts: &mut Array<'_>) -> Result<(), Failure> {
    if let Source::Text(text) = &media.source {
        let mut whole = media.name.clone().unwrap_or_default().into_owned();
        if !whole.is_empty() {
            whole.push(&Text::plain("\n\n"));
        }
        whole.push(text);
        text_part(parts, "input_text", &whole);
        return Ok(());
    }
    let is_foreign_file = matches!(media.source, Source::File(_)) && !is_openai(draft.request.origin);
    if is_foreign_file || media.kind == MediaKind::Video {
        return Err(crate::neutral::rejected(place));
    }
    let mut part = parts.object();
    match (media.kind, &media.source) {
        (MediaKind::Image, source) => {
            part.str("type", "input_image");
            let member = if matches!(source, Source::File(_)) { "file_id" } else { "image_url" };
            part.text(member, &source.address()).text("detail", media.detail.as_ref().unwrap_or(&Text::plain("auto")));
        }
        (MediaKind::Audio, Source::Inline { mime, data }) => {
            let format = match &**mime {
                "audio/x-wav" | "audio/wave" => "wav",
                "audio/mpeg" => "mp3",
                other => other.strip_prefix("audio/").unwrap_or(other),
            };
            part.str("type", "input_audio").object("input_audio").text("data", data).str("format", format);
        }
        (_, source) => {
            part.str("type", "input_file");
            match source {
                Source::Inline { .. } => {
                    part.text("filename", media.name.as_ref().unwrap_or(&Text::plain("document.pdf")));
                    part.text("file_data", &source.address());
                }
                Source::File(id) => drop(part.text("file_id", id)),
                _ => drop(part.text("file_url", &source.address())),
            }
        }
    }
    Ok(())
}
