//! What Responses clients build on, and what its providers are known to do.

use bytes::BytesMut;
use llm::{
    Asked, Convert, Dialect, Kind, Quirks, Target, Written, convert_reply,
    neutral::{Request, Strictness},
    stream::{How, Summary},
};
use serde_json::{Value, json};

use super::{asked, fixtures, fold};

fn target(quirks: Quirks) -> Target<'static> {
    Target { model: "m", strictness: Strictness::Warn, quirks }
}

fn written(from: Dialect, to: Dialect, body: &Value, quirks: Quirks) -> (Value, Vec<String>) {
    let body = body.to_string();
    let written = to.write_request(&from.read_request(body.as_bytes()).unwrap(), &target(quirks)).unwrap();
    let losses = written.losses.iter().map(|loss| loss.at.clone()).collect();
    (serde_json::from_slice(&written.body).unwrap(), losses)
}

fn to_responses(from: Dialect, body: &Value) -> (Value, Vec<String>) {
    written(from, Dialect::Responses, body, Quirks::default())
}

/// What is known of a client's request while another dialect answers it.
fn ask(to: Dialect, body: &Value, then: impl FnOnce(&Request<'_>, &Written) -> Asked) -> Asked {
    let body = body.to_string();
    let request = Dialect::Responses.read_request(body.as_bytes()).unwrap();
    let written = to.write_request(&request, &target(Quirks::default())).unwrap();
    then(&request, &written)
}

fn asked_by(to: Dialect, body: &Value) -> Asked {
    ask(to, body, |request, written| Asked::new(request, written, "0199".to_owned(), 1_795_000_000))
}

fn stream(from: Dialect, to: Dialect, events: &str, asked: &Asked) -> (String, Summary) {
    let mut convert = Convert::new(from, to, asked);
    let mut out = BytesMut::new();
    convert.feed(events.as_bytes(), &mut out);
    convert.finish(How::Eof, &mut out);
    out.extend_from_slice(&convert.take_tail());
    (String::from_utf8(out.to_vec()).unwrap(), convert.summary().clone())
}

fn sse(events: &[Value]) -> String {
    events.iter().map(|event| ["data: ", &event.to_string(), "\n\n"].concat()).collect::<Vec<_>>().concat()
}

/// The data of a stream's last event.
fn last(stream: &str) -> Value {
    let line = stream.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    serde_json::from_str(line).unwrap()
}

fn codex() -> Value {
    json!({"model": "x", "instructions": "Be.", "input": "Go.", "stream": true, "store": false, "temperature": 0.5,
        "reasoning": {"effort": "high", "summary": "auto"}, "include": ["reasoning.encrypted_content"],
        "tools": [
            {"type": "namespace", "name": "mcp__a", "tools": [{"type": "function", "name": "search", "parameters": {}}]},
            {"type": "namespace", "name": "mcp__b", "tools": [{"type": "function", "name": "search", "parameters": {}}]},
            {"type": "custom", "name": "apply_patch", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}},
            {"type": "local_shell"}]})
}

