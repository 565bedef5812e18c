//! Reads the items of a request's input. What the model said between two words of others is one turn, and so is what its tools
//! answered, however many items it is here.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{
    own::{NAMESPACE, Own},
    read_tools,
};
use crate::{
    Failure,
    json::{Text, wire},
    neutral::{
        Args, Block, Call, Content, Issuer, Lost, Media, MediaKind, Only, Outcome, Request, Role, Seal, Source,
        Thinking, Turn, is_base64_data,
    },
    read::{invalid, parse},
};

wire! {
    struct Item<'a> {
        kind as "type": Text<'a>,
        role: Text<'a>,
        content: &'a RawValue,
        id: Text<'a>,
        call_id: Text<'a>,
        name: Text<'a>,
        namespace: Text<'a>,
        arguments: &'a RawValue,
        input: Text<'a>,
        output: &'a RawValue,
        status: Text<'a>,
        summary: Vec<Part<'a>>,
        encrypted_content: Text<'a>,
        action: &'a RawValue,
        operation: &'a RawValue,
        tools: &'a RawValue,
    }
}

wire! {
    struct Part<'a> {
        kind as "type": Text<'a>,
        text: Text<'a>,
        refusal: Text<'a>,
        image_url: Text<'a>,
        file_url: Text<'a>,
        file_data: Text<'a>,
        file_id: Text<'a>,
        filename: Text<'a>,
        detail: Text<'a>,
        input_audio: Audio<'a>,
    }
}

wire! {
    struct Audio<'a> { data: Text<'a>, format: Text<'a> }
}

/// Reads the member `input`: a text, or items.
pub(super) fn read_input<'a>(raw: &'a RawValue, request: &mut Request<'a>) -> Result<(), Failure> {
    if let Some(text) = Text::of(raw) {
        request.turns.push(Turn::new(Role::User, 0).with(vec![Block::text(text)]));
        return Ok(());
    }
    let items: Vec<&RawValue> = parse(raw, || "input".to_owned())?;
    request.turns.reserve(items.len());
    for (at, raw) in items.into_iter().enumerate() {
        item(raw, at, request)?;
    }
    Ok(())
}

fn item<'a>(raw: &'a RawValue, at: usize, request: &mut Request<'a>) -> Result<(), Failure> {
    let item: Item<'_> = parse(raw, || format!("input[{at}]"))?;
    let kind = item.kind.as_ref().map(Text::decode).unwrap_or_default();
    match &*kind {
        "" | "message" => item.message(at, &mut request.turns)?,
        "reasoning" => {
            if let Some(thinking) = item.thinking(at)? {
                said(&mut request.turns, Block::from(Content::Thinking(thinking)).at(at), true);
            }
        }
        "additional_tools" => {
            if let Some(raw) = item.tools {
                read_tools::tools(raw, &format!("input[{at}].tools"), &mut request.tools)?;
            }
        }
        kind => {
            if kind == "function_call" || kind == "custom_tool_call" || Own::of_call(kind).is_some() {
                let call = item.call(at)?;
                said(&mut request.turns, Block::from(Content::Call(call)).at(at), false);
            } else if kind.ends_with("_call_output")
                && (matches!(kind, "function_call_output" | "custom_tool_call_output")
                    || Own::of_outcome(kind).is_some())
            {
                let outcome = item.outcome(at)?;
                answered(&mut request.turns, Block::from(Content::Outcome(outcome)).at(at));
            } else {
                let lost = match kind {
                    "item_reference" => Lost::Kept,
                    // All that came before is in it, and only its issuer can read it.
                    "compaction" | "compaction_trigger" => Lost::Reject,
                    // What the provider's own tools did: history that others can't use.
                    _ => Lost::Warn,
                };
                let only = Only { name: Cow::Owned(kind.to_owned()), json: raw, lost };
                let block = Block::from(Content::Only(only)).at(at);
                match request.turns.last_mut().filter(|turn| is_outcomes(turn)) {
                    Some(turn) => turn.blocks.push(block),
                    None => said(&mut request.turns, block, false),
                }
            }
        }
    }
    Ok(())
}

