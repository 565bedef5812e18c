//! Items: what conversations and answers are made of here.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{
    json::{Text, wire},
    neutral::{Args, Block, Call, Citation, Content, Issuer, Seal, Thinking},
};

wire! {
    /// An item: the members of all of them, of which each has a few.
    pub(super) struct Item<'a> {
        kind as "type": Text<'a>,
        role: Text<'a>,
        content: &'a RawValue,
        call_id: Text<'a>,
        name: Text<'a>,
        namespace: Text<'a>,
        arguments: Text<'a>,
        input: Text<'a>,
        output: &'a RawValue,
        summary: Vec<Words<'a>>,
        encrypted_content: Text<'a>,
    }
}

wire! {
    pub(super) struct Words<'a> {
        kind as "type": Text<'a>,
        text: Text<'a>,
        refusal: Text<'a>,
        annotations: Vec<Annotation<'a>>,
        logprobs: &'a RawValue,
    }
}

wire! {
    pub(super) struct Annotation<'a> {
        kind as "type": Text<'a>,
        url: Text<'a>,
        title: Text<'a>,
        start_index: usize,
        end_index: usize,
    }
}

impl<'a> Item<'a> {
    /// A call of a client's tool.
    pub(super) fn into_call(self, is_free: bool) -> Call<'a> {
        Call {
            id: self.call_id.map(Text::into_decoded).unwrap_or_default(),
            name: self.name.map(Text::into_decoded).unwrap_or_default(),
            namespace: self.namespace.map(Text::into_decoded).filter(|namespace| !namespace.is_empty()),
            args: if is_free {
                Args::Free(self.input.unwrap_or_default())
            } else {
                Args::Quoted(self.arguments.unwrap_or_default())
            },
            seal: None,
        }
    }

    /// What a model thought: as it was, in short, or sealed.
    pub(super) fn into_thinking(self) -> Thinking<'a> {
        let whole: Vec<Words<'_>> =
            self.content.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let is_summary = whole.is_empty();
        let words = if is_summary { self.summary.unwrap_or_default() } else { whole };
        let seal =
            self.encrypted_content.filter(|seal| !seal.is_empty()).map(|seal| Seal::open(Issuer::Responses, seal));
        Thinking { text: paragraphs(words), is_summary, seal }
    }
}

/// The parts of a summary, one after another.
fn paragraphs(words: Vec<Words<'_>>) -> Text<'_> {
    let mut texts = words.into_iter().filter_map(|words| words.text);
    let mut all = texts.next().unwrap_or_default();
    for text in texts {
        all.push(&Text::plain("\n\n"));
        all.push(&text);
    }
    all
}

impl<'a> Words<'a> {
    /// A text or a refusal of the model's.
    pub(super) fn into_block(self) -> Option<Block<'a>> {
        if let Some(text) = self.refusal {
            return Some(Content::Refusal(text).into());
        }
        let citations = self.annotations.into_iter().flatten().filter_map(Annotation::into_citation).collect();
        self.text.map(|text| Content::Text { text, citations }.into())
    }
}

impl<'a> Annotation<'a> {
    pub(super) fn into_citation(self) -> Option<Citation<'a>> {
        Some(Citation { url: self.url?, title: self.title, quoted: None, span: self.start_index.zip(self.end_index) })
    }
}

/// The kind of an item; one without is a message.
pub(super) fn kind<'a>(item: &Item<'a>) -> Cow<'a, str> {
    item.kind.clone().map_or("message".into(), Text::into_decoded)
}
