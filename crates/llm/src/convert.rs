//! What goes with a request from one dialect into another, and with its answer back.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use crate::{
    Dialect, Failure, Upstream, Usage,
    neutral::{Args, Content, Loss, Names, Request, Strictness},
    stream::{Summary, call_id},
};

/// Whom a request is written for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// What the provider calls the model.
    pub model: &'a str,
    pub strictness: Strictness,
    pub quirks: Quirks,
}

/// How a provider or model differs from what its dialect usually is. All off: one that knows the dialect as most do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a provider")]
pub struct Quirks {
    /// Chat: takes `max_completion_tokens` and refuses `max_tokens`.
    pub max_completion_tokens: bool,
    /// Chat: knows the role `developer`.
    pub developer_role: bool,
    /// Chat: wants `reasoning_content` back in the history.
    pub thinking_history: bool,
    /// Chat: takes pictures in what tools answer.
    pub media_in_outcomes: bool,
    /// Chat: takes `cache_control` on parts.
    pub cache_marks: bool,
    /// Chat: refuses `stream_options`.
    pub no_stream_options: bool,
    /// Chat: takes `top_k` and `min_p`.
    pub top_k: bool,
    /// Messages: the model decides how much it thinks; refuses a budget, and an answer that the client began.
    pub adaptive_thinking: bool,
    /// Messages: takes `temperature` or `top_p`, not both.
    pub one_sampling: bool,
    /// Gemini: knows words for how much to think, and no budget.
    pub thinking_level: bool,
    /// Leaves out the instruction line of one client that differs from request to request and spoils prompt caches.
    pub no_billing_line: bool,
}

impl Quirks {
    /// One that knows its dialect as most do.
    pub const NONE: Self = Self {
        max_completion_tokens: false,
        developer_role: false,
        thinking_history: false,
        media_in_outcomes: false,
        cache_marks: false,
        no_stream_options: false,
        top_k: false,
        adaptive_thinking: false,
        one_sampling: false,
        no_billing_line: false,
        thinking_level: false,
    };

    /// What is known of a model by its name.
    #[must_use]
    pub fn of_model(mut self, model: &str) -> Self {
        if let Some((major, minor)) = claude(model) {
            self.one_sampling |= (major, minor) >= (4, 5);
            self.adaptive_thinking |= (major, minor) >= (4, 6);
        }
        if let Some((_, version)) = model.split_once("gemini-") {
            let major = version.split(['-', '.']).next().and_then(|major| major.parse::<u32>().ok()); // quirk
            self.thinking_level |= major.is_some_and(|major| major >= 3);
        }
        if ["gpt-5", "o1", "o3", "o4"].iter().any(|start| model.starts_with(start)) {
            self.max_completion_tokens = true;
            self.developer_role = true;
        }
        self
    }
}

/// The version in names such as `claude-opus-4-6-20260205` and `anthropic/claude-opus-4.6`.
fn claude(model: &str) -> Option<(u32, u32)> {
    let (_, name) = model.split_once("claude-")?; // quirk
    let mut numbers = name.split(['-', '.', '@', ':']).filter_map(|word| word.parse::<u32>().ok());
    let major = numbers.next()?;
    // A date is no minor version.
    Some((major, numbers.next().filter(|minor| *minor < 100).unwrap_or(0)))
}

/// A request as a provider gets it.
#[derive(Debug)]
pub struct Written {
    pub body: Bytes,
    pub losses: Vec<Loss>,
    /// The tools that have other names there.
    pub names: Names,
    /// Headers that belong to the body.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
}

/// What the answer's writer has to know of the request.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a client")]
pub struct Asked {
    /// The request's own id, for providers that give their answers none.
    pub id: String,
    /// Seconds since 1970, UTC.
    pub created: i64,
    /// As the client named it.
    pub model: String,
    pub include_usage: bool,
    pub legacy_functions: bool,
    /// Gemini: the stream is one array, not server-sent events.
    pub json_array: bool,
    /// Tokens that the request is likely to have, until the provider says.
    pub input: i64,
    pub names: Names,
    /// Responses: members of the request that the answer says again, with their JSON.
    pub echo: Arc<[(&'static str, Box<str>)]>,
    /// Responses: the client reads thoughts where they are told in short, and nowhere else.
    pub summaries: bool,
}

impl Asked {
    /// What is to be remembered of a request while it is answered.
    pub fn new(request: &Request<'_>, written: &Written, id: String, created: i64) -> Self {
        Self {
            id,
            created,
            model: request.model.to_string(),
            include_usage: request.include_usage,
            legacy_functions: request.legacy_functions,
            json_array: false,
            input: crate::usage::estimate_tokens(written.body.len()),
            names: written.names.clone(),
            echo: request.echo.iter().map(|(name, json)| (*name, json.get().into())).collect(),
            summaries: request.thinking.show == Some(true),
        }
    }
}

/// Turns a provider's whole answer into a client's.
///
/// # Errors
/// A failure of kind [`BadGateway`](crate::Kind::BadGateway) if it isn't one.
pub fn convert_reply(
    from: impl Into<Upstream>,
    to: Dialect,
    body: &[u8],
    asked: &Asked,
) -> Result<(Bytes, Summary), Failure> {
    let mut reply = from.into().read_reply(body)?;
    let mut content = 0;
    for choice in &mut reply.choices {
        for (number, block) in choice.blocks.iter_mut().enumerate() {
            content += block.content.size();
            let Content::Call(call) = &mut block.content else { continue };
            if call.id.is_empty() {
                call.id = Cow::Owned(call_id(&asked.id, number));
            }
            if let Some(known) = asked.names.find(&call.name) {
                if known.unwrap {
                    call.args = Args::Free(call.args.free().into_owned());
                }
                call.namespace = known.namespace.clone().map(Cow::Owned);
                call.name = Cow::Owned(known.name.clone());
            }
        }
        choice.settle();
    }
    let mut summary = Summary { content, ..Summary::default() };
    summary.hear(reply.usage);
    Ok((to.write_reply(&reply, asked), summary))
}

/// The input that is neither read from a cache nor written to one, as some dialects count it.
pub(crate) fn fresh(usage: &Usage) -> i64 {
    (usage.input - usage.cache_read - usage.cache_write).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_takes_is_known_by_its_version() {
        let adaptive = |model| Quirks::default().of_model(model).adaptive_thinking;
        for model in ["claude-opus-4-6", "claude-sonnet-4-6-20260301", "anthropic/claude-opus-4.7", "claude-opus-5"] {
            assert!(adaptive(model), "{model}");
        }
        for model in ["claude-opus-4-5-20251101", "claude-3-7-sonnet-20250219", "claude-sonnet-4-20250514", "gpt-5"] {
            assert!(!adaptive(model), "{model}");
        }
        assert!(Quirks::default().of_model("claude-haiku-4-5").one_sampling);
        assert!(Quirks::default().of_model("gpt-5-mini").max_completion_tokens);
    }
}
