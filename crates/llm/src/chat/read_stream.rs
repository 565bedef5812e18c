//! Reads a stream's chunks.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::read_answer::{Annotation, Image, Part, reason};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Content, Finish, Issuer, Reason, Seal},
    read_failure,
    stream::{BlockId, Opening, Pen, Piece, Speech, Start, StreamReader},
    usage,
};

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(default)]
    created: Option<i64>,
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "x_groq")] // quirk
    nested: Option<Nested<'a>>,
}

#[derive(Deserialize)]
struct Nested<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: usize,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_reason: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    thinking_blocks: Option<Vec<SealedThinking<'a>>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<ToolDelta<'a>>>,
    #[serde(borrow, default)]
    function_call: Option<FunctionDelta<'a>>,
    #[serde(borrow, default)]
    annotations: Option<Vec<Annotation<'a>>>,
    #[serde(borrow, default)]
    images: Option<Vec<Image<'a>>>,
}

#[derive(Deserialize)]
struct SealedThinking<'a> {
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    data: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ToolDelta<'a> {
    #[serde(default)]
    index: Option<usize>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    function: Option<FunctionDelta<'a>>,
    #[serde(borrow, default)]
    custom: Option<CustomDelta<'a>>,
    #[serde(borrow, default)]
    extra_content: Option<ExtraContent<'a>>,
}

#[derive(Default, Deserialize)]
struct FunctionDelta<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CustomDelta<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    input: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ExtraContent<'a> {
    #[serde(borrow, default)]
    google: Option<Google<'a>>,
}

#[derive(Deserialize)]
struct Google<'a> {
    #[serde(borrow, default)]
    thought_signature: Option<Text<'a>>,
}

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    calls: Vec<OpenCall>,
}

/// A call that more of may come.
#[derive(Debug)]
struct OpenCall {
    choice: usize,
    /// What the provider numbers it by.
    index: usize,
    id: String,
    block: BlockId,
}

impl StreamReader for Reader {
    fn read(&mut self, _kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        if data == b"[DONE]" {
            return pen.end();
        }
        let chunk: Chunk<'_> = match serde_json::from_slice(data) {
            Ok(chunk) => chunk,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        if chunk.error.is_some() {
            return pen.fail(&read_failure(502, data, None));
        }
        let told = usage::read(chunk.usage.or(chunk.nested.and_then(|nested| nested.usage)));
        let choices = chunk.choices.unwrap_or_default();
        if choices.is_empty() {
            // What comes before the answer, such as a filter's verdict on the prompt, doesn't begin it.
            return pen.usage(told);
        }
        pen.start(&Start {
            id: chunk.id.map(Text::into_decoded).unwrap_or_default(),
            model: chunk.model.map(Text::into_decoded).unwrap_or_default(),
            created: chunk.created,
            usage: told,
        });
        for choice in choices {
            self.choice(choice, pen);
        }
    }
}

impl Reader {
    fn choice(&mut self, choice: Choice<'_>, pen: &mut Pen<'_>) {
        let at = choice.index;
        let delta = choice.delta.unwrap_or_default();
        let thoughts = delta.reasoning_content.or(delta.reasoning).or(delta.reasoning_text);
        if let Some(text) = thoughts.and_then(Text::of) {
            pen.say(at, Speech::Thinking, &text);
        }
        for sealed in delta.thinking_blocks.into_iter().flatten() {
            let seal = match (sealed.signature, sealed.data) {
                (Some(signature), _) if !signature.is_empty() => Seal::open(Issuer::Messages, signature),
                (_, Some(data)) => Seal::open(Issuer::MessagesRedacted, data),
                _ => continue,
            };
            let block = pen.saying(at, Speech::Thinking);
            pen.piece(block, Piece::Seal(seal));
            pen.close(block);
        }
        if let Some(content) = delta.content {
            say(at, content, pen);
        }
        if let Some(text) = delta.refusal {
            pen.say(at, Speech::Refusal, &text);
        }
        for citation in delta.annotations.into_iter().flatten().filter_map(Annotation::into_citation) {
            let block = pen.saying(at, Speech::Text);
            pen.piece(block, Piece::Citation(citation));
        }
        for image in delta.images.into_iter().flatten() {
            pen.media(at, image.into_media());
        }
        for tool in delta.tool_calls.into_iter().flatten() {
            self.tool(at, tool, pen);
        }
        if let Some(function) = delta.function_call {
            let id = function.name.as_ref().map(|_| Text::plain("call_function"));
            self.tool(
                at,
                ToolDelta { index: Some(0), id, function: Some(function), custom: None, extra_content: None },
                pen,
            );
        }
        if let Some(reason) = choice.finish_reason.and_then(|word| reason(&word.decode())) {
            let sequence = choice.stop_reason.and_then(Text::of);
            let reason = if sequence.is_some() && reason == Reason::Stop { Reason::StopSequence } else { reason };
            pen.finish(at, Finish { reason, sequence, explanation: None });
        }
    }

