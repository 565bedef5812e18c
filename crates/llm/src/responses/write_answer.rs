//! Writes an answer in one piece, which streams end with too.

use bytes::{Bytes, BytesMut};

use super::usage::write_usage;
use crate::{
    Asked, Usage,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Args, Block, Call, Citation, Content, Finish, Issuer, Media, Reason, Reply, Source, Thinking},
};

/// Writes an answer's body.
pub(crate) fn write_answer(reply: &Reply<'_>, asked: &Asked) -> Bytes {
    let choice = reply.choices.first();
    let blocks = choice.map(|choice| &choice.blocks[..]).unwrap_or_default();
    let finish = choice.map(|choice| choice.finish.clone()).unwrap_or_default();
    let mut output = BytesMut::new();
    {
        let mut items = Array::new(&mut output);
        let ids = Ids { answer: &reply.id, asked };
        let (mut blocks, mut number) = (blocks.iter().peekable(), 0);
        let explanation = finish.explanation.clone().map(|text| Block::from(Content::Refusal(text)));
        while let Some(block) = blocks.next() {
            match &block.content {
                Content::Text { .. } | Content::Refusal(_) => {
                    // Words that follow each other are parts of one message.
                    let mut words = vec![block];
                    while let Some(more) = blocks.next_if(|block| is_words(block)) {
                        words.push(more);
                    }
                    message(&words, &ids.item("msg", number), items.element());
                }
                Content::Thinking(thinking) => reasoning(thinking, &ids.item("rs", number), items.element()),
                Content::Call(call) => called(call, &ids.item("fc", number), items.element()),
                Content::Media(media) => picture(media, &ids.item("ig", number), items.element()),
                Content::Outcome(_) | Content::Only(_) => continue,
            }
            number += 1;
        }
        if let Some(refusal) = &explanation {
            message(&[refusal], &ids.item("msg", number), items.element());
        }
    }
    let head = Head { id: &reply.id, model: &reply.model, created: reply.created, asked };
    let mut out = BytesMut::with_capacity(1_024);
    head.write(Some(&finish), &output, reply.usage(), &mut out);
    out.freeze()
}

fn is_words(block: &Block<'_>) -> bool {
    matches!(block.content, Content::Text { .. } | Content::Refusal(_))
}

/// What names an answer's items.
pub(super) struct Ids<'a> {
    pub(super) answer: &'a str,
    pub(super) asked: &'a Asked,
}

impl Ids<'_> {
    pub(super) fn item(&self, kind: &str, number: usize) -> String {
        let answer = if self.answer.is_empty() { &self.asked.id } else { self.answer };
        format!("{kind}_{}_{number}", answer.strip_prefix("resp_").unwrap_or(answer))
    }
}

/// What an answer is besides its items.
pub(super) struct Head<'a> {
    pub(super) id: &'a str,
    pub(super) model: &'a str,
    pub(super) created: Option<i64>,
    pub(super) asked: &'a Asked,
}

impl Head<'_> {
    /// Writes the whole object; without a finish, one that is still being made.
    pub(super) fn write(&self, finish: Option<&Finish<'_>>, output: &[u8], usage: Option<Usage>, out: &mut BytesMut) {
        let mut body = Object::new(out);
        let id = if self.id.is_empty() { &self.asked.id } else { self.id };
        body.str("id", &if id.starts_with("resp_") { id.to_owned() } else { format!("resp_{id}") });
        body.str("object", "response").int("created_at", self.created.unwrap_or(self.asked.created));
        let incomplete = finish.and_then(incomplete);
        body.str(
            "status",
            match (finish, incomplete) {
                (None, _) => "in_progress",
                (Some(_), Some(_)) => "incomplete",
                (Some(_), None) => "completed",
            },
        );
        body.null("error");
        match incomplete {
            Some(reason) => drop(body.object("incomplete_details").str("reason", reason)),
            None => drop(body.null("incomplete_details")),
        }
        body.null("instructions").null("max_output_tokens").object("metadata");
        body.str("model", if self.model.is_empty() { &self.asked.model } else { self.model });
        body.member("output").extend_from_slice(output);
        body.bool("parallel_tool_calls", true).null("previous_response_id");
        body.object("reasoning").null("effort").null("summary");
        body.bool("store", false).null("temperature");
        body.object("text").object("format").str("type", "text");
        body.str("tool_choice", "auto").array("tools");
        body.null("top_p").str("truncation", "disabled");
        match usage {
            Some(usage) => write_usage(&usage, &mut body.object("usage")),
            None => drop(body.null("usage")),
        }
        body.null("user");
    }
}

