//! One request to one model, as it goes: what was sent, what has come, and what that amounts to. Plain data in, plain data out.

use llm::sse::Events;
use serde_json::Value;

use crate::api::playground::Piece;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Done,
    /// The gateway or the provider said no, or the answer broke off.
    Failed,
    /// By the person.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: String,
    /// JSON, as the model wrote it.
    pub(crate) arguments: String,
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) model: String,
    /// The request's body.
    pub(crate) sent: String,
    /// Milliseconds since the Unix epoch, as with the following ones.
    started: i64,
    first: Option<i64>,
    ended: Option<i64>,
    pub(crate) state: State,
    pub(crate) status: Option<u16>,
    pub(crate) is_stream: bool,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: Option<String>,
    pub(crate) text: String,
    pub(crate) thinking: String,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) finish: Option<String>,
    /// Input and output.
    pub(crate) tokens: Option<(i64, i64)>,
    pub(crate) error: Option<String>,
    /// Milliseconds since the start, and the data of each event.
    pub(crate) events: Vec<(i64, String)>,
    pub(crate) raw: String,
    /// Bytes that aren't a whole character yet.
    held: Vec<u8>,
    cut: Events,
}

impl Run {
    pub(crate) fn new(model: String, sent: String, now: i64) -> Self {
        Self {
            model,
            sent,
            started: now,
            first: None,
            ended: None,
            state: State::Running,
            status: None,
            is_stream: false,
            request_id: None,
            attempts: None,
            text: String::new(),
            thinking: String::new(),
            tool_calls: Vec::new(),
            finish: None,
            tokens: None,
            error: None,
            events: Vec::new(),
            raw: String::new(),
            held: Vec::new(),
            cut: Events::default(),
        }
    }

    /// Until the first content, in milliseconds.
    pub(crate) fn ttft(&self) -> Option<i64> {
        self.first.map(|first| first - self.started)
    }

    /// Until the end, or until `now`.
    pub(crate) fn duration(&self, now: i64) -> i64 {
        self.ended.unwrap_or(now) - self.started
    }

    /// Output tokens and the milliseconds that they took: of a stream, from its first content on.
    pub(crate) fn pace(&self) -> Option<(i64, i64)> {
        let (_, output) = self.tokens?;
        let from = self.first.filter(|_| self.is_stream).unwrap_or(self.started);
        Some((output, self.ended? - from))
    }

    pub(crate) fn take(&mut self, piece: Piece, now: i64) {
        match piece {
            Piece::Head { status, is_stream, request_id, attempts } => {
                self.status = Some(status);
                self.is_stream = is_stream;
                (self.request_id, self.attempts) = (request_id, attempts);
            }
            Piece::Bytes(bytes) => {
                self.keep(&bytes);
                if self.is_stream {
                    self.cut.push(&bytes);
                    while let Some(event) = self.cut.pull() {
                        if let Some(data) = event.data() {
                            self.event(&String::from_utf8_lossy(&data), now);
                        }
                    }
                }
            }
        }
    }

    /// Takes note of the end.
    pub(crate) fn end(&mut self, state: State, now: i64) {
        self.ended = Some(now);
        let refused = self.status.is_some_and(|status| !(200..300).contains(&status));
        if !self.is_stream && !self.raw.is_empty() {
            match serde_json::from_str::<Value>(&self.raw) {
                Ok(answer) if !refused => self.whole(&answer, now),
                Ok(answer) => self.error = Some(sentence(&answer).unwrap_or_else(|| self.raw.clone())),
                Err(_) => self.error = Some(self.raw.clone()),
            }
        }
        let failed = refused || self.error.is_some();
        self.state = if failed && state != State::Stopped { State::Failed } else { state };
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.held) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.held.len(),
        };
        let rest = self.held.split_off(whole);
        self.raw.push_str(&String::from_utf8_lossy(&self.held));
        self.held = rest;
    }

    fn event(&mut self, data: &str, now: i64) {
        self.events.push((now - self.started, data.to_owned()));
        let Ok(chunk) = serde_json::from_str::<Value>(data) else { return };
        if chunk.get("error").is_some() {
            self.error = sentence(&chunk);
        }
        self.usage(&chunk);
        let Some(choice) = chunk.pointer("/choices/0") else { return };
        if let Some(finish) = choice["finish_reason"].as_str() {
            self.finish = Some(finish.to_owned());
        }
        self.add(&choice["delta"], now);
    }

    fn whole(&mut self, answer: &Value, now: i64) {
        self.usage(answer);
        let choice = &answer["choices"][0];
        self.finish = choice["finish_reason"].as_str().map(str::to_owned);
        self.add(&choice["message"], now);
    }

    /// A message, or a part of one.
    fn add(&mut self, message: &Value, now: i64) {
        let text = |name: &str| message[name].as_str().unwrap_or_default();
        let thinking = [text("reasoning_content"), text("reasoning")].into_iter().find(|text| !text.is_empty());
        self.thinking.push_str(thinking.unwrap_or_default());
        self.text.push_str(text("content"));
        let calls = message["tool_calls"].as_array();
        for (at, call) in calls.into_iter().flatten().enumerate() {
            let at = call["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(at).min(63);
            if self.tool_calls.len() <= at {
                self.tool_calls.resize(at + 1, ToolCall::default());
            }
            let known = &mut self.tool_calls[at];
            let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            known.id.push_str(&part(&call["id"]));
            known.name.push_str(&part(&call["function"]["name"]));
            known.arguments.push_str(&part(&call["function"]["arguments"]));
        }
        if thinking.is_some() || !text("content").is_empty() || calls.is_some() {
            self.first.get_or_insert(now);
        }
    }

    fn usage(&mut self, answer: &Value) {
        let usage = &answer["usage"];
        if let (Some(input), Some(output)) = (usage["prompt_tokens"].as_i64(), usage["completion_tokens"].as_i64()) {
            self.tokens = Some((input, output));
        }
    }
}

