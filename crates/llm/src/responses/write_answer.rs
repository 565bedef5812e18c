//! Writes an answer in one piece.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::item::{Item, Kind, Part};
use crate::{
    Asked, Usage,
    json::{Members, Text, write::Object},
    neutral::{Args, Block, Choice, Content, Finish, MediaKind, Reason, Reply, Source},
};

/// What an answer says again of its request, and what it says if the client didn't ask for anything.
const ECHO: [(&str, &str); 13] = [
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("previous_response_id", "null"),
    ("reasoning", r#"{"effort":null,"summary":null}"#),
    ("store", "false"),
    ("temperature", "null"),
    ("text", r#"{"format":{"type":"text"}}"#),
    ("tool_choice", r#""auto""#),
    ("tools", "[]"),
    ("top_p", "null"),
    ("truncation", r#""disabled""#),
];

/// Writes an answer's body. There is one choice: a request for more is refused before it is sent.
pub(crate) fn write_answer(reply: &Reply<'_>, asked: &Asked) -> Bytes {
    let head = Head::new(&reply.id, &reply.model, reply.created, asked);
    let default = Choice::default();
    let choice = reply.choices.first().unwrap_or(&default);
    let items = items(choice, &head, asked);
    let end = Ending::of(&choice.finish, items.iter().any(Item::refuses));
    let mut output = BytesMut::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            output.extend_from_slice(b",");
        }
        item.write(if at + 1 == items.len() { end.status() } else { "completed" }, &mut Object::new(&mut output));
    }
    let mut out = BytesMut::with_capacity(1_024);
    head.write(asked, end, &output, reply.usage(), &mut Object::new(&mut out));
    out.freeze()
}

/// What every account of an answer begins with.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) id: String,
    model: String,
    created: i64,
}

/// How far an answer is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending<'f> {
    Running,
    Completed,
    /// And why.
    Incomplete(&'static str),
    Failed(&'f crate::Failure),
}

impl Ending<'_> {
    pub(super) fn of(finish: &Finish<'_>, refuses: bool) -> Self {
        match finish.reason {
            Reason::Length | Reason::ContextFull => Self::Incomplete("max_output_tokens"),
            Reason::ContentFilter => Self::Incomplete("content_filter"),
            // Words for why are an answer; without, something is missing.
            Reason::Refusal if !refuses || finish.explanation.is_some() => Self::Incomplete("content_filter"),
            _ => Self::Completed,
        }
    }

    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Running => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
            Self::Failed(_) => "failed",
        }
    }
}

impl Head {
    pub(super) fn new(id: &str, model: &str, created: Option<i64>, asked: &Asked) -> Self {
        let rest = if id.is_empty() { &asked.id } else { id };
        Self {
            id: if rest.starts_with("resp_") { rest.to_owned() } else { format!("resp_{rest}") },
            model: if model.is_empty() { &asked.model } else { model }.to_owned(),
            created: created.unwrap_or(asked.created),
        }
    }

    /// The answer with these items in it.
    pub(super) fn write(
        &self,
        asked: &Asked,
        end: Ending<'_>,
        items: &[u8],
        usage: Option<Usage>,
        body: &mut Object<'_>,
    ) {
        body.str("id", &self.id).str("object", "response").int("created_at", self.created);
        body.str("status", end.status()).bool("background", false);
        if let Ending::Failed(failure) = end {
            super::failure::write_error(failure, body);
        } else {
            body.null("error");
        }
        match end {
            Ending::Incomplete(reason) => drop(body.object("incomplete_details").str("reason", reason)),
            _ => drop(body.null("incomplete_details")),
        }
        body.str("model", &self.model);
        {
            let output = body.member("output");
            output.extend_from_slice(b"[");
            output.extend_from_slice(items);
            output.extend_from_slice(b"]");
        }
        for (name, default) in ECHO {
            let said = asked.echo.iter().find(|(known, _)| *known == name);
            body.raw(name, said.map_or(default, |(_, json)| json));
        }
        match usage {
            Some(usage) => write_usage(&usage, &mut body.object("usage")),
            None => drop(body.null("usage")),
        }
    }
}