#[test]
fn groups_of_tools_free_texts_and_shells_are_what_the_client_knows_again_in_streams_and_answers() {
    let asked = asked_by(Dialect::Chat, &codex());
    let calls = [
        ("c1", "mcp__b__search", r#"{"q":1.0}"#),
        ("c2", "apply_patch", r#"{"input":"*** Begin\n\"x\""}"#),
        ("c3", "local_shell", r#"{"command":["ls"]}"#),
        ("c4", "search", "{}"),
    ];
    let calls = calls
        .map(|(id, name, args)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": args}}));
    let answer = json!({"id": "1", "model": "m", "choices": [{"message": {"tool_calls": calls}, "finish_reason": "tool_calls"}]});
    let (whole, _) = convert_reply(Dialect::Chat, Dialect::Responses, answer.to_string().as_bytes(), &asked).unwrap();
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    let deltas = calls.iter().enumerate().map(|(index, call)| {
        let mut call = call.clone();
        call["index"] = json!(index);
        json!({"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
    });
    let end = json!({"id": "1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]});
    let events = sse(&deltas.chain([end]).collect::<Vec<_>>());
    let (out, _) = stream(Dialect::Chat, Dialect::Responses, &events, &asked);
    fold::stream(Dialect::Responses, &out);
    for output in [&whole["output"], &last(&out)["response"]["output"]] {
        assert_eq!(
            (&output[0]["type"], &output[0]["namespace"], &output[0]["name"], &output[0]["arguments"]),
            (&json!("function_call"), &json!("mcp__b"), &json!("search"), &json!(r#"{"q":1.0}"#))
        );
        assert_eq!((&output[1]["type"], &output[1]["input"]), (&json!("custom_tool_call"), &json!("*** Begin\n\"x\"")));
        assert_eq!(output[2]["type"], "local_shell_call");
        assert_eq!(output[2]["action"], json!({"type": "exec", "env": {}, "command": ["ls"]}));
        assert_eq!((&output[3]["name"], output[3].get("namespace")), (&json!("search"), None));
    }
    assert_eq!(whole["output"], last(&out)["response"]["output"]);
}

#[test]
fn the_history_of_grouped_tools_has_the_names_that_the_definitions_have() {
    let mut body = codex();
    body["input"] = json!([{"role": "user", "content": "a"},
        {"type": "function_call", "call_id": "1", "namespace": "mcp__b", "name": "search", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "x"}]);
    for to in [Dialect::Chat, Dialect::Messages, Dialect::Gemini] {
        let (body, _) = written(Dialect::Responses, to, &body, Quirks::default());
        let text = body.to_string();
        let expected = if to == Dialect::Gemini { 3 } else { 2 };
        assert_eq!(text.matches("\"mcp__b__search\"").count(), expected, "{text}");
    }
    let (own, _) = to_responses(Dialect::Responses, &body);
    assert_eq!((&own["input"][1]["namespace"], &own["input"][1]["name"]), (&json!("mcp__b"), &json!("search")));
    assert_eq!(own["tools"][1]["tools"][0]["name"], "search");
}

#[test]
fn the_answer_says_again_what_was_asked_for() {
    let asked = asked_by(Dialect::Chat, &codex());
    let answer = r#"{"id":"1","model":"m","choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#;
    let (out, _) = convert_reply(Dialect::Chat, Dialect::Responses, answer.as_bytes(), &asked).unwrap();
    let out: Value = serde_json::from_slice(&out).unwrap();
    let codex = codex();
    for member in ["instructions", "temperature", "tools", "reasoning"] {
        assert_eq!(out[member], codex[member], "{member}");
    }
    assert_eq!((&out["store"], &out["tool_choice"], &out["top_p"]), (&json!(false), &json!("auto"), &Value::Null));
    assert_eq!(out["id"], "resp_1");
}

#[test]
fn nothing_is_left_with_the_provider_and_its_thoughts_are_sent_for() {
    let chat = json!({"model": "x", "messages": [{"role": "user", "content": "a"}], "store": true});
    let (body, losses) = to_responses(Dialect::Chat, &chat);
    assert_eq!((&body["store"], &body["include"]), (&json!(false), &json!(["reasoning.encrypted_content"])));
    assert_eq!(losses, [""; 0]);
}

#[test]
fn thoughts_go_back_with_their_seal_and_without_the_name_that_nobody_kept() {
    let items = |seal: &str| {
        json!({"model": "x", "input": [{"role": "user", "content": "a"},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "t"}], "encrypted_content": seal},
            {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "b"}]},
            {"role": "user", "content": "c"}]})
    };
    let (own, _) = to_responses(Dialect::Responses, &items("sealed"));
    assert_eq!(own["input"][1]["encrypted_content"], "sealed");
    assert!(!own.to_string().contains("rs_1") && !own.to_string().contains("msg_1"), "{own}");
    let (foreign, losses) = to_responses(Dialect::Responses, &items("aigw1.m.c2ln"));
    assert!(!foreign.to_string().contains("reasoning\"") && losses.is_empty(), "{foreign}");
    let (messages, _) = written(Dialect::Responses, Dialect::Messages, &items("aigw1.m.c2ln"), Quirks::default());
    assert_eq!(
        messages["messages"][1]["content"][0],
        json!({"type": "thinking", "thinking": "t", "signature": "c2ln"})
    );
    let open = Quirks { thinking_history: true, ..Quirks::default() };
    let (open, _) = written(Dialect::Responses, Dialect::Chat, &items(""), open);
    assert_eq!(open["messages"][1]["reasoning_content"], "t");
}

#[test]
fn a_seal_on_a_call_is_a_thought_before_it_and_finds_the_call_again() {
    let events = sse(&[
        json!({"responseId": "g", "candidates": [{"index": 0, "finishReason": "STOP", "content": {"role": "model",
        "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"}]}}]}),
    ]);
    let (out, _) = stream(Dialect::Gemini, Dialect::Responses, &events, &asked());
    fold::stream(Dialect::Responses, &out);
    let mut output = last(&out)["response"]["output"].clone();
    assert_eq!((&output[0]["type"], &output[1]["type"]), (&json!("reasoning"), &json!("function_call")));
    let mut input = vec![json!({"role": "user", "content": "a"})];
    input.append(output.as_array_mut().unwrap());
    let (back, _) =
        written(Dialect::Responses, Dialect::Gemini, &json!({"model": "x", "input": input}), Quirks::default());
    let part = &back["contents"][1]["parts"][0];
    assert_eq!((&part["functionCall"]["name"], &part["thoughtSignature"]), (&json!("f"), &json!("c2ln")), "{back}");
}

#[test]
fn tools_of_other_dialects_say_that_their_schemas_are_not_strict() {
    let chat = json!({"model": "x", "messages": [{"role": "user", "content": "a"}], "tools": [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}}}},
        {"type": "function", "function": {"name": "g", "strict": true}}]});
    let (body, _) = to_responses(Dialect::Chat, &chat);
    assert_eq!((&body["tools"][0]["strict"], &body["tools"][1]["strict"]), (&json!(false), &json!(true)));
    assert_eq!(body["tools"][0]["name"], "f");
}

