//! Reads an answer in one piece, which streams end with too.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    item::{Item, Words, kind},
    usage,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Block, Choice, Content, Finish, Lost, Only, Reason, Reply},
    read_failure,
};

#[derive(Default, Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) model: Option<Text<'a>>,
    #[serde(default)]
    pub(super) created_at: Option<f64>,
    #[serde(borrow, default)]
    pub(super) status: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) incomplete_details: Option<Incomplete<'a>>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) output: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Incomplete<'a> {
    #[serde(borrow, default)]
    reason: Option<Text<'a>>,
}

/// Reads an answer's body.
pub(crate) fn read_answer(body: &[u8]) -> Result<Reply<'_>, Failure> {
    let unreadable = |error: serde_json::Error| {
        Failure::new(Kind::BadGateway, format!("The provider's answer can't be read: {error}."))
    };
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(unreadable)?;
    if answer.error.is_some_and(|error| error.get() != "null") {
        return Err(read_failure(502, body, None));
    }
    let finish = answer.finish();
    let Some(output) = answer.output else {
        return Err(Failure::new(Kind::BadGateway, "The provider's answer was empty."));
    };
    let mut blocks = Vec::new();
    for raw in output {
        item(raw, serde_json::from_str(raw.get()).map_err(unreadable)?, &mut blocks);
    }
    let mut choice = Choice { blocks, finish, logprobs: None };
    choice.settle();
    Ok(Reply {
        id: answer.id.map(Text::into_decoded).unwrap_or_default(),
        model: answer.model.map(Text::into_decoded).unwrap_or_default(),
        created: answer.created_at.and_then(seconds),
        choices: vec![choice],
        usage: usage::read(answer.usage),
    })
}

/// Whole seconds: some servers send parts of them.
pub(super) fn seconds(time: f64) -> Option<i64> {
    format!("{time:.0}").parse().ok()
}

fn item<'a>(raw: &'a RawValue, item: Item<'a>, blocks: &mut Vec<Block<'a>>) {
    let kind = kind(&item);
    match &*kind {
        "message" => {
            let words: Vec<Words<'_>> =
                item.content.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
            blocks.extend(words.into_iter().filter_map(Words::into_block));
        }
        "reasoning" => blocks.push(Content::Thinking(item.into_thinking()).into()),
        "function_call" => blocks.push(Content::Call(item.into_call(false)).into()),
        "custom_tool_call" => blocks.push(Content::Call(item.into_call(true)).into()),
        _ => blocks.push(Content::Only(Only { name: kind, json: raw, lost: Lost::Silent }).into()),
    }
}

impl Answer<'_> {
    pub(super) fn finish(&self) -> Finish<'static> {
        let status = self.status.as_ref().map(Text::decode).unwrap_or_default();
        let reason = self.incomplete_details.as_ref().and_then(|details| details.reason.as_ref()).map(Text::decode);
        match (&*status, reason.as_deref()) {
            ("incomplete", Some("content_filter")) => Reason::ContentFilter.into(),
            ("incomplete", _) => Reason::Length.into(),
            _ => Reason::Stop.into(),
        }
    }
}