/// Adds to what the model said. A text or thought after a text begins a turn of its own, unless calls wait for their answers.
fn said<'a>(turns: &mut Vec<Turn<'a>>, block: Block<'a>, begins: bool) {
    let goes_on = turns.last().is_some_and(|turn| {
        let has = |is: fn(&Content<'_>) -> bool| turn.blocks.iter().any(|block| is(&block.content));
        let has_text = has(|content| matches!(content, Content::Text { .. } | Content::Refusal(_)));
        let has_calls = has(|content| matches!(content, Content::Call(_)));
        turn.role == Role::Assistant && !(begins && has_text && !has_calls)
    });
    match turns.last_mut().filter(|_| goes_on) {
        Some(turn) => turn.blocks.push(block),
        None => turns.push(Turn::new(Role::Assistant, block.at).with(vec![block])),
    }
}

/// Adds to what the tools answered.
fn answered<'a>(turns: &mut Vec<Turn<'a>>, block: Block<'a>) {
    match turns.last_mut().filter(|turn| is_outcomes(turn)) {
        Some(turn) => turn.blocks.push(block),
        None => turns.push(Turn::new(Role::User, block.at).with(vec![block])),
    }
}

fn is_outcomes(turn: &Turn<'_>) -> bool {
    turn.blocks.first().is_some_and(|block| matches!(block.content, Content::Outcome(_)))
}

impl<'a> Item<'a> {
    fn message(self, at: usize, turns: &mut Vec<Turn<'a>>) -> Result<(), Failure> {
        let role = match &*self.role.map(Text::into_decoded).unwrap_or_default() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            "developer" => Role::Developer,
            other => {
                let message = format!("`{other}` is no role: user, assistant, system, developer.");
                return Err(invalid(message, Some(&format!("input[{at}].role"))));
            }
        };
        let place = || format!("input[{at}].content");
        let blocks = self.content.map(|raw| parts(raw, &place)).transpose()?.unwrap_or_default();
        if role == Role::Assistant {
            for (number, block) in blocks.into_iter().enumerate() {
                said(turns, block.at(at), number == 0);
            }
        } else {
            turns.push(Turn::new(role, at).with(blocks));
        }
        Ok(())
    }

    /// Nothing if it is only a name for what the provider keeps.
    fn thinking(self, at: usize) -> Result<Option<Thinking<'a>>, Failure> {
        let seal = self.encrypted_content.filter(|data| !data.is_empty());
        let seal = seal.map(|data| Seal::open(Issuer::Responses, data));
        let content: Vec<Part<'_>> =
            self.content.map(|raw| parse(raw, || format!("input[{at}].content"))).transpose()?.unwrap_or_default();
        let full = paragraphs(content.into_iter().filter_map(|part| part.text));
        let is_summary = full.is_empty();
        let short = self.summary.unwrap_or_default().into_iter().filter_map(|part| part.text);
        let text = if is_summary { paragraphs(short) } else { full };
        Ok((seal.is_some() || !text.is_empty()).then_some(Thinking { text, is_summary, seal }))
    }

    fn call(self, at: usize) -> Result<Call<'a>, Failure> {
        let id = self.call_id.or(self.id).map(Text::into_decoded).unwrap_or_default();
        let kind = self.kind.map(Text::into_decoded).unwrap_or_default();
        if let Some(own) = Own::of_call(&kind) {
            let args = if own.args == "action" { self.action } else { self.operation };
            let missing = || invalid(format!("`input[{at}]` has no `{}`.", own.args), Some(&format!("input[{at}]")));
            let args = Args::Object(Cow::Borrowed(args.ok_or_else(missing)?));
            return Ok(Call { id, name: own.name.into(), namespace: Some(NAMESPACE.into()), args, seal: None });
        }
        let args = match (&*kind, self.arguments) {
            ("custom_tool_call", _) => Args::Free(self.input.unwrap_or_default()),
            (_, None) => Args::Quoted(Text::default()),
            (_, Some(raw)) => Text::of(raw).map_or(Args::Object(Cow::Borrowed(raw)), Args::Quoted),
        };
        let name = self.name.map(Text::into_decoded).unwrap_or_default();
        let namespace = self.namespace.map(Text::into_decoded).filter(|namespace| !namespace.is_empty());
        Ok(Call { id, name, namespace, args, seal: None })
    }

    fn outcome(self, at: usize) -> Result<Outcome<'a>, Failure> {
        let kind = self.kind.map(Text::into_decoded).unwrap_or_default();
        let id = self.call_id.or(self.id).map(Text::into_decoded).unwrap_or_default();
        let blocks = match self.output {
            None => Vec::new(),
            // What a shell answered in members is told as it stands.
            Some(raw) if Own::of_outcome(&kind).is_some() && Text::of(raw).is_none() => {
                vec![Block::text(Text::plain(raw.get()))]
            }
            Some(raw) => parts(raw, &|| format!("input[{at}].output"))?,
        };
        Ok(Outcome {
            name: None,
            namespace: None,
            id,
            blocks,
            json: None,
            is_error: self.status.is_some_and(|status| status.decode() == "failed"),
            is_free: kind == "custom_tool_call_output",
        })
    }
}