#[test]
fn a_grammar_is_said_as_each_dialect_says_it() {
    let (name, body) =
        fixtures(Dialect::Chat, ".request.json").into_iter().find(|(name, _)| name == "chat/custom").unwrap();
    let (body, losses) = to_responses(Dialect::Chat, &serde_json::from_str(&body).unwrap());
    assert_eq!(
        body["tools"][0]["format"],
        json!({"type": "grammar", "syntax": "lark", "definition": "start: \"x\""}),
        "{name}"
    );
    assert_eq!(body["tool_choice"], json!({"type": "custom", "name": "apply_patch"}));
    assert_eq!(
        (&body["input"][2]["type"], &body["input"][3]["type"]),
        (&json!("custom_tool_call_output"), &Value::Null)
    );
    assert_eq!(body["text"]["verbosity"], "low");
    assert_eq!(losses, [""; 0]);
}

#[test]
fn what_another_provider_keeps_is_refused_with_what_to_do_instead() {
    let with = |name: &str, value: Value| json!({"model": "x", "input": "a", name: value});
    let refused = |to: Dialect, body: &Value| {
        let body = body.to_string();
        let request = Dialect::Responses.read_request(body.as_bytes()).unwrap();
        let failure = to.write_request(&request, &target(Quirks::default())).unwrap_err();
        assert_eq!(failure.kind, Kind::InvalidRequest);
        failure
    };
    for to in [Dialect::Chat, Dialect::Messages, Dialect::Gemini] {
        for (name, value) in [
            ("previous_response_id", json!("resp_1")),
            ("conversation", json!("conv_1")),
            ("prompt", json!({"id": "p"})),
            ("input", json!([{"type": "item_reference", "id": "msg_1"}])),
        ] {
            let failure = refused(to, &with(name, value));
            assert!(failure.param.unwrap().starts_with(name));
            assert!(failure.message.contains("Send the whole conversation"), "{}", failure.message);
        }
        for (name, value) in [
            ("background", json!(true)),
            ("input", json!([{"type": "compaction", "encrypted_content": "x"}])),
            ("tools", json!([{"type": "mcp", "server_label": "a", "server_url": "https://a"}])),
            ("tool_choice", json!({"type": "file_search"})),
        ] {
            assert!(refused(to, &with(name, value)).param.unwrap().starts_with(name));
        }
        for (name, value) in [("store", json!(true)), ("background", json!(false)), ("truncation", json!("disabled"))] {
            let (_, losses) = written(Dialect::Responses, to, &with(name, value), Quirks::default());
            assert_eq!(losses, [""; 0]);
        }
        let (_, losses) = written(Dialect::Responses, to, &with("truncation", json!("auto")), Quirks::default());
        assert_eq!(losses, ["truncation"]);
    }
    let (own, _) = to_responses(Dialect::Responses, &with("previous_response_id", json!("resp_1")));
    assert_eq!(own["previous_response_id"], "resp_1");
}