    fn tool(&mut self, choice: usize, delta: ToolDelta<'_>, pen: &mut Pen<'_>) {
        let id = delta.id.map(Text::into_decoded).unwrap_or_default();
        let is_free = delta.custom.is_some();
        let (name, args) = match (delta.custom, delta.function) {
            (Some(custom), _) => (custom.name, custom.input.map(Text::into_owned)),
            (None, Some(function)) => (function.name, function.arguments.map(arguments)),
            (None, None) => (None, None),
        };
        let name = name.map(Text::into_decoded).filter(|name| !name.is_empty());
        let signature = delta.extra_content.and_then(|extra| extra.google?.thought_signature);
        let opening = name.map(|name| Opening::Call {
            id: id.clone(),
            name,
            namespace: None,
            is_free,
            seal: signature.map(|signature| Seal::open(Issuer::Gemini, signature)),
        });
        let block = self.call(choice, delta.index, &id, opening, pen);
        if let (Some(block), Some(args)) = (block, args) {
            pen.piece(block, Piece::Text(args));
        }
    }

    /// The call that a piece belongs to. Providers number calls; some number every call 0, some not at all, some repeat the
    /// name or send another id with each piece.
    fn call(
        &mut self,
        choice: usize,
        index: Option<usize>,
        id: &str,
        opening: Option<Opening<'_>>,
        pen: &mut Pen<'_>,
    ) -> Option<BlockId> {
        let mut calls = self.calls.iter().rev().filter(|call| call.choice == choice);
        let known = match index {
            Some(index) => calls.find(|call| call.index == index),
            None if id.is_empty() => calls.next(),
            None => calls.find(|call| call.id == id),
        };
        if let Some(known) = known
            && (opening.is_none() || id.is_empty() || known.id == id)
        {
            return Some(known.block);
        }
        let opening = opening?;
        pen.pause(choice);
        let number = self.calls.len();
        let block = pen.open(choice, opening);
        self.calls.push(OpenCall { choice, index: index.unwrap_or(number), id: id.to_owned(), block });
        Some(block)
    }
}

/// Arguments: a piece of their JSON, or from some servers all of it, not in a text.
fn arguments(raw: &RawValue) -> Text<'static> {
    match Text::of(raw) {
        Some(text) => text.into_owned(),
        None if raw.get() == "null" => Text::default(),
        None => Text::plain(raw.get()).into_owned(),
    }
}

/// A content: a text, or parts, some of which some providers think in.
fn say(choice: usize, raw: &RawValue, pen: &mut Pen<'_>) {
    if let Some(text) = Text::of(raw) {
        return pen.say(choice, Speech::Text, &text);
    }
    let parts: Vec<Part<'_>> = serde_json::from_str(raw.get()).unwrap_or_default();
    for content in parts.into_iter().filter_map(Part::into_content) {
        match content {
            Content::Text { text, .. } => pen.say(choice, Speech::Text, &text),
            Content::Refusal(text) => pen.say(choice, Speech::Refusal, &text),
            Content::Thinking(thinking) => pen.say(choice, Speech::Thinking, &thinking.text),
            _ => {}
        }
    }
}
