//! Gemini generateContent. The model and whether to stream stand in the path, not in the body.

mod failure;
mod grounding;
mod read_answer;
mod read_request;
mod read_stream;
mod schema;
mod usage;
mod watch;
mod write_answer;
mod write_request;
mod write_stream;

pub(crate) use failure::write_failure;
pub(crate) use read_answer::read_answer;
pub(crate) use read_request::read_request;
pub(crate) use read_stream::Reader;
pub(crate) use usage::read as read_usage;
pub(crate) use watch::Watcher;
pub(crate) use write_answer::write_answer;
pub(crate) use write_request::write_request;
pub(crate) use write_stream::Writer;

use crate::neutral::Field;

/// What clients call a member.
pub(crate) const fn member(field: Field) -> &'static str {
    match field {
        Field::Turns => "contents",
        Field::Tools => "tools",
        Field::ToolChoice => "toolConfig.functionCallingConfig",
        Field::Parallel => "toolConfig",
        Field::MaxOutput => "generationConfig.maxOutputTokens",
        Field::Temperature => "generationConfig.temperature",
        Field::TopP => "generationConfig.topP",
        Field::TopK => "generationConfig.topK",
        Field::MinP => "generationConfig.minP",
        Field::FrequencyPenalty => "generationConfig.frequencyPenalty",
        Field::PresencePenalty => "generationConfig.presencePenalty",
        Field::Seed => "generationConfig.seed",
        Field::Answers => "generationConfig.candidateCount",
        Field::Logprobs => "generationConfig.responseLogprobs",
        Field::Stop => "generationConfig.stopSequences",
        Field::Thinking => "generationConfig.thinkingConfig",
        Field::Format => "generationConfig.responseSchema",
        Field::User | Field::Metadata => "labels",
        Field::Tier => "serviceTier",
    }
}
