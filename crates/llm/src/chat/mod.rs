//! OpenAI Chat Completions, and the older endpoints that share its shapes: completions and embeddings.

mod failure;
mod read_answer;
mod read_request;
mod read_stream;
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

use crate::neutral::Field;

/// What clients call a member.
pub(crate) const fn member(field: Field) -> &'static str {
    match field {
        Field::Turns => "messages",
        Field::Tools => "tools",
        Field::ToolChoice => "tool_choice",
        Field::Parallel => "parallel_tool_calls",
        Field::MaxOutput => "max_completion_tokens",
        Field::Temperature => "temperature",
        Field::TopP => "top_p",
        Field::TopK => "top_k",
        Field::MinP => "min_p",
        Field::FrequencyPenalty => "frequency_penalty",
        Field::PresencePenalty => "presence_penalty",
        Field::Seed => "seed",
        Field::Answers => "n",
        Field::Logprobs => "logprobs",
        Field::Stop => "stop",
        Field::Thinking => "reasoning_effort",
        Field::Format => "response_format",
        Field::User => "user",
        Field::Metadata => "metadata",
        Field::Tier => "service_tier",
    }
}