/// The words in an error's body.
fn sentence(body: &Value) -> Option<String> {
    let error = body.get("error").unwrap_or(body);
    error.get("message").unwrap_or(error).as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(status: u16, is_stream: bool) -> Run {
        let mut run = Run::new("m".to_owned(), "{}".to_owned(), 1_000);
        run.take(Piece::Head { status, is_stream, request_id: None, attempts: None }, 1_050);
        run
    }

    #[test]
    fn a_stream_adds_up_however_it_is_cut() {
        let stream = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
            data: {\"choices\":[{\"delta\":{\"content\":\"你\"}}]}\n\n\
            data: {\"choices\":[{\"delta\":{\"content\":\"好\"},\"finish_reason\":\"stop\"}]}\n\n\
            data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":20}}\n\ndata: [DONE]\n\n";
        for size in [1, 7, 4_096] {
            let mut run = run(200, true);
            for (at, bytes) in stream.as_bytes().chunks(size).enumerate() {
                run.take(Piece::Bytes(bytes.to_vec()), 1_100 + i64::try_from(at).unwrap());
            }
            run.end(State::Done, 2_100);
            assert_eq!((run.text.as_str(), run.finish.as_deref()), ("你好", Some("stop")));
            assert_eq!((run.tokens, run.state, run.raw.as_str()), (Some((3, 20)), State::Done, stream));
            assert_eq!(run.events.len(), 5);
            assert!(run.ttft().is_some_and(|ttft| ttft >= 100), "an empty delta is no content");
            assert_eq!(run.duration(9_999), 1_100);
        }
    }

    #[test]
    fn an_answer_in_one_piece_is_read_at_its_end() {
        let mut run = run(200, false);
        let answer = r#"{"choices":[{"message":{"content":"Hi","reasoning_content":"hm"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":1,"completion_tokens":50}}"#;
        run.take(Piece::Bytes(answer.as_bytes().to_vec()), 1_400);
        run.end(State::Done, 1_500);
        assert_eq!((run.text.as_str(), run.thinking.as_str()), ("Hi", "hm"));
        assert_eq!(run.pace(), Some((50, 500)));
    }

    #[test]
    fn tool_calls_are_put_together_from_their_parts() {
        let mut run = run(200, true);
        for (id, name, arguments) in
            [("\"c1\"", "\"time\"", "\"\""), ("null", "null", "\"{\\\"at\\\":\""), ("null", "null", "\"1}\"")]
        {
            let chunk = format!(
                "data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":0,\"id\":{id},\"function\":{{\"name\":{name},\"arguments\":{arguments}}}}}]}}}}]}}\n\n"
            );
            run.take(Piece::Bytes(chunk.into_bytes()), 1_100);
        }
        let expected = ToolCall { id: "c1".to_owned(), name: "time".to_owned(), arguments: "{\"at\":1}".to_owned() };
        assert_eq!(run.tool_calls, [expected]);
    }

    #[test]
    fn what_went_wrong_is_said_in_full() {
        let mut refused = run(404, false);
        refused.take(Piece::Bytes(br#"{"error":{"message":"No model."}}"#.to_vec()), 1_100);
        refused.end(State::Done, 1_100);
        assert_eq!((refused.state, refused.error.as_deref()), (State::Failed, Some("No model.")));
        let mut broke = run(200, true);
        broke.take(Piece::Bytes(b"data: {\"error\":{\"message\":\"cut\"}}\n\n".to_vec()), 1_100);
        broke.end(State::Done, 1_200);
        assert_eq!((broke.state, broke.error.as_deref()), (State::Failed, Some("cut")));
        let mut stopped = run(200, true);
        stopped.end(State::Stopped, 1_200);
        assert_eq!(stopped.state, State::Stopped);
    }
}