/// Why an answer isn't all that it could have been.
pub(super) fn incomplete(finish: &Finish<'_>) -> Option<&'static str> {
    match finish.reason {
        Reason::Length | Reason::ContextFull => Some("max_output_tokens"),
        Reason::ContentFilter | Reason::Refusal => Some("content_filter"),
        _ => None,
    }
}

pub(super) fn message(words: &[&Block<'_>], id: &str, out: &mut BytesMut) {
    let mut item = Object::new(out);
    item.str("type", "message").str("id", id).str("status", "completed").str("role", "assistant");
    let mut parts = item.array("content");
    for block in words {
        match &block.content {
            Content::Text { text, citations } => text_part(text, citations, parts.element()),
            Content::Refusal(text) => refusal_part(text, parts.element()),
            _ => {}
        }
    }
}

pub(super) fn text_part(text: &Text<'_>, citations: &[Citation<'_>], out: &mut BytesMut) {
    let mut part = Object::new(out);
    part.str("type", "output_text").text("text", text);
    {
        let mut list = part.array("annotations");
        for citation in citations {
            let whole = (0, text.decode().chars().count());
            annotation(citation, whole, list.element());
        }
    }
    part.array("logprobs");
}

pub(super) fn annotation(citation: &Citation<'_>, whole: (usize, usize), out: &mut BytesMut) {
    let (start, end) = citation.span.unwrap_or(whole);
    let mut item = Object::new(out);
    item.str("type", "url_citation").text("url", &citation.url);
    item.text("title", citation.title.as_ref().unwrap_or(&Text::default()));
    item.int("start_index", i64::try_from(start).unwrap_or(0)).int("end_index", i64::try_from(end).unwrap_or(0));
}

pub(super) fn refusal_part(text: &Text<'_>, out: &mut BytesMut) {
    Object::new(out).str("type", "refusal").text("refusal", text);
}

/// Thinking is shown as a summary, whatever it was: clients show nothing else.
pub(super) fn reasoning(thinking: &Thinking<'_>, id: &str, out: &mut BytesMut) {
    let mut item = Object::new(out);
    item.str("type", "reasoning").str("id", id);
    {
        let mut summary = item.array("summary");
        if !thinking.text.is_empty() {
            summary.object().str("type", "summary_text").text("text", &thinking.text);
        }
    }
    if let Some(seal) = &thinking.seal {
        item.text("encrypted_content", &seal.envelope(&[Issuer::Responses]));
    }
}

pub(super) fn called(call: &Call<'_>, id: &str, out: &mut BytesMut) {
    let mut item = Object::new(out);
    let is_free = matches!(call.args, Args::Free(_));
    item.str("type", if is_free { "custom_tool_call" } else { "function_call" });
    item.str("id", id).str("status", "completed").str("call_id", &call.id).str("name", &call.name);
    if let Some(namespace) = &call.namespace {
        item.str("namespace", namespace);
    }
    match &call.args {
        Args::Free(input) => item.text("input", input),
        args => item.text("arguments", &args.quoted()),
    };
}

pub(super) fn picture(media: &Media<'_>, id: &str, out: &mut BytesMut) {
    let mut item = Object::new(out);
    item.str("type", "image_generation_call").str("id", id).str("status", "completed");
    match &media.source {
        Source::Inline { data, .. } => item.text("result", data),
        Source::Url(url) | Source::File(url) | Source::Text(url) => item.text("result", url),
    };
}
