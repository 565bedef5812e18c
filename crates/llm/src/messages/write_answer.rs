//! Writes an answer in one piece.

use bytes::{Bytes, BytesMut};

use super::{SEALS, usage::write_usage};
use crate::{
    Asked, Usage,
    json::{
        Text,
        write::{Array, Object},
    },
    neutral::{Block, Citation, Content, Finish, Issuer, Reason, Reply, Seal, fit_id},
};

/// Writes an answer's body. There is one choice: a request for more is refused before it is sent.
pub(crate) fn write_answer(reply: &Reply<'_>, asked: &Asked) -> Bytes {
    let mut out = BytesMut::with_capacity(1_024);
    {
        let mut body = Object::new(&mut out);
        head(&reply.id, &reply.model, asked, &mut body);
        let choice = reply.choices.first();
        {
            let mut list = body.array("content");
            for block in choice.into_iter().flat_map(|choice| &choice.blocks) {
                write_block(block, &mut list);
            }
        }
        stop(choice.map_or(&Finish::default(), |choice| &choice.finish), &mut body);
        let usage = reply.usage().unwrap_or(Usage { input: asked.input, ..Usage::default() });
        write_usage(&usage, &mut body.object("usage"));
    }
    out.freeze()
}

/// What an answer and a stream begin with.
pub(super) fn head(id: &str, model: &str, asked: &Asked, body: &mut Object<'_>) {
    let rest = if id.is_empty() { &asked.id } else { id };
    if rest.starts_with("msg_") {
        body.str("id", rest);
    } else {
        body.str("id", &format!("msg_{rest}"));
    }
    body.str("type", "message").str("role", "assistant");
    body.str("model", if model.is_empty() { &asked.model } else { model });
}

fn write_block(block: &Block<'_>, list: &mut Array<'_>) {
    match &block.content {
        // An empty one is refused when the client sends it back.
        Content::Text { text, citations } if !text.is_empty() || !citations.is_empty() => {
            let mut item = list.object();
            item.str("type", "text").text("text", text);
            if !citations.is_empty() {
                let mut list = item.array("citations");
                for cited in citations {
                    citation(cited, &mut list.object());
                }
            }
        }
        Content::Refusal(text) if !text.is_empty() => drop(list.object().str("type", "text").text("text", text)),
        Content::Thinking(thinking) => match &thinking.seal {
            Some(Seal { issuer: Issuer::MessagesRedacted, data }) => {
                list.object().str("type", "redacted_thinking").text("data", data);
            }
            // Thinking that can't be read, in the slot for such: clients hand it back.
            Some(seal) if thinking.text.is_empty() && seal.issuer != Issuer::Messages => {
                list.object().str("type", "redacted_thinking").text("data", &seal.envelope(&SEALS));
            }
            seal => {
                let signature = seal.as_ref().map(|seal| seal.envelope(&SEALS)).unwrap_or_default();
                let mut item = list.object();
                item.str("type", "thinking").text("thinking", &thinking.text).text("signature", &signature);
            }
        },
        Content::Call(call) => {
            // A seal on a call has no slot; thinking before it has.
            if let Some(seal) = &call.seal {
                list.object().str("type", "redacted_thinking").text("data", &seal.envelope(&SEALS));
            }
            let mut item = list.object();
            item.str("type", "tool_use").str("id", &fit_id(&call.id)).str("name", &call.name);
            item.raw("input", &call.args.object().0);
        }
        Content::Media(media) => {
            if let crate::neutral::Source::Url(url) = &media.source {
                list.object().str("type", "text").text("text", url);
            }
        }
        Content::Text { .. } | Content::Refusal(_) | Content::Outcome(_) | Content::Only(_) => {}
    }
}

pub(super) fn citation(citation: &Citation<'_>, out: &mut Object<'_>) {
    out.str("type", "web_search_result_location").text("url", &citation.url);
    match &citation.title {
        Some(title) => out.text("title", title),
        None => out.null("title"),
    };
    out.text("cited_text", citation.quoted.as_ref().unwrap_or(&Text::default())).str("encrypted_index", "");
}

pub(super) fn stop(finish: &Finish<'_>, out: &mut Object<'_>) {
    out.str(
        "stop_reason",
        match finish.reason {
            Reason::StopSequence if finish.sequence.is_some() => "stop_sequence",
            Reason::Stop | Reason::StopSequence | Reason::MalformedCall => "end_turn",
            Reason::Length => "max_tokens",
            Reason::ContextFull => "model_context_window_exceeded",
            Reason::ToolCalls => "tool_use",
            Reason::ContentFilter | Reason::Refusal => "refusal",
            Reason::Pause => "pause_turn",
        },
    );
    match &finish.sequence {
        Some(sequence) if finish.reason == Reason::StopSequence => out.text("stop_sequence", sequence),
        _ => out.null("stop_sequence"),
    };
    if let Some(explanation) = &finish.explanation {
        out.object("stop_details").str("type", "refusal").text("explanation", explanation);
    }
}
