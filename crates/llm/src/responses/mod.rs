//! OpenAI Responses.

mod item;
mod read_answer;
mod read_request;
mod read_stream;
mod usage;
mod write_answer;
mod write_request;
mod write_stream;

/// Clients understand Chat's errors.
pub(crate) use crate::chat::write_failure;
pub(crate) use read_answer::read_answer;
pub(crate) use read_request::read_request;
pub(crate) use read_stream::Reader;
pub(crate) use write_answer::write_answer;
pub(crate) use write_request::write_request;
pub(crate) use write_stream::Writer;

use crate::neutral::Field;

/// What clients call a member.
pub(crate) const fn member(field: Field) -> &'static str {
    match field {
        Field::Turns => "input",
        Field::Tools => "tools",
        Field::ToolChoice => "tool_choice",
        Field::Parallel => "parallel_tool_calls",
        Field::MaxOutput => "max_output_tokens",
        Field::Temperature => "temperature",
        Field::TopP => "top_p",
        Field::TopK => "top_k",
        Field::MinP => "min_p",
        Field::FrequencyPenalty => "frequency_penalty",
        Field::PresencePenalty => "presence_penalty",
        Field::Seed => "seed",
        Field::Answers => "n",
        Field::Logprobs => "top_logprobs",
        Field::Stop => "stop",
        Field::Thinking => "reasoning",
        Field::Format => "text.format",
        Field::User => "user",
        Field::Metadata => "metadata",
        Field::Tier => "service_tier",
    }
}