/// The paragraphs of a thought as one text.
pub(super) fn paragraphs<'a>(texts: impl Iterator<Item = Text<'a>>) -> Text<'a> {
    let mut all = Text::default();
    for text in texts.filter(|text| !text.is_empty()) {
        if all.is_empty() {
            all = text;
        } else {
            all.push(&Text::plain("\n\n"));
            all.push(&text);
        }
    }
    all
}

/// A content: a text, or parts.
fn parts<'a>(raw: &'a RawValue, place: &dyn Fn() -> String) -> Result<Vec<Block<'a>>, Failure> {
    if let Some(text) = Text::of(raw) {
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    let parts: Vec<&RawValue> = parse(raw, place)?;
    parts
        .into_iter()
        .enumerate()
        .map(|(at, raw)| part(raw, &|| format!("{}[{at}]", place())).map(|block| block.at(at)))
        .collect()
}

fn part<'a>(raw: &'a RawValue, place: &dyn Fn() -> String) -> Result<Block<'a>, Failure> {
    let part: Part<'_> = parse(raw, place)?;
    let kind = part.kind.map(Text::into_decoded).unwrap_or_default();
    let need = |what: &str| invalid(format!("`{}` has no `{what}`.", place()), Some(&place()));
    let content = match &*kind {
        "input_text" | "output_text" | "text" => {
            Content::Text { text: part.text.ok_or_else(|| need("text"))?, citations: Vec::new() }
        }
        "refusal" => Content::Refusal(part.refusal.ok_or_else(|| need("refusal"))?),
        "input_image" => {
            let source = match (part.image_url, part.file_id) {
                (Some(url), _) => Source::url(url),
                (None, Some(id)) => Source::File(id),
                (None, None) => return Err(need("image_url")),
            };
            Content::Media(Media { detail: part.detail, ..Media::new(MediaKind::Image, source) })
        }
        "input_file" => {
            let source = match (part.file_data, part.file_url, part.file_id) {
                (Some(data), ..) => match Source::url(data) {
                    Source::Url(data) if is_base64_data(&data) => {
                        Source::Inline { mime: "application/pdf".into(), data }
                    }
                    Source::Url(_) => return Err(need("file_data")),
                    source => source,
                },
                (None, Some(url), _) => Source::url(url),
                (None, None, Some(id)) => Source::File(id),
                (None, None, None) => return Err(need("file_data")),
            };
            let mut media = Media::new(MediaKind::Document, source);
            if let Source::Inline { mime, .. } = &media.source {
                media.kind = MediaKind::of(mime);
            }
            media.name = part.filename;
            Content::Media(media)
        }
        "input_audio" => {
            let audio = part.input_audio.ok_or_else(|| need("input_audio"))?;
            let format = audio.format.map_or("wav".into(), Text::into_decoded);
            let data = audio.data.ok_or_else(|| need("input_audio.data"))?;
            let source = Source::Inline { mime: Cow::Owned(format!("audio/{format}")), data };
            Content::Media(Media::new(MediaKind::Audio, source))
        }
        _ => Content::Only(Only { name: kind, json: raw, lost: Lost::Reject }),
    };
    Ok(content.into())
}
