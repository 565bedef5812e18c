//! Reads an answer in one piece.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::usage::Counts;
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{
        Args, Block, Call, Choice, Citation, Content, Finish, Issuer, Lost, Only, Reason, Reply, Seal, Thinking,
    },
    read_failure,
};

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    content: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_sequence: Option<Text<'a>>,
    #[serde(borrow, default)]
    stop_details: Option<StopDetails<'a>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct StopDetails<'a> {
    #[serde(borrow, default)]
    explanation: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    citations: Option<Vec<WireCitation<'a>>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    data: Option<Text<'a>>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct WireCitation<'a> {
    #[serde(borrow, default)]
    url: Option<Text<'a>>,
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
    #[serde(borrow, default)]
    cited_text: Option<Text<'a>>,
}

impl<'a> WireCitation<'a> {
    /// Only what has an address can be said elsewhere.
    pub(super) fn into_citation(self) -> Option<Citation<'a>> {
        Some(Citation { url: self.url?, title: self.title, quoted: self.cited_text, span: None })
    }
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let unreadable = |error: serde_json::Error| {
        Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}."))
    };
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(unreadable)?;
    if answer.kind.is_some_and(|kind| kind.decode() == "error") {
        return Err(read_failure(502, body, None));
    }
    let Some(content) = answer.content else {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    };
    let blocks = content.into_iter().map(|raw| block(raw).map_err(unreadable)).collect::<Result<_, _>>()?;
    let mut counts = Counts::default();
    counts.hear(answer.usage);
    let finish = finish(answer.stop_reason, answer.stop_sequence, answer.stop_details).unwrap_or_default();
    let mut choice = Choice { blocks, finish, logprobs: None };
    choice.settle();
    Ok(Reply {
        id: answer.id.map(Text::into_decoded).unwrap_or_default(),
        model: answer.model.map(Text::into_decoded).unwrap_or_default(),
        created: None,
        choices: vec![choice],
        usage: counts.told(),
    })
}

fn block(raw: &RawValue) -> Result<Block<'_>, serde_json::Error> {
    let wire: Wire<'_> = serde_json::from_str(raw.get())?;
    let kind = wire.kind.map(Text::into_decoded).unwrap_or_default();
    let content = match &*kind {
        "text" => Content::Text {
            text: wire.text.unwrap_or_default(),
            citations: wire.citations.into_iter().flatten().filter_map(WireCitation::into_citation).collect(),
        },
        "thinking" => {
            let seal = wire.signature.filter(|seal| !seal.is_empty()).map(|seal| Seal::open(Issuer::Messages, seal));
            Content::Thinking(Thinking { text: wire.thinking.unwrap_or_default(), is_summary: false, seal })
        }
        "redacted_thinking" => {
            let seal = wire.data.map(|data| Seal::open(Issuer::MessagesRedacted, data));
            Content::Thinking(Thinking { seal, ..Thinking::default() })
        }
        "tool_use" => Content::Call(Call {
            id: wire.id.map(Text::into_decoded).unwrap_or_default(),
            name: wire.name.map(Text::into_decoded).unwrap_or_default(),
            namespace: None,
            args: wire.input.map_or(Args::Quoted(Text::default()), |input| Args::Object(Cow::Borrowed(input))),
            seal: None,
        }),
        _ => Content::Only(Only { name: kind, json: raw, lost: Lost::Silent }),
    };
    Ok(content.into())
}

/// Why an answer ends, in answers and in streams.
pub(super) fn finish<'a>(
    reason: Option<Text<'a>>,
    sequence: Option<Text<'a>>,
    details: Option<StopDetails<'a>>,
) -> Option<Finish<'a>> {
    let reason = match &*reason?.decode() {
        "" => return None,
        "max_tokens" => Reason::Length,
        "stop_sequence" => Reason::StopSequence,
        "tool_use" => Reason::ToolCalls,
        "pause_turn" => Reason::Pause,
        "refusal" => Reason::Refusal,
        "model_context_window_exceeded" => Reason::ContextFull,
        _ => Reason::Stop,
    };
    Some(Finish { reason, sequence, explanation: details.and_then(|details| details.explanation) })
}