#[test]
fn stop_sequences_and_begun_answers_are_refused_and_a_lenient_channel_answers_without() {
    let chat = json!({"model": "x", "stop": "END", "messages": [{"role": "user", "content": "a"}]});
    let begun =
        json!({"model": "x", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]});
    for (body, at) in [(chat, "stop"), (begun, "messages[1]")] {
        let body = body.to_string();
        let request = Dialect::Chat.read_request(body.as_bytes()).unwrap();
        let write = |strictness| {
            Dialect::Responses.write_request(&request, &Target { strictness, ..target(Quirks::default()) })
        };
        assert_eq!(write(Strictness::Warn).unwrap_err().param.as_deref(), Some(at));
        assert!(write(Strictness::Lenient).is_ok());
    }
}

#[test]
fn what_was_lost_on_the_way_is_taken_from_what_is_told_whole() {
    let created = json!({"type": "response.created", "response": {"id": "resp_1", "model": "m"}});
    let message = json!({"id": "msg_1", "type": "message", "content": [{"type": "output_text", "text": "Hello you",
        "annotations": [{"type": "url_citation", "url": "https://a", "start_index": 0, "end_index": 5}]}]});
    let call = json!({"id": "fc_1", "type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"x\":1}"});
    let delta = json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hello"});
    let end = json!({"type": "response.completed", "response": {"id": "resp_1", "output": [message, call]}});
    let done = |at: usize, item: &Value| json!({"type": "response.output_item.done", "output_index": at, "item": item});
    for events in [
        // The rest of a text, and everything of a call.
        vec![created.clone(), delta.clone(), done(0, &message), done(1, &call), end.clone()],
        // All but what is told whole.
        vec![created.clone(), done(0, &message), done(1, &call), end.clone()],
        // Every item has the same number.
        vec![
            created.clone(),
            delta,
            done(0, &message),
            json!({"type": "response.output_item.added", "output_index": 0, "item": call}),
            done(0, &call),
            end.clone(),
        ],
        // Nothing before the end.
        vec![created, end],
    ] {
        for to in Dialect::ALL {
            let (out, _) = stream(Dialect::Responses, to, &sse(&events), &asked());
            let said = fold::stream(to, &out);
            assert_eq!(said.text, "Hello you", "{out}");
            assert_eq!(said.calls, [("c".to_owned(), "f".to_owned(), json!({"x": 1}))], "{out}");
            assert!(to == Dialect::Gemini || out.contains("https://a"), "{out}");
        }
    }
}

#[test]
fn an_answer_that_failed_is_a_failure_of_its_kind_and_never_an_end() {
    let created = json!({"type": "response.created", "response": {"id": "resp_1"}});
    let error = json!({"code": "rate_limit_exceeded", "message": "slow down"});
    for failed in [
        json!({"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "error": error}}),
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": null}),
        json!({"error": error}),
    ] {
        for to in Dialect::ALL {
            let (out, summary) = stream(Dialect::Responses, to, &sse(&[created.clone(), failed.clone()]), &asked());
            assert_eq!(fold::stream(to, &out).error.as_deref(), Some("slow down"), "{out}");
            assert_eq!(summary.error.as_deref(), Some("slow down"));
            assert_eq!(out.contains("rate_limit"), to != Dialect::Gemini, "{out}");
        }
    }
    for status in ["failed", "cancelled", "queued", "in_progress"] {
        let answer = json!({"id": "resp_1", "status": status, "output": [], "error": null});
        assert!(convert_reply(Dialect::Responses, Dialect::Chat, answer.to_string().as_bytes(), &asked()).is_err());
    }
    let answer = json!({"id": "resp_1", "status": "failed", "output": [], "error": error});
    let failure = Dialect::Responses.read_reply(answer.to_string().as_bytes()).unwrap_err();
    assert_eq!((failure.kind, &*failure.message), (Kind::TooManyRequests, "slow down"));
}

#[test]
fn what_was_cut_off_says_so_and_what_came_before_it_does_not() {
    let answer = json!({"id": "1", "model": "m", "choices": [{"finish_reason": "length", "message": {"content": "a",
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"x\":"}}]}}]});
    let (whole, _) = convert_reply(Dialect::Chat, Dialect::Responses, answer.to_string().as_bytes(), &asked()).unwrap();
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    let events = sse(&[
        json!({"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": "a"}}]}),
        json!({"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"tool_calls": [
            {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{\"x\":"}}]}, "finish_reason": "length"}]}),
    ]);
    let (out, _) = stream(Dialect::Chat, Dialect::Responses, &events, &asked());
    fold::stream(Dialect::Responses, &out);
    assert_eq!(last(&out)["type"], "response.incomplete");
    for answer in [&whole, &last(&out)["response"]] {
        assert_eq!(answer["incomplete_details"], json!({"reason": "max_output_tokens"}));
        assert_eq!(answer["output"][0]["status"], "completed");
        assert_eq!(
            (&answer["output"][1]["status"], &answer["output"][1]["arguments"]),
            (&json!("incomplete"), &json!("{\"x\":"))
        );
    }
}

