//! The wire protocols, each a folder with the same files in it, behind one type.

use bytes::Bytes;

use crate::{
    Asked, Failure, Target, Written, chat, converse, gemini, messages,
    neutral::{Block, Field, Reply, Request, Turn},
    ollama, responses,
    stream::{Frames, StreamReader, StreamWriter},
    through::Watch,
};

/// A wire protocol that clients and upstreams speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI Chat Completions, and the endpoints that share its errors: completions, embeddings, models.
    Chat,
    /// Anthropic Messages.
    Messages,
    /// Gemini generateContent.
    Gemini,
    /// OpenAI Responses.
    Responses,
}

impl Dialect {
    pub const ALL: [Self; 4] = [Self::Chat, Self::Messages, Self::Gemini, Self::Responses];

    /// The name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
            Self::Responses => "responses",
        }
    }

    /// Reads what a client asks for.
    ///
    /// # Errors
    /// A failure of kind [`InvalidRequest`](crate::Kind::InvalidRequest) that names the member at fault.
    pub fn read_request(self, body: &[u8]) -> Result<Request<'_>, Failure> {
        match self {
            Self::Chat => chat::read_request(body),
            Self::Messages => messages::read_request(body),
            Self::Gemini => gemini::read_request(body),
            Self::Responses => responses::read_request(body),
        }
    }

    /// Writes a request for a provider.
    ///
    /// # Errors
    /// A failure of kind [`InvalidRequest`](crate::Kind::InvalidRequest) if the request means something that this dialect
    /// can't say and that its answer depends on.
    pub fn write_request(self, request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
        match self {
            Self::Chat => chat::write_request(request, target),
            Self::Messages => messages::write_request(request, target),
            Self::Gemini => gemini::write_request(request, target),
            Self::Responses => responses::write_request(request, target),
        }
    }

    /// Reads a provider's answer in one piece.
    ///
    /// # Errors
    /// A failure of kind [`BadGateway`](crate::Kind::BadGateway) if it isn't one.
    pub fn read_reply(self, body: &[u8]) -> Result<Reply<'_>, Failure> {
        match self {
            Self::Chat => chat::read_answer(body),
            Self::Messages => messages::read_answer(body),
            Self::Gemini => gemini::read_answer(body),
            Self::Responses => responses::read_answer(body),
        }
    }

    /// Writes an answer in one piece for a client.
    pub fn write_reply(self, reply: &Reply<'_>, asked: &Asked) -> Bytes {
        match self {
            Self::Chat => chat::write_answer(reply, asked),
            Self::Messages => messages::write_answer(reply, asked),
            Self::Gemini => gemini::write_answer(reply, asked),
            Self::Responses => responses::write_answer(reply, asked),
        }
    }

    /// The HTTP status and body that tell a client that it failed.
    pub fn write_failure(self, failure: &Failure) -> (u16, Bytes) {
        match self {
            Self::Chat => chat::write_failure(failure),
            Self::Messages => messages::write_failure(failure),
            Self::Gemini => gemini::write_failure(failure),
            Self::Responses => responses::write_failure(failure),
        }
    }

    /// What a client of this dialect calls a member.
    pub(crate) const fn member(self, field: Field) -> &'static str {
        match self {
            Self::Chat => chat::member(field),
            Self::Messages => messages::member(field),
            Self::Gemini => gemini::member(field),
            Self::Responses => responses::member(field),
        }
    }

    /// Where a client of this dialect has a block.
    pub(crate) fn place(self, turn: &Turn<'_>, block: &Block<'_>) -> String {
        match self {
            Self::Chat | Self::Messages => format!("messages[{}].content[{}]", turn.at, block.at),
            Self::Gemini => format!("contents[{}].parts[{}]", turn.at, block.at),
            Self::Responses => responses::place(turn, block),
        }
    }

    /// What looks at a stream that passes through.
    pub(crate) fn watcher(self) -> Box<dyn Watch> {
        match self {
            Self::Chat => Box::new(chat::Watcher),
            Self::Messages => Box::new(messages::Watcher::default()),
            Self::Gemini => Box::new(gemini::Watcher),
            Self::Responses => Box::new(responses::Watcher),
        }
    }

    pub(crate) fn stream_reader(self) -> Box<dyn StreamReader> {
        match self {
            Self::Chat => Box::new(chat::Reader::default()),
            Self::Messages => Box::new(messages::Reader::default()),
            Self::Gemini => Box::new(gemini::Reader::default()),
            Self::Responses => Box::new(responses::Reader::default()),
        }
    }

    pub(crate) fn stream_writer(self, asked: &Asked) -> Box<dyn StreamWriter> {
        match self {
            Self::Chat => Box::new(chat::Writer::new(asked)),
            Self::Messages => Box::new(messages::Writer::new(asked)),
            Self::Gemini => Box::new(gemini::Writer::new(asked)),
            Self::Responses => Box::new(responses::Writer::new(asked)),
        }
    }
}

/// A wire protocol that upstreams speak: those of clients, and some that no client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Upstream {
    Dialect(Dialect),
    /// Ollama's own, `/api/chat`.
    Ollama,
    /// Bedrock Converse.
    Converse,
}

impl From<Dialect> for Upstream {
    fn from(dialect: Dialect) -> Self {
        Self::Dialect(dialect)
    }
}

impl Upstream {
    pub const ALL: [Self; 6] = [
        Self::Dialect(Dialect::Chat),
        Self::Dialect(Dialect::Messages),
        Self::Dialect(Dialect::Gemini),
        Self::Dialect(Dialect::Responses),
        Self::Ollama,
        Self::Converse,
    ];

    /// The name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dialect(dialect) => dialect.as_str(),
            Self::Ollama => "ollama",
            Self::Converse => "converse",
        }
    }

    /// Writes a request, see [`Dialect::write_request`].
    ///
    /// # Errors
    /// As there.
    pub fn write_request(self, request: &Request<'_>, target: &Target<'_>) -> Result<Written, Failure> {
        match self {
            Self::Dialect(dialect) => dialect.write_request(request, target),
            Self::Ollama => ollama::write_request(request, target),
            Self::Converse => converse::write_request(request, target),
        }
    }

    /// Reads an answer in one piece, see [`Dialect::read_reply`].
    ///
    /// # Errors
    /// As there.
    pub fn read_reply(self, body: &[u8]) -> Result<Reply<'_>, Failure> {
        match self {
            Self::Dialect(dialect) => dialect.read_reply(body),
            Self::Ollama => ollama::read_answer(body),
            Self::Converse => converse::read_answer(body),
        }
    }

    pub(crate) fn frames(self) -> Frames {
        match self {
            Self::Dialect(_) => Frames::sse(),
            Self::Ollama => Frames::lines(),
            Self::Converse => Frames::binary(),
        }
    }

    pub(crate) fn stream_reader(self) -> Box<dyn StreamReader> {
        match self {
            Self::Dialect(dialect) => dialect.stream_reader(),
            Self::Ollama => Box::new(ollama::Reader),
            Self::Converse => Box::new(converse::Reader::default()),
        }
    }
}
