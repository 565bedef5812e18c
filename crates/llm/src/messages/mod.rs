//! Anthropic Messages.

mod failure;
mod read_answer;
mod read_request;
mod read_stream;
mod usage;
mod watch;
mod write_answer;
mod write_request;
mod write_stream;

pub(crate) use failure::write_failure;
pub(crate) use read_answer::read_answer;
pub(crate) use read_request::read_request;
pub(crate) use read_stream::Reader;
pub(crate) use watch::Watcher;
pub(crate) use write_answer::write_answer;
pub(crate) use write_request::write_request;
pub(crate) use write_stream::Writer;

use serde_json::value::RawValue;

use crate::{
    neutral::{Field, Issuer},
    usage::Told,
};

/// Whose seals this dialect has slots for.
const SEALS: [Issuer; 2] = [Issuer::Messages, Issuer::MessagesRedacted];

/// The usage of an answer in one piece.
pub(crate) fn read_usage(raw: Option<&RawValue>) -> Told {
    let mut counts = usage::Counts::default();
    counts.hear(raw);
    counts.told()
}

/// What clients call a member.
pub(crate) const fn member(field: Field) -> &'static str {
    match field {
        Field::Turns => "messages",
        Field::Tools => "tools",
        Field::ToolChoice => "tool_choice",
        Field::Parallel => "tool_choice.disable_parallel_tool_use",
        Field::MaxOutput => "max_tokens",
        Field::Temperature => "temperature",
        Field::TopP => "top_p",
        Field::TopK => "top_k",
        Field::MinP => "min_p",
        Field::FrequencyPenalty => "frequency_penalty",
        Field::PresencePenalty => "presence_penalty",
        Field::Seed => "seed",
        Field::Answers => "n",
        Field::Logprobs => "logprobs",
        Field::Stop => "stop_sequences",
        Field::Thinking => "thinking",
        Field::Format => "output_config.format",
        Field::User => "metadata.user_id",
        Field::Metadata => "metadata",
        Field::Tier => "service_tier",
    }
}
