//! Reads an answer in one piece; a stream's events are such answers too.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    grounding::Grounding,
    read_request::{Part, media},
    usage,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Block, Choice, Content, Finish, Issuer, Reason, Reply, Seal, Thinking},
    read_failure,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(super) candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    pub(super) prompt_feedback: Option<Feedback<'a>>,
    #[serde(borrow, default)]
    pub(super) usage_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) model_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) response_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    #[serde(default)]
    pub(super) index: usize,
    #[serde(borrow, default)]
    pub(super) content: Option<Turned<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_message: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) grounding_metadata: Option<Grounding<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Turned<'a> {
    #[serde(borrow, default)]
    pub(super) parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback<'a> {
    #[serde(borrow, default)]
    pub(super) block_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) block_reason_message: Option<Text<'a>>,
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let answer: Answer<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}.")))?;
    if answer.error.is_some() {
        return Err(read_failure(502, body, None));
    }
    let mut choices: Vec<Choice<'_>> =
        answer.candidates.unwrap_or_default().into_iter().map(Candidate::into_choice).collect();
    // A prompt that is blocked is answered with status 200 and nothing.
    if let (true, Some(finish)) = (choices.is_empty(), answer.prompt_feedback.and_then(Feedback::into_finish)) {
        choices.push(Choice { finish, ..Choice::default() });
    }
    if choices.is_empty() {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    }
    Ok(Reply {
        id: answer.response_id.map(Text::into_decoded).unwrap_or_default(),
        model: answer.model_version.map(Text::into_decoded).unwrap_or_default(),
        created: None,
        choices,
        usage: usage::read(answer.usage_metadata),
    })
}

impl<'a> Candidate<'a> {
    fn into_choice(self) -> Choice<'a> {
        let parts = self.content.and_then(|content| content.parts).unwrap_or_default();
        let mut blocks: Vec<Block<'a>> = parts.into_iter().flat_map(Part::into_contents).map(Block::from).collect();
        let reason = self.finish_reason.as_ref().map(Text::decode).and_then(|word| reason(&word)).unwrap_or_default();
        if let Some(grounding) = self.grounding_metadata {
            cite(grounding, &mut blocks);
        }
        let explanation = self.finish_message.filter(|_| reason == Reason::ContentFilter);
        let mut choice = Choice { blocks, finish: Finish { reason, sequence: None, explanation }, logprobs: None };
        choice.settle();
        choice
    }
}

fn cite<'a>(grounding: Grounding<'a>, blocks: &mut [Block<'a>]) {
    let texts = blocks.iter_mut().rev().filter_map(|block| match &mut block.content {
        Content::Text { text, citations } => Some((text, citations)),
        _ => None,
    });
    if let Some((text, citations)) = texts.last() {
        *citations = grounding.into_citations(&text.decode());
    }
}

impl<'a> Part<'a> {
    /// What a part says: often one thing, two where a text has a seal.
    pub(super) fn into_contents(self) -> impl Iterator<Item = Content<'a>> {
        let mut seal =
            self.thought_signature.filter(|seal| !seal.is_empty()).map(|seal| Seal::open(Issuer::Gemini, seal));
        let content = if let Some(call) = self.function_call {
            Some(Content::Call(call.into_call(seal.take())))
        } else if self.thought == Some(true) {
            let text = self.text.unwrap_or_default();
            Some(Content::Thinking(Thinking { text, is_summary: true, seal: seal.take() }))
        } else if let Some(media) = media(self.inline_data, self.file_data) {
            Some(Content::Media(media))
        } else {
            let text = self.text.filter(|text| !text.is_empty());
            text.map(|text| Content::Text { text, citations: Vec::new() })
        };
        let sealed = seal.map(|seal| Content::Thinking(Thinking { seal: Some(seal), ..Thinking::default() }));
        sealed.into_iter().chain(content)
    }
}

impl<'a> Feedback<'a> {
    pub(super) fn into_finish(self) -> Option<Finish<'a>> {
        let explanation = self.block_reason_message.or(self.block_reason.clone());
        self.block_reason.map(|_| Finish { reason: Reason::ContentFilter, sequence: None, explanation })
    }
}

/// Why it ended. What nobody knows is judged by what was said.
pub(super) fn reason(word: &str) -> Option<Reason> {
    Some(match word {
        "" | "FINISH_REASON_UNSPECIFIED" => return None,
        "MAX_TOKENS" => Reason::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MODEL_ARMOR" => {
            Reason::ContentFilter
        }
        "IMAGE_SAFETY" | "IMAGE_RECITATION" | "IMAGE_PROHIBITED_CONTENT" => Reason::ContentFilter,
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" | "TOO_MANY_TOOL_CALLS" | "MALFORMED_RESPONSE" => {
            Reason::MalformedCall
        }
        _ => Reason::Stop,
    })
}
