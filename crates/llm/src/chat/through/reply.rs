//! What a whole answer says about its cost.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{stream::Summary, usage};

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    choices: Option<&'a RawValue>,
}

/// Reads an answer's usage. An answer that can't be read still passes through; its output is counted by its bytes.
pub fn read_reply(body: &[u8]) -> Summary {
    let Ok(reply) = serde_json::from_slice::<Reply<'_>>(body) else {
        return Summary { content: body.len(), ..Summary::default() };
    };
    let mut summary = Summary { content: reply.choices.map_or(0, |raw| raw.get().len()), ..Summary::default() };
    summary.hear(usage::read(reply.usage));
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
            let summary = read_reply(body.as_bytes());
            assert_eq!(summary.usage, Some(Usage { input: 3, ..Usage::default() }), "{body}");
        }
    }

    #[test]
    fn an_answer_without_usage_is_counted_by_its_content() {
        let summary = read_reply(br#"{"choices":[{"message":{"content":"hello"}}]}"#);
        assert_eq!(summary.usage, None);
        assert!(summary.content > 5);
        assert_eq!(read_reply(b"<html>").content, 6);
    }
}