#[test]
fn thoughts_are_told_where_the_client_reads_them() {
    let events = sse(&[
        json!({"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"reasoning_content": "t", "content": "a"}, "finish_reason": "stop"}]}),
    ]);
    let (plain, _) = stream(Dialect::Chat, Dialect::Responses, &events, &asked());
    let (short, _) = stream(Dialect::Chat, Dialect::Responses, &events, &asked_by(Dialect::Chat, &codex()));
    let thought = |out: &str| last(out)["response"]["output"][0].clone();
    assert_eq!(thought(&plain)["content"], json!([{"type": "reasoning_text", "text": "t"}]));
    assert_eq!(thought(&short)["summary"], json!([{"type": "summary_text", "text": "t"}]));
    for out in [plain, short] {
        assert_eq!(fold::stream(Dialect::Responses, &out).thinking, "t");
    }
}

#[test]
fn how_likely_tokens_were_is_asked_for_and_answered_as_each_dialect_does() {
    let chat =
        json!({"model": "x", "messages": [{"role": "user", "content": "a"}], "logprobs": true, "top_logprobs": 2});
    let (body, _) = to_responses(Dialect::Chat, &chat);
    assert!(body["include"].to_string().contains("message.output_text.logprobs"));
    assert_eq!(body["top_logprobs"], 2);
    let (back, _) = written(Dialect::Responses, Dialect::Chat, &body, Quirks::default());
    assert_eq!((&back["logprobs"], &back["top_logprobs"]), (&json!(true), &json!(2)));
    let tokens = json!([{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]);
    let answer = json!({"id": "1", "model": "m", "choices": [{"message": {"content": "a"}, "logprobs": {"content": tokens}, "finish_reason": "stop"}]});
    let (out, _) = convert_reply(Dialect::Chat, Dialect::Responses, answer.to_string().as_bytes(), &asked()).unwrap();
    let (again, _) = convert_reply(Dialect::Responses, Dialect::Chat, &out, &asked()).unwrap();
    let [out, again] = [out, again].map(|json| serde_json::from_slice::<Value>(&json).unwrap());
    assert_eq!(out["output"][0]["content"][0]["logprobs"], tokens);
    assert_eq!(again["choices"][0]["logprobs"]["content"], tokens);
}

#[test]
fn an_endless_answer_is_given_up_where_it_would_have_to_be_kept() {
    let piece =
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "x".repeat(1 << 20));
    let run = |to| {
        let mut convert = Convert::new(Dialect::Chat, to, &asked());
        let mut out = BytesMut::new();
        for _ in 0..40 {
            convert.feed(piece.as_bytes(), &mut out);
            out.clear();
        }
        convert.is_done()
    };
    assert!(run(Dialect::Responses));
    assert!(!run(Dialect::Chat));
}

#[test]
fn a_turn_more_leaves_the_items_before_it_as_they_were() {
    let body = |more: bool| {
        let mut input = vec![
            json!({"role": "user", "content": "a"}),
            json!({"role": "assistant", "content": "b"}),
            json!({"role": "user", "content": "c"}),
        ];
        if more {
            input.extend([
                json!({"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}),
                json!({"type": "function_call_output", "call_id": "1", "output": "x"}),
            ]);
        }
        json!({"model": "x", "input": input})
    };
    for to in Dialect::ALL {
        let turns = |more| {
            let (body, _) = written(Dialect::Responses, to, &body(more), Quirks::default());
            ["messages", "contents", "input"].iter().find_map(|name| body[*name].as_array().cloned()).unwrap()
        };
        let (short, long) = (turns(false), turns(true));
        assert_eq!(short[..], long[..short.len()]);
        assert!(long.len() > short.len());
    }
}