fn items<'r>(choice: &'r Choice<'_>, head: &Head, asked: &Asked) -> Vec<Item<'r>> {
    let mut items: Vec<Item<'r>> = Vec::new();
    let mut logprobs = choice.logprobs.as_deref().and_then(|raw| {
        let content = Members::read(raw.get().as_bytes()).ok()?.get("content").ok()??;
        content.get().starts_with('[').then(|| content.get())
    });
    let add = |items: &mut Vec<Item<'r>>, kind: Kind<'r>| {
        let item = kind.at(items.len(), &head.id);
        items.push(item);
    };
    let say = |items: &mut Vec<Item<'r>>, part: Part<'r>| match items.last_mut().map(|item| &mut item.kind) {
        Some(Kind::Message(parts)) => parts.push(part),
        _ => add(items, Kind::Message(vec![part])),
    };
    for Block { content, .. } in &choice.blocks {
        match content {
            Content::Text { text, .. } if !text.is_empty() => {
                let mut part = Part { text: text.borrowed(), logprobs: logprobs.take(), ..Part::default() };
                let whole = part.chars();
                if let Content::Text { citations, .. } = content {
                    part.citations = citations.iter().map(|citation| (citation.clone(), whole)).collect();
                }
                say(&mut items, part);
            }
            Content::Refusal(text) if !text.is_empty() => say(&mut items, Part::refusal(text.borrowed())),
            Content::Thinking(thinking) if !thinking.text.is_empty() || thinking.seal.is_some() => {
                let is_summary = thinking.is_summary || asked.summaries;
                let (text, seal) = (thinking.text.borrowed(), thinking.seal.clone());
                add(&mut items, Kind::Reasoning { text, is_summary, seal });
            }
            Content::Call(call) => {
                // A seal on a call has no slot; a thought before it has.
                if let Some(seal) = call.seal.clone() {
                    let (text, is_summary) = (Text::default(), true);
                    add(&mut items, Kind::Reasoning { text, is_summary, seal: Some(seal) });
                }
                let kind = Kind::Call {
                    call_id: call.id.to_string(),
                    name: call.name.to_string(),
                    namespace: call.namespace.as_deref().map(str::to_owned),
                    args: match &call.args {
                        Args::Free(text) => Args::Free(text.borrowed()),
                        Args::Object(raw) => Args::Object(Cow::Borrowed(&**raw)),
                        Args::Quoted(text) => Args::Quoted(text.borrowed()),
                    },
                };
                add(&mut items, kind);
            }
            Content::Media(media) => match (&media.source, media.kind) {
                (Source::Inline { data, .. }, MediaKind::Image) => add(&mut items, Kind::Image(data.borrowed())),
                (Source::Url(url), _) => say(&mut items, Part { text: url.borrowed(), ..Part::default() }),
                _ => {}
            },
            _ => {}
        }
    }
    if let Some(explanation) = &choice.finish.explanation {
        say(&mut items, Part::refusal(explanation.borrowed()));
    }
    items
}

impl Item<'_> {
    /// Whether there are words for why the model won't.
    pub(super) fn refuses(&self) -> bool {
        matches!(&self.kind, Kind::Message(parts) if parts.iter().any(|part| part.is_refusal))
    }
}

impl<'a> Part<'a> {
    pub(super) fn refusal(text: Text<'a>) -> Self {
        Self { is_refusal: true, text, ..Self::default() }
    }
}

fn write_usage(usage: &Usage, out: &mut Object<'_>) {
    out.int("input_tokens", usage.input);
    {
        let mut input = out.object("input_tokens_details");
        input.int("cached_tokens", usage.cache_read);
        for (name, tokens) in [("cache_write_tokens", usage.cache_write), ("audio_tokens", usage.input_audio)] {
            if tokens > 0 {
                input.int(name, tokens);
            }
        }
    }
    out.int("output_tokens", usage.output);
    {
        let mut output = out.object("output_tokens_details");
        output.int("reasoning_tokens", usage.reasoning);
        if usage.output_audio > 0 {
            output.int("audio_tokens", usage.output_audio);
        }
    }
    out.int("total_tokens", usage.input.saturating_add(usage.output));
}
