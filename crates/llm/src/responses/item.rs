//! An item of an answer, as far as it has been said: what streams announce and what answers consist of.

use super::{SEALS, own::Own, write_input::write_thought};
use crate::{
    json::{Text, write::Object},
    neutral::{Args, Citation, Seal},
};

/// An item and its id.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) id: String,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind<'a> {
    Message(Vec<Part<'a>>),
    Reasoning {
        text: Text<'a>,
        is_summary: bool,
        seal: Option<Seal<'a>>,
    },
    Call {
        call_id: String,
        name: String,
        namespace: Option<String>,
        args: Args<'a>,
    },
    /// Base64.
    Image(Text<'a>),
}

/// A part of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Part<'a> {
    pub(super) is_refusal: bool,
    pub(super) text: Text<'a>,
    pub(super) citations: Vec<(Citation<'a>, usize)>,
    /// A list, as JSON.
    pub(super) logprobs: Option<&'a str>,
}

impl<'a> Kind<'a> {
    /// The item, named after its answer and its place in it: no other of the conversation has the name.
    pub(super) fn at(self, place: usize, response: &str) -> Item<'a> {
        let prefix = match &self {
            Self::Message(_) => "msg",
            Self::Reasoning { .. } => "rs",
            Self::Call { args: Args::Free(_), .. } => "ctc",
            Self::Call { .. } => "fc",
            Self::Image(_) => "ig",
        };
        let rest = response.strip_prefix("resp_").unwrap_or(response);
        Item { id: format!("{prefix}_{rest}_{place}"), kind: self }
    }

    /// The tool of this dialect's own that is called.
    pub(super) fn own(&self) -> Option<&'static Own> {
        match self {
            Self::Call { name, namespace, .. } => Own::of(name, namespace.as_deref()),
            _ => None,
        }
    }
}

impl Item<'_> {
    /// Writes it. The status is `in_progress`, `completed` or `incomplete`.
    pub(super) fn write(&self, status: &str, out: &mut Object<'_>) {
        out.str("id", &self.id);
        match &self.kind {
            Kind::Message(parts) => {
                out.str("type", "message").str("status", status).str("role", "assistant");
                let mut list = out.array("content");
                for part in parts {
                    part.write(&mut list.object());
                }
            }
            Kind::Reasoning { text, is_summary, seal } => {
                out.str("type", "reasoning");
                write_thought(text, *is_summary, out);
                if let Some(seal) = seal {
                    out.text("encrypted_content", &seal.envelope(&SEALS));
                }
            }
            Kind::Call { call_id, name, namespace, args } => {
                if let Some(own) = self.kind.own() {
                    out.str("type", &format!("{}_call", own.name)).str("status", status).str("call_id", call_id);
                    out.raw(own.args, &own.payload(&args.object().0));
                    return;
                }
                let is_free = matches!(args, Args::Free(_));
                out.str("type", if is_free { "custom_tool_call" } else { "function_call" });
                out.str("status", status).str("call_id", call_id).str("name", name);
                if let Some(namespace) = namespace {
                    out.str("namespace", namespace);
                }
                match args {
                    Args::Free(input) => out.text("input", input),
                    // Until it is known that there are none.
                    Args::Quoted(text) if text.is_empty() && status == "in_progress" => out.str("arguments", ""),
                    args => out.text("arguments", &args.quoted()),
                };
            }
            Kind::Image(data) => {
                out.str("type", "image_generation_call").str("status", status).text("result", data);
            }
        }
    }
}

impl Part<'_> {
    pub(super) fn write(&self, out: &mut Object<'_>) {
        if self.is_refusal {
            out.str("type", "refusal").text("refusal", &self.text);
            return;
        }
        out.str("type", "output_text").text("text", &self.text);
        {
            let mut list = out.array("annotations");
            for (citation, end) in &self.citations {
                write_annotation(citation, *end, &mut list.object());
            }
        }
        out.raw("logprobs", self.logprobs.unwrap_or("[]"));
    }

    /// Characters so far.
    pub(super) fn chars(&self) -> usize {
        self.text.decode().chars().count()
    }
}

/// Where a text comes from; all of it so far if it isn't known which part.
pub(super) fn write_annotation(citation: &Citation<'_>, whole: usize, out: &mut Object<'_>) {
    let (start, end) = citation.span.unwrap_or((0, whole));
    out.str("type", "url_citation").text("url", &citation.url);
    out.text("title", citation.title.as_ref().unwrap_or(&Text::default()));
    out.int("start_index", i64::try_from(start).unwrap_or(0)).int("end_index", i64::try_from(end).unwrap_or(0));
}
