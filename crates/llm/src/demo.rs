//! The demo provider's answers: a first try without a key, a network or a bill.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Failure, Kind,
    through::{Endpoint, Request},
    usage::estimate_tokens,
};

/// An answer in the shape that the client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Whole(Bytes),
    /// Events, to be sent with a pause between them.
    Stream(Vec<Bytes>),
}

/// Answers `body`, an OpenAI chat or completion request. `created` is in seconds since the Unix epoch.
///
/// # Errors
/// For what the demo doesn't do: embeddings, and bodies that aren't requests.
pub fn answer(endpoint: Endpoint, body: Bytes, id: &str, created: i64) -> Result<Answer, Failure> {
    let request = Request::read(endpoint, body)?;
    if endpoint == Endpoint::Embeddings {
        return Err(Failure::new(
            Kind::InvalidRequest,
            "The demo provider answers chat and completions, not embeddings. Add a channel at a real provider.",
        ));
    }
    let asked = asked(request.body());
    let text = reply(&asked);
    let usage = json!({
        "prompt_tokens": estimate_tokens(asked.len()),
        "completion_tokens": estimate_tokens(text.len()),
        "total_tokens": estimate_tokens(asked.len()) + estimate_tokens(text.len()),
    });
    let chat = endpoint == Endpoint::ChatCompletions;
    let object = match (chat, request.stream) {
        (true, true) => "chat.completion.chunk",
        (true, false) => "chat.completion",
        (false, _) => "text_completion",
    };
    let envelope = |choices: Value, usage: &Value| json!({"id": id, "object": object, "created": created, "model": request.model, "choices": choices, "usage": usage});
    if !request.stream {
        let choice = if chat {
            json!({"index": 0, "message": {"role": "assistant", "content": text, "refusal": null}, "logprobs": null, "finish_reason": "stop"})
        } else {
            json!({"index": 0, "text": text, "logprobs": null, "finish_reason": "stop"})
        };
        return Ok(Answer::Whole(envelope(json!([choice]), &usage).to_string().into()));
    }
    let event = |choices: Value, usage: &Value| Bytes::from(format!("data: {}\n\n", envelope(choices, usage)));
    let piece = |text: &str, first: bool, finish: Option<&str>| {
        if !chat {
            return json!([{"index": 0, "text": text, "logprobs": null, "finish_reason": finish}]);
        }
        let delta = match (first, finish) {
            (true, _) => json!({"role": "assistant", "content": text}),
            (false, None) => json!({"content": text}),
            (false, Some(_)) => json!({}),
        };
        json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}])
    };
    let mut events: Vec<Bytes> = text
        .split_inclusive(' ')
        .enumerate()
        .map(|(at, word)| event(piece(word, at == 0, None), &Value::Null))
        .collect();
    events.push(event(piece("", false, Some("stop")), &Value::Null));
    if request.include_usage {
        events.push(event(json!([]), &usage));
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    Ok(Answer::Stream(events))
}

fn reply(asked: &str) -> String {
    let shown: String = asked.chars().take(200).collect();
    let quoted = if shown.is_empty() { String::new() } else { format!(" You wrote: \"{shown}\".") };
    format!(
        "Hello from the demo provider.{quoted} This answer was made on this machine: no key, no network, no cost. \
         It streams word by word, it is metered and it stands in the logs like any other. \
         Add a channel at a real provider to talk to a model."
    )
}

/// The last text that a person wrote.
fn asked(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Ask {
        #[serde(default)]
        messages: Vec<Message>,
        #[serde(default)]
        prompt: Value,
    }
    #[derive(Deserialize)]
    struct Message {
        #[serde(default)]
        role: String,
        #[serde(default)]
        content: Value,
    }
    let Ok(ask) = serde_json::from_slice::<Ask>(body) else {
        return String::new();
    };
    let said = ask.messages.iter().rev().find(|message| message.role == "user").map_or(&ask.prompt, |m| &m.content);
    match said {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part.as_str().or_else(|| part["text"].as_str()))
            .collect::<Vec<_>>()
            .join(" "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::{How, Through};

    fn ask(body: &'static str) -> Answer {
        answer(Endpoint::ChatCompletions, Bytes::from_static(body.as_bytes()), "chatcmpl-1", 0).unwrap()
    }

    #[test]
    fn the_stream_is_one_that_clients_accept_as_whole() {
        let Answer::Stream(events) = ask(
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi there"}]}],"stream":true,"stream_options":{"include_usage":true}}"#,
        ) else {
            panic!("asked for a stream")
        };
        let mut through = Through::new(crate::Dialect::Chat, false);
        let mut out = BytesMut::new();
        for event in &events {
            through.feed(event, &mut out);
        }
        through.finish(How::Eof, &mut out);
        assert!(through.is_done() && through.summary().error.is_none());
        assert_eq!(through.summary().usage.map(|usage| usage.input), Some(3));
    }

    #[test]
    fn the_answer_quotes_what_was_asked() {
        let Answer::Whole(body) = ask(r#"{"model":"m","messages":[{"role":"user","content":"Grüße"}]}"#) else {
            panic!("asked for one answer")
        };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert!(body["choices"][0]["message"]["content"].as_str().unwrap().contains("\"Grüße\""));
    }
}
