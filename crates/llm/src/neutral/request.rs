//! What a client asks for.

use std::{borrow::Cow, collections::HashMap};

use serde_json::value::RawValue;

use super::{Block, Content, Media, Only, Source, Tool, ToolChoice, Wish};
use crate::{Dialect, json::Text};

/// A request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The dialect that it was said in.
    pub origin: Dialect,
    /// Empty where the dialect names it outside of the body.
    pub model: Cow<'a, str>,
    pub turns: Vec<Turn<'a>>,
    pub tools: Vec<Tool<'a>>,
    pub tool_choice: Option<ToolChoice<'a>>,
    /// `Some(false)`: one call at a time.
    pub parallel: Option<bool>,
    /// Tokens, thinking included.
    pub max_output: Option<i64>,
    pub sampling: Sampling<'a>,
    /// How many answers, if not one.
    pub answers: Option<u32>,
    pub logprobs: Option<Logprobs>,
    pub stop: Vec<Text<'a>>,
    pub thinking: Wish,
    pub format: Format<'a>,
    pub stream: bool,
    /// The client wants usage at the stream's end, where its dialect leaves the choice.
    pub include_usage: bool,
    /// Who the client's own user is.
    pub user: Option<Text<'a>>,
    /// Pairs that the client labels its request with.
    pub metadata: Option<&'a RawValue>,
    /// What requests that share a prefix have in common.
    pub cache_key: Option<Text<'a>>,
    pub tier: Option<Text<'a>>,
    /// Members that only the origin's dialect has.
    pub only: Vec<Only<'a>>,
    /// The client knows functions and no tools, and is answered in that shape.
    pub legacy_functions: bool,
    /// Members that the answer says again, in dialects where it does.
    pub echo: Vec<(&'static str, &'a RawValue)>,
}

impl<'a> Request<'a> {
    /// Pictures and documents that are only named by an address, for whoever gets them where a provider wants the bytes.
    pub fn remote(&mut self) -> impl Iterator<Item = &mut Media<'a>> {
        fn remote<'m, 'a>(block: &'m mut Block<'a>) -> Vec<&'m mut Media<'a>> {
            match &mut block.content {
                Content::Media(media) if matches!(media.source, Source::Url(_)) => vec![media],
                Content::Outcome(outcome) => outcome.blocks.iter_mut().flat_map(remote).collect(),
                _ => Vec::new(),
            }
        }
        self.turns.iter_mut().flat_map(|turn| &mut turn.blocks).flat_map(remote)
    }
}

impl Request<'_> {
    /// One that asks for nothing yet.
    pub fn new(origin: Dialect) -> Self {
        Self {
            origin,
            model: Cow::Borrowed(""),
            turns: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel: None,
            max_output: None,
            sampling: Sampling::default(),
            answers: None,
            logprobs: None,
            stop: Vec::new(),
            thinking: Wish::default(),
            format: Format::Text,
            stream: false,
            include_usage: false,
            user: None,
            metadata: None,
            cache_key: None,
            tier: None,
            only: Vec::new(),
            legacy_functions: false,
            echo: Vec::new(),
        }
    }

    /// Where the instructions end that stand before everything else. What comes later keeps its place: moved to the front it
    /// would mean something else and spoil the prompt cache.
    pub fn preamble(&self) -> usize {
        self.turns.iter().take_while(|turn| turn.role.is_instruction()).count()
    }
}

/// What somebody said at one time.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    pub role: Role,
    pub name: Option<Text<'a>>,
    pub blocks: Vec<Block<'a>>,
    /// Which of the client's messages it is, for what is said about it.
    pub at: usize,
}

impl<'a> Turn<'a> {
    pub fn new(role: Role, at: usize) -> Self {
        Self { role, name: None, blocks: Vec::new(), at }
    }

    #[must_use]
    pub fn with(mut self, blocks: Vec<Block<'a>>) -> Self {
        self.blocks = blocks;
        self
    }
}

/// Who said it. What tools said is in blocks of the user's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    System,
    /// Instructions of the application, below those of the platform.
    Developer,
    User,
    Assistant,
}

impl Role {
    pub const fn is_instruction(self) -> bool {
        matches!(self, Self::System | Self::Developer)
    }
}

/// How answers are drawn. Numbers are JSON numbers as the client spelled them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sampling<'a> {
    pub temperature: Option<&'a RawValue>,
    pub top_p: Option<&'a RawValue>,
    pub top_k: Option<&'a RawValue>,
    pub min_p: Option<&'a RawValue>,
    pub frequency_penalty: Option<&'a RawValue>,
    pub presence_penalty: Option<&'a RawValue>,
    pub seed: Option<&'a RawValue>,
}

/// The client wants to know how likely each token was, and so many others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logprobs {
    pub top: Option<u32>,
}

/// What the answer has to look like.
#[derive(Debug, Clone, Default)]
pub enum Format<'a> {
    #[default]
    Text,
    /// Some JSON object.
    Json,
    Schema {
        name: Option<Text<'a>>,
        description: Option<Text<'a>>,
        schema: Cow<'a, RawValue>,
        strict: Option<bool>,
    },
}

/// What tools answered says which call it answers; other dialects want the tool's name.
pub(crate) fn name_outcomes<'a>(turns: &mut [Turn<'a>]) {
    type Tool<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);
    let mut called: HashMap<Cow<'a, str>, Tool<'a>> = HashMap::new();
    for block in turns.iter_mut().flat_map(|turn| &mut turn.blocks) {
        match &mut block.content {
            Content::Call(call) => {
                called.insert(call.id.clone(), (call.name.clone(), call.namespace.clone()));
            }
            Content::Outcome(outcome) => {
                let (name, namespace) = called.get(&outcome.id).cloned().unzip();
                (outcome.name, outcome.namespace) = (name, namespace.flatten());
            }
            _ => {}
        }
    }
}
