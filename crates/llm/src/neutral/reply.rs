//! What a provider answers.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Block, Content};
use crate::{json::Text, usage::Told};

/// An answer in one piece.
#[derive(Debug, Clone)]
pub struct Reply<'a> {
    /// Empty if the provider gives none.
    pub id: Cow<'a, str>,
    pub model: Cow<'a, str>,
    /// Seconds since 1970, UTC.
    pub created: Option<i64>,
    pub choices: Vec<Choice<'a>>,
    pub(crate) usage: Told,
}

impl Reply<'_> {
    /// What it says that it used.
    pub fn usage(&self) -> Option<crate::Usage> {
        self.usage.usage()
    }
}

/// One of the answers that were asked for; almost always the only one.
#[derive(Debug, Clone, Default)]
pub struct Choice<'a> {
    pub blocks: Vec<Block<'a>>,
    pub finish: Finish<'a>,
    /// As Chat says it.
    pub logprobs: Option<Cow<'a, RawValue>>,
}

impl Choice<'_> {
    /// Sees to it that a choice with calls says so: some providers call that a plain stop.
    pub(crate) fn settle(&mut self) {
        let calls = self.blocks.iter().any(|block| matches!(block.content, Content::Call(_)));
        self.finish.reason = self.finish.reason.with_calls(calls);
    }
}

/// Why an answer ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finish<'a> {
    pub reason: Reason,
    /// The stop sequence that was met.
    pub sequence: Option<Text<'a>>,
    /// Why the model won't, in words.
    pub explanation: Option<Text<'a>>,
}

impl From<Reason> for Finish<'_> {
    fn from(reason: Reason) -> Self {
        Self { reason, sequence: None, explanation: None }
    }
}

impl Finish<'_> {
    pub fn into_owned(self) -> Finish<'static> {
        Finish {
            reason: self.reason,
            sequence: self.sequence.map(Text::into_owned),
            explanation: self.explanation.map(Text::into_owned),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reason {
    #[default]
    Stop,
    StopSequence,
    /// The limit that the client set.
    Length,
    /// The limit of the model.
    ContextFull,
    ToolCalls,
    ContentFilter,
    /// The model won't.
    Refusal,
    /// The model wants to go on in another turn.
    Pause,
    /// The model tried to call a tool and failed to say how.
    MalformedCall,
}

impl Reason {
    /// Only a plain stop is really a call: an answer that was cut off stays one.
    pub(crate) fn with_calls(self, calls: bool) -> Self {
        match self {
            Self::Stop if calls => Self::ToolCalls,
            Self::ToolCalls if !calls => Self::Stop,
            other => other,
        }
    }
}

/// Where something in an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation<'a> {
    pub url: Text<'a>,
    pub title: Option<Text<'a>>,
    /// What stands there.
    pub quoted: Option<Text<'a>>,
    /// Characters of the block; the whole block if the provider doesn't say.
    pub span: Option<(usize, usize)>,
}

impl Citation<'_> {
    pub fn into_owned(self) -> Citation<'static> {
        Citation {
            url: self.url.into_owned(),
            title: self.title.map(Text::into_owned),
            quoted: self.quoted.map(Text::into_owned),
            span: self.span,
        }
    }
}
