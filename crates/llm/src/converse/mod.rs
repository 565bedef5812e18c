//! Bedrock Converse. The model stands in the path. Upstreams speak it, clients don't.

mod read_answer;
mod read_stream;
mod write_request;

pub(crate) use read_answer::read_answer;
pub(crate) use read_stream::Reader;
pub(crate) use write_request::write_request;
