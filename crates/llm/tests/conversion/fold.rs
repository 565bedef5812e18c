//! What a client makes of a stream: each dialect's own grammar, and the answer that its pieces come to.

use llm::Dialect;
use serde_json::{Value, json};

/// What both a stream and an answer say, in one form.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) thinking: String,
    /// Id, name, arguments.
    pub(crate) calls: Vec<(String, String, Value)>,
    pub(crate) finish: Option<String>,
    pub(crate) usage: Option<Value>,
    pub(crate) error: Option<String>,
}

/// Reads a stream as a client of the dialect does, and asserts that it may be said so.
pub(crate) fn stream(dialect: Dialect, stream: &str) -> Said {
    match dialect {
        Dialect::Chat => chat(stream),
        Dialect::Messages => messages(stream),
        Dialect::Gemini => gemini(stream),
        Dialect::Responses => responses(stream),
    }
}

/// Reads an answer in one piece.
pub(crate) fn answer(dialect: Dialect, body: &[u8]) -> Said {
    let body: Value = serde_json::from_slice(body).unwrap();
    match dialect {
        Dialect::Chat => {
            let choice = &body["choices"][0];
            let message = &choice["message"];
            let calls = message["tool_calls"].as_array().into_iter().flatten();
            Said {
                text: string(&message["content"]) + &string(&message["refusal"]),
                thinking: string(&message["reasoning_content"]),
                calls: calls
                    .map(|call| {
                        let function = &call["function"];
                        (string(&call["id"]), string(&function["name"]), parse(&string(&function["arguments"])))
                    })
                    .collect(),
                finish: choice["finish_reason"].as_str().map(str::to_owned),
                usage: Some(body["usage"].clone()).filter(|usage| !usage.is_null()),
                error: None,
            }
        }
        Dialect::Messages => {
            let mut said = Said { finish: body["stop_reason"].as_str().map(str::to_owned), ..Said::default() };
            for block in body["content"].as_array().unwrap() {
                match block["type"].as_str().unwrap() {
                    "text" => said.text += &string(&block["text"]),
                    "thinking" => said.thinking += &string(&block["thinking"]),
                    "tool_use" => {
                        said.calls.push((string(&block["id"]), string(&block["name"]), block["input"].clone()));
                    }
                    _ => {}
                }
            }
            said.usage = Some(body["usage"].clone());
            said
        }
        Dialect::Gemini => {
            let mut said = Said::default();
            gemini_event(&body, &mut said);
            said
        }
        Dialect::Responses => response(&body),
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Arguments as an object; what was cut off stays a text.
fn parse(args: &str) -> Value {
    serde_json::from_str(args).unwrap_or_else(|_| json!({ "_raw": args }))
}

fn data(event: &str) -> &str {
    event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_else(|| panic!("no data: {event}"))
}

fn chat(stream: &str) -> Said {
    let mut said = Said::default();
    let mut args: Vec<(String, String, String)> = Vec::new();
    let mut done = 0;
    let mut ids = std::collections::HashSet::new();
    for event in stream.split_terminator("\n\n") {
        assert_eq!(done, 0, "nothing follows [DONE]");
        assert!(said.error.is_none(), "nothing follows an error");
        let data = data(event);
        if data == "[DONE]" {
            done += 1;
            continue;
        }
        let chunk: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"));
        if let Some(error) = chunk["error"]["message"].as_str() {
            said.error = Some(error.to_owned());
            continue;
        }
        assert_eq!(chunk["object"], "chat.completion.chunk");
        ids.insert(chunk["id"].as_str().unwrap().to_owned());
        if !chunk["usage"].is_null() {
            assert!(said.usage.is_none(), "usage once");
            assert_eq!(chunk["choices"], json!([]));
            assert!(said.finish.is_some(), "usage after the finish");
            said.usage = Some(chunk["usage"].clone());
        }
        for choice in chunk["choices"].as_array().unwrap() {
            assert!(said.finish.is_none(), "nothing follows the finish");
            let delta = &choice["delta"];
            said.text += &string(&delta["content"]);
            said.text += &string(&delta["refusal"]);
            said.thinking += &string(&delta["reasoning_content"]);
            for call in delta["tool_calls"].as_array().into_iter().flatten() {
                let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
                if call.get("id").is_some() {
                    assert_eq!(index, args.len(), "calls are numbered from 0 without gaps");
                    args.push((string(&call["id"]), string(&call["function"]["name"]), String::new()));
                }
                args[index].2 += &string(&call["function"]["arguments"]);
            }
            said.finish = choice["finish_reason"].as_str().map(str::to_owned);
        }
    }
    assert!(ids.len() <= 1, "one id");
    assert_eq!(done == 1, said.error.is_none(), "[DONE] or an error: {stream}");
    said.calls = args.into_iter().map(|(id, name, args)| (id, name, parse(&args))).collect();
    said
}

fn messages(stream: &str) -> Said {
    let mut said = Said::default();
    let mut open: Option<(u64, Value, String)> = None;
    let (mut started, mut stopped, mut next) = (false, false, 0);
    for event in stream.split_terminator("\n\n") {
        assert!(!stopped && said.error.is_none(), "nothing follows the end");
        let name = event.lines().find_map(|line| line.strip_prefix("event: ")).unwrap();
        let event: Value = serde_json::from_str(data(event)).unwrap_or_else(|error| panic!("{error}: {event}"));
        assert_eq!(event["type"], name);
        if name != "error" {
            assert_eq!(name == "message_start", !std::mem::replace(&mut started, true), "one message_start, first");
        }
        match name {
            "message_start" => {
                assert_eq!(event["message"]["content"], json!([]));
                assert!(event["message"]["usage"]["input_tokens"].as_i64().is_some());
            }
            "content_block_start" => {
                assert!(open.is_none(), "blocks don't overlap");
                assert_eq!(event["index"], next, "blocks are numbered from 0 without gaps");
                open = Some((next, event["content_block"].clone(), String::new()));
                next += 1;
            }
            "content_block_delta" => {
                let (index, block, json) = open.as_mut().expect("a delta is in an open block");
                assert_eq!(event["index"], *index);
                let delta = &event["delta"];
                let (kind, words) = match delta["type"].as_str().unwrap() {
                    "text_delta" => ("text", string(&delta["text"])),
                    "thinking_delta" => ("thinking", string(&delta["thinking"])),
                    "input_json_delta" => ("tool_use", string(&delta["partial_json"])),
                    "signature_delta" => ("thinking", String::new()),
                    "citations_delta" => ("text", String::new()),
                    other => panic!("{other}"),
                };
                assert_eq!(block["type"], kind, "the delta fits its block");
                match kind {
                    "text" => said.text += &words,
                    "thinking" => said.thinking += &words,
                    _ => *json += &words,
                }
            }
            "content_block_stop" => {
                let (index, block, json) = open.take().expect("a block is open");
                assert_eq!(event["index"], index);
                if block["type"] == "tool_use" {
                    let args = if json.is_empty() { json!({}) } else { parse(&json) };
                    said.calls.push((string(&block["id"]), string(&block["name"]), args));
                }
            }
            "message_delta" => {
                assert!(open.is_none() && said.finish.is_none());
                said.finish = Some(string(&event["delta"]["stop_reason"]));
                said.usage = Some(event["usage"].clone());
            }
            "message_stop" => stopped = true,
            "error" => said.error = Some(string(&event["error"]["message"])),
            "ping" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(stopped, said.error.is_none(), "an end or an error: {stream}");
    said
}

fn gemini(stream: &str) -> Said {
    let mut said = Said::default();
    for event in stream.split_terminator("\r\n\r\n") {
        assert!(said.finish.is_none() && said.error.is_none(), "nothing follows the end");
        let event: Value = serde_json::from_str(data(event)).unwrap_or_else(|error| panic!("{error}: {event}"));
        match event["error"]["message"].as_str() {
            Some(error) => said.error = Some(error.to_owned()),
            None => gemini_event(&event, &mut said),
        }
    }
    assert_eq!(said.finish.is_some(), said.error.is_none(), "an end or an error: {stream}");
    said
}

fn gemini_event(event: &Value, said: &mut Said) {
    let candidate = &event["candidates"][0];
    assert_eq!(candidate["index"], 0);
    for part in candidate["content"]["parts"].as_array().unwrap() {
        let text = string(&part["text"]);
        if part["thought"] == true {
            said.thinking += &text;
        } else {
            said.text += &text;
        }
        if let Some(call) = part.get("functionCall") {
            said.calls.push((string(&call["id"]), string(&call["name"]), call["args"].clone()));
        }
    }
    said.finish = candidate["finishReason"].as_str().map(str::to_owned);
    said.usage = event.get("usageMetadata").cloned();
    assert!(said.usage.is_none() || said.finish.is_some(), "usage comes with the finish");
}

/// What an answer comes to, alone or in a stream's last event.
fn response(answer: &Value) -> Said {
    assert_eq!(answer["object"], "response");
    for member in ["id", "created_at", "model", "parallel_tool_calls", "tool_choice", "tools", "error", "instructions"]
    {
        assert!(answer.get(member).is_some(), "{member} is there");
    }
    let mut said = Said::default();
    for item in answer["output"].as_array().unwrap() {
        match item["type"].as_str().unwrap() {
            "message" => {
                for part in item["content"].as_array().unwrap() {
                    said.text += &(string(&part["text"]) + &string(&part["refusal"]));
                }
            }
            "reasoning" => {
                for list in ["summary", "content"] {
                    for part in item[list].as_array().into_iter().flatten() {
                        said.thinking += &string(&part["text"]);
                    }
                }
            }
            "function_call" => {
                let args = parse(&string(&item["arguments"]));
                said.calls.push((string(&item["call_id"]), string(&item["name"]), args));
            }
            "custom_tool_call" => {
                said.calls.push((string(&item["call_id"]), string(&item["name"]), item["input"].clone()));
            }
            kind => {
                let payload = item.get("action").or(item.get("operation")).cloned().unwrap_or_default();
                said.calls.push((string(&item["call_id"]), kind.to_owned(), payload));
            }
        }
    }
    said.finish = answer["status"].as_str().map(|status| {
        let reason = string(&answer["incomplete_details"]["reason"]);
        if reason.is_empty() { status.to_owned() } else { format!("{status}: {reason}") }
    });
    said.usage = Some(answer["usage"].clone()).filter(|usage| !usage.is_null());
    said
}

/// Everything is announced, told in pieces, told whole and closed, one after the other, and the last event has it all again.
fn responses(stream: &str) -> Said {
    let mut items: Vec<Value> = Vec::new();
    // The item that is open; its part, and what its pieces come to.
    let mut open: Option<Value> = None;
    let mut part: Option<Value> = None;
    let (mut told, mut parts) = (String::new(), 0);
    let mut last = None;
    for (number, event) in stream.split_terminator("\n\n").enumerate() {
        assert!(last.is_none(), "nothing follows the end");
        let name = event.lines().find_map(|line| line.strip_prefix("event: ")).unwrap();
        let event: Value = serde_json::from_str(data(event)).unwrap_or_else(|error| panic!("{error}: {event}"));
        assert_eq!(event["type"], name);
        assert_eq!(event["sequence_number"], number, "events are numbered without gaps");
        if let Some(response) = event.get("response") {
            let status = match name {
                "response.created" | "response.in_progress" => {
                    assert_eq!(number, usize::from(name == "response.in_progress"), "they come first");
                    assert_eq!(response["output"], json!([]));
                    "in_progress"
                }
                "response.failed" => "failed",
                "response.completed" => "completed",
                "response.incomplete" => "incomplete",
                other => panic!("{other}"),
            };
            assert_eq!(response["status"], status);
            if status != "in_progress" {
                assert!(status == "failed" || open.is_none(), "what was opened was closed");
                assert_eq!(response["output"], json!(items), "the last event has what was said");
                last = Some(response.clone());
            }
            continue;
        }
        assert_eq!(event["output_index"], items.len(), "items are numbered from 0 without gaps");
        if name == "response.output_item.added" {
            assert!(open.is_none(), "items don't overlap");
            (parts, told) = (0, String::new());
            open = Some(event["item"].clone());
            continue;
        }
        let item = open.as_ref().expect("an item is open");
        if name == "response.output_item.done" {
            assert_eq!((&event["item"]["id"], &event["item"]["type"]), (&item["id"], &item["type"]));
            assert!(part.is_none(), "parts are closed before their item");
            items.push(event["item"].clone());
            open = None;
            continue;
        }
        assert_eq!(event["item_id"], item["id"]);
        if let Some(at) = event.get("content_index").or(event.get("summary_index")) {
            assert_eq!(*at, parts, "parts are numbered from 0 without gaps");
        }
        let whole = ["text", "refusal", "arguments", "input"].iter().find_map(|member| event.get(*member));
        if name.ends_with("part.added") {
            assert!(part.is_none(), "parts don't overlap");
            (part, told) = (Some(event["part"].clone()), String::new());
        } else if name.ends_with("part.done") {
            let words = string(&event["part"]["text"]) + &string(&event["part"]["refusal"]);
            assert_eq!(words, told);
            assert_eq!(event["part"]["type"], part.take().expect("a part is open")["type"]);
            parts += 1;
        } else if name.strip_suffix(".delta").is_some() {
            assert!(
                part.is_some() || item["type"].as_str().unwrap().ends_with("_call"),
                "a delta is in a part or a call"
            );
            told += event["delta"].as_str().unwrap();
        } else if let Some(whole) = whole {
            assert_eq!(*whole, told, "the whole is the sum of the pieces");
        } else {
            assert_eq!(name, "response.output_text.annotation.added");
        }
    }
    let last = last.unwrap_or_else(|| panic!("no end: {stream}"));
    if last["status"] == "failed" {
        return Said { error: Some(string(&last["error"]["message"])), ..Said::default() };
    }
    response(&last)
}
