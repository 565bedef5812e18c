//! OpenAI Responses.

mod failure;
mod item;
mod own;
mod read_answer;
mod read_input;
mod read_request;
mod read_stream;
mod read_tools;
mod watch;
mod write_answer;
mod write_input;
mod write_request;
mod write_stream;
mod write_tools;

pub(crate) use failure::write_failure;
pub(crate) use read_answer::read_answer;
pub(crate) use read_request::read_request;
pub(crate) use read_stream::Reader;
pub(crate) use watch::Watcher;
pub(crate) use write_answer::write_answer;
pub(crate) use write_request::write_request;
pub(crate) use write_stream::Writer;

use crate::neutral::{Block, Content, Field, Issuer, Role, Turn};

/// Whose seals this dialect has a slot for.
const SEALS: [Issuer; 1] = [Issuer::Responses];

/// What the client asks for to know how likely each token was.
const LOGPROBS: &str = "message.output_text.logprobs";

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
        Field::Logprobs => "include",
        Field::Stop => "stop",
        Field::Thinking => "reasoning",
        Field::Format => "text.format",
        Field::User => "user",
        Field::Metadata => "metadata",
        Field::Tier => "service_tier",
    }
}

/// Where a client has a block: what the model and its tools said are items, what others said are parts of a message.
pub(crate) fn place(turn: &Turn<'_>, block: &Block<'_>) -> String {
    if turn.role == Role::Assistant || matches!(block.content, Content::Outcome(_)) {
        format!("input[{}]", block.at)
    } else {
        format!("input[{}].content[{}]", turn.at, block.at)
    }
}
