//! What a whole answer says about its cost.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Dialect, gemini, messages, stream::Summary, usage};

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    choices: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    candidates: Option<&'a RawValue>,
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "usageMetadata")]
    usage_metadata: Option<&'a RawValue>,
}

/// Reads an answer's usage. An answer that can't be read still passes through; its output is counted by its bytes.
pub fn read_reply(dialect: Dialect, body: &[u8]) -> Summary {
    let Ok(reply) = serde_json::from_slice::<Reply<'_>>(body) else {
        return Summary { content: body.len(), ..Summary::default() };
    };
    let (content, told) = match dialect {
        Dialect::Chat => (reply.choices, usage::read(reply.usage)),
        Dialect::Messages => (reply.content, messages::read_usage(reply.usage)),
        Dialect::Responses => (reply.output, usage::read_responses(reply.usage)),
        Dialect::Gemini => (reply.candidates, gemini::read_usage(reply.usage_metadata)),
    };
    let mut summary = Summary { content: content.map_or(0, |raw| raw.get().len()), ..Summary::default() };
    summary.hear(told);
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Usage;

    #[test]
    fn usage_of_chat_and_embeddings_is_read() {
        for body in [
            r#"{"id":"x","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":0}}"#,
            r#"{"object":"list","data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":3,"total_tokens":3}}"#,
        ] {
            let summary = read_reply(Dialect::Chat, body.as_bytes());
            assert_eq!(summary.usage, Some(Usage { input: 3, ..Usage::default() }), "{body}");
        }
    }

    #[test]
    fn usage_of_messages_is_read() {
        let body = br#"{"type":"message","content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5}}"#;
        let summary = read_reply(Dialect::Messages, body);
        assert_eq!(summary.usage, Some(Usage { input: 7, cache_read: 4, output: 5, ..Usage::default() }));
        assert!(summary.content > 2);
    }

    #[test]
    fn an_answer_without_usage_is_counted_by_its_content() {
        let summary = read_reply(Dialect::Chat, br#"{"choices":[{"message":{"content":"hello"}}]}"#);
        assert_eq!(summary.usage, None);
        assert!(summary.content > 5);
        assert_eq!(read_reply(Dialect::Chat, b"<html>").content, 6);
    }
}
