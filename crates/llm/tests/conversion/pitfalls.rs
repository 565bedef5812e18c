//! What went wrong elsewhere and mustn't here.

use bytes::BytesMut;
use llm::{
    Asked, Convert, Dialect, Quirks, Target, Written, convert_reply,
    neutral::Strictness,
    stream::{How, Summary},
};
use serde_json::{Value, json};

use super::{asked, fold};

fn write_for(from: Dialect, to: Dialect, body: &str, target: &Target<'_>) -> Result<Written, llm::Failure> {
    to.write_request(&from.read_request(body.as_bytes())?, target)
}

fn convert(from: Dialect, to: Dialect, body: &Value, quirks: Quirks) -> (Value, Vec<String>) {
    let target = Target { model: "m", strictness: Strictness::Warn, quirks };
    let written = write_for(from, to, &body.to_string(), &target).unwrap();
    let losses = written.losses.iter().map(|loss| loss.at.clone()).collect();
    (serde_json::from_slice(&written.body).unwrap(), losses)
}

fn to_messages(body: &Value) -> (Value, Vec<String>) {
    convert(Dialect::Chat, Dialect::Messages, body, Quirks::default())
}

fn to_chat(body: &Value) -> (Value, Vec<String>) {
    convert(Dialect::Messages, Dialect::Chat, body, Quirks::default())
}

fn refused(from: Dialect, to: Dialect, body: &Value) -> Option<String> {
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let failure = write_for(from, to, &body.to_string(), &target).unwrap_err();
    assert_eq!(failure.kind, llm::Kind::InvalidRequest);
    failure.param
}

fn stream(from: Dialect, to: Dialect, events: &str, asked: &Asked) -> (String, Summary) {
    let mut convert = Convert::new(from, to, asked);
    let mut out = BytesMut::new();
    convert.feed(events.as_bytes(), &mut out);
    convert.finish(How::Eof, &mut out);
    out.extend_from_slice(&convert.take_tail());
    (String::from_utf8(out.to_vec()).unwrap(), convert.summary().clone())
}

fn chat(messages: &Value) -> Value {
    json!({"model": "x", "messages": messages})
}

#[test]
fn pictures_stay_wherever_they_stand() {
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}});
    let body = json!({"model": "x", "max_tokens": 9, "messages": [
        {"role": "user", "content": [{"type": "text", "text": "a"}, image, image]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}, {"type": "tool_use", "id": "t2", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [image]}, {"type": "tool_result", "tool_use_id": "t2", "content": "x"}]},
    ]});
    let (chat, losses) = to_chat(&body);
    assert_eq!(chat.to_string().matches("data:image/png;base64,AAAA").count(), 3);
    // After the last answer: between two of them no person may speak.
    let roles: Vec<_> = chat["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "user"]);
    assert_eq!(losses, [""; 0]);
    let (whole, _) =
        convert(Dialect::Messages, Dialect::Chat, &body, Quirks { media_in_outcomes: true, ..Quirks::default() });
    assert_eq!(whole["messages"][2]["content"][0]["image_url"]["url"], "data:image/png;base64,AAAA");
}

#[test]
fn the_turn_of_a_tool_loop_begins_with_its_own_thinking() {
    let (body, _) = to_messages(&chat(&json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b", "thinking_blocks": [{"type": "thinking", "thinking": "t", "signature": "s"}],
         "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "c"},
    ])));
    let kinds: Vec<_> = body["messages"][1]["content"].as_array().unwrap().iter().map(|b| b["type"].clone()).collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use"]);
}

#[test]
fn thinking_without_the_providers_own_seal_is_not_shown_to_it() {
    for signature in ["", "aigw1.g.Z29vZ2xl"] {
        let thinking = json!([{"type": "thinking", "thinking": "t", "signature": signature}]);
        let (body, losses) = to_messages(&chat(&json!([
            {"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "thinking_blocks": thinking},
            {"role": "user", "content": "c"},
        ])));
        assert_eq!(body["messages"][1]["content"], json!([{"type": "text", "text": "b"}]));
        assert_eq!(losses, [""; 0]);
    }
}

#[test]
fn calls_that_all_have_number_0_stay_apart_and_pieces_without_a_number_find_theirs() {
    let delta =
        |call: &str| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{call}]}}}}]}}\n\n");
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n";
    for calls in [
        // Every call is number 0.
        [
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
            r#"{"index":0,"id":"b","function":{"name":"f","arguments":"{\"x\":2}"}}"#,
            r#"{"index":0,"function":{"arguments":""}}"#,
        ],
        // No numbers; the name comes again with each piece.
        [
            r#"{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
            r#"{"id":"b","function":{"name":"f","arguments":"{\"x\":"}}"#,
            r#"{"id":"b","function":{"name":"f","arguments":"2}"}}"#,
        ],
        // Another id with each piece, and no name.
        [
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
            r#"{"index":1,"id":"b","function":{"name":"f","arguments":"{\"x\":"}}"#,
            r#"{"index":1,"id":"zz","function":{"arguments":"2}"}}"#,
        ],
    ] {
        let events = calls.map(delta).concat() + end;
        for to in [Dialect::Chat, Dialect::Messages] {
            let (out, _) = stream(Dialect::Chat, to, &events, &asked());
            let said = fold::stream(to, &out);
            let expected = [("a", 1), ("b", 2)].map(|(id, x)| (id.to_owned(), "f".to_owned(), json!({"x": x})));
            assert_eq!(said.calls, expected, "{events}");
        }
    }
}

#[test]
fn arguments_that_come_as_an_object_are_read() {
    let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1.0}}}]},\"finish_reason\":\"stop\"}]}\n\n";
    let (out, _) = stream(Dialect::Chat, Dialect::Messages, events, &asked());
    assert!(out.contains(r#""partial_json":"{\"x\":1.0}""#), "{out}");
    let (body, _) = to_messages(&chat(&json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": {"x": 1}}}]},
    ])));
    assert_eq!(body["messages"][1]["content"][0]["input"], json!({"x": 1}));
}

#[test]
fn the_stream_tells_the_size_of_the_conversation_at_its_start_and_corrects_it_at_its_end() {
    let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n\
                  data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":900}}}\n\ndata: [DONE]\n\n";
    let (out, _) = stream(Dialect::Chat, Dialect::Messages, events, &Asked { input: 950, ..asked() });
    assert!(out.starts_with("event: message_start") && out.contains(r#""input_tokens":950"#));
    let usage = fold::stream(Dialect::Messages, &out).usage.unwrap();
    assert_eq!((&usage["input_tokens"], &usage["cache_read_input_tokens"]), (&json!(100), &json!(900)));
}

#[test]
fn what_tools_answered_follows_the_calls_in_one_turn_before_everything_else() {
    let (body, _) = to_messages(&chat(&json!([
        {"role": "user", "content": "a"},
        {"role": "assistant", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": ""}},
            {"id": "2", "type": "function", "function": {"name": "g", "arguments": ""}}]},
        {"role": "tool", "tool_call_id": "1", "content": "x"},
        {"role": "tool", "tool_call_id": "2", "content": "y"},
        {"role": "user", "content": "z"},
    ])));
    let turns = body["messages"].as_array().unwrap();
    assert_eq!(turns.len(), 3);
    let kinds: Vec<_> = turns[2]["content"].as_array().unwrap().iter().map(|b| b["type"].clone()).collect();
    assert_eq!(kinds, ["tool_result", "tool_result", "text"]);
    // The other way round, whatever order the client has.
    let (body, _) = to_chat(&json!({"model": "x", "max_tokens": 9, "messages": [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "text", "text": "z"}, {"type": "tool_result", "tool_use_id": "1", "content": "x"}]},
    ]}));
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|m| m["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "user"]);
}

#[test]
fn empty_texts_are_left_out_wherever_they_stand() {
    let (body, _) = to_messages(&chat(&json!([
        {"role": "system", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": " \n"}, {"type": "text", "text": "a"}]},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": ""}]},
    ])));
    assert_eq!(body["messages"], json!([{"role": "user", "content": [{"type": "text", "text": "a"}]}]));
    assert_eq!(body.get("system"), None);
    let answer = r#"{"id":"1","model":"m","choices":[{"message":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":0}}"#;
    let (out, _) = convert_reply(Dialect::Chat, Dialect::Messages, answer.as_bytes(), &asked()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["content"], json!([]));
}

#[test]
fn an_answer_that_was_cut_off_or_filtered_is_never_called_a_tool_call() {
    for (reason, chat_says, messages_says) in [
        ("stop", "tool_calls", "tool_use"),
        ("tool_calls", "tool_calls", "tool_use"),
        ("length", "length", "max_tokens"),
        ("content_filter", "content_filter", "refusal"),
    ] {
        let answer = json!({"id": "1", "model": "m", "choices": [{"message": {"tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}, "finish_reason": reason}]});
        for (to, at, expected) in
            [(Dialect::Chat, "/choices/0/finish_reason", chat_says), (Dialect::Messages, "/stop_reason", messages_says)]
        {
            let (out, _) = convert_reply(Dialect::Chat, to, answer.to_string().as_bytes(), &asked()).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&out).unwrap().pointer(at).unwrap(), expected);
        }
    }
}

#[test]
fn forcing_a_tool_switches_thinking_off_where_both_are_refused() {
    let mut body = chat(&json!([{"role": "user", "content": "a"}]));
    body["reasoning_effort"] = json!("high");
    body["tools"] = json!([{"type": "function", "function": {"name": "f"}}]);
    body["tool_choice"] = json!("required");
    let (body, losses) = to_messages(&body);
    assert_eq!(body["tool_choice"]["type"], "any");
    assert_eq!(body.get("thinking"), None);
    assert_eq!(losses, ["reasoning_effort"]);
}

#[test]
fn a_budget_for_thinking_leaves_room_for_the_answer() {
    let mut body = chat(&json!([{"role": "user", "content": "a"}]));
    body["reasoning_effort"] = json!("high");
    let (free, _) = to_messages(&body);
    let budget = |body: &Value| body["thinking"]["budget_tokens"].as_i64().unwrap();
    assert!(budget(&free) < free["max_tokens"].as_i64().unwrap());
    body["max_tokens"] = json!(4000);
    let (tight, losses) = to_messages(&body);
    assert_eq!((budget(&tight), &tight["max_tokens"]), (2976, &json!(4000)));
    assert_eq!(losses, ["reasoning_effort"]);
    let (adaptive, _) =
        convert(Dialect::Chat, Dialect::Messages, &body, Quirks { adaptive_thinking: true, ..Quirks::default() });
    assert_eq!(adaptive["thinking"], json!({"type": "adaptive"}));
    assert_eq!(adaptive["output_config"], json!({"effort": "high"}));
}

#[test]
fn models_that_take_one_of_temperature_and_top_p_get_one() {
    let mut body = chat(&json!([{"role": "user", "content": "a"}]));
    body["temperature"] = json!(0.3);
    body["top_p"] = json!(0.9);
    let (one, losses) = convert(Dialect::Chat, Dialect::Messages, &body, Quirks::default().of_model("claude-opus-4-5"));
    assert_eq!((&one["temperature"], one.get("top_p")), (&json!(0.3), None));
    assert_eq!(losses, ["top_p"]);
}

#[test]
fn the_output_limit_has_the_name_that_the_provider_knows() {
    let body = json!({"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "a"}]});
    assert_eq!(to_chat(&body).0["max_tokens"], 9);
    let (new, _) = convert(Dialect::Messages, Dialect::Chat, &body, Quirks::default().of_model("gpt-5"));
    assert_eq!((&new["max_completion_tokens"], new.get("max_tokens")), (&json!(9), None));
    let (body, _) = to_messages(&chat(&json!([{"role": "user", "content": "a"}])));
    assert!(body["max_tokens"].as_i64().unwrap() > 0);
}

#[test]
fn there_are_at_most_four_cache_marks_and_the_first_ones_stay() {
    let marked = |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    let body = json!({"model": "x", "messages": [
        {"role": "system", "content": [marked("s")]},
        {"role": "user", "content": [marked("1"), marked("2"), marked("3"), marked("4")]},
    ]});
    let (body, _) = to_messages(&body);
    assert_eq!(body.to_string().matches("cache_control").count(), 4);
    assert!(body["system"].to_string().contains("cache_control"));
}

#[test]
fn cache_marks_do_not_leak_to_providers_that_refuse_them() {
    let marked = json!({"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}});
    let body = json!({"model": "x", "max_tokens": 9, "system": [marked], "messages": [{"role": "user", "content": [marked]}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}]});
    assert!(!to_chat(&body).0.to_string().contains("cache_control"));
    let (kept, _) = convert(Dialect::Messages, Dialect::Chat, &body, Quirks { cache_marks: true, ..Quirks::default() });
    assert_eq!(kept["messages"][0]["content"][0]["cache_control"], json!({"type": "ephemeral", "ttl": "1h"}));
}

#[test]
fn the_order_and_spelling_of_schemas_and_arguments_stay() {
    let schema = r#"{"z":1.0,"a":[1e0,0.10,12345678901234567890123],"type":"object"}"#;
    let args = r#"{"z": 1.0, "a": 10000000000000000000001}"#;
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let messages = format!(
        r#"{{"model":"x","max_tokens":9,"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":[{{"type":"tool_use","id":"1","name":"f","input":{args}}}]}}],"tools":[{{"name":"f","input_schema":{schema}}}]}}"#
    );
    let out = write_for(Dialect::Messages, Dialect::Chat, &messages, &target).unwrap().body;
    let out = String::from_utf8(out.to_vec()).unwrap();
    let quoted = serde_json::to_string(args).unwrap();
    assert!(out.contains(schema) && out.contains(&quoted), "{out}");
    let back = write_for(Dialect::Chat, Dialect::Messages, &out, &target).unwrap().body;
    let back = String::from_utf8(back.to_vec()).unwrap();
    assert!(back.contains(schema) && back.contains(args), "{back}");
}

#[test]
fn a_users_name_that_is_too_long_is_shortened_and_stays_the_same_user() {
    let body = |user: &str| json!({"model": "x", "max_tokens": 9, "messages": [], "metadata": {"user_id": user}});
    let long = "x".repeat(200);
    let name = |user: &str| to_chat(&body(user)).0["user"].as_str().unwrap().to_owned();
    assert!(name(&long).len() <= 64);
    assert_eq!(name(&long), name(&long));
    assert_ne!(name(&long), name(&"y".repeat(200)));
    assert_eq!(name("ada"), "ada");
}

#[test]
fn the_line_that_changes_with_each_request_is_left_out_where_the_channel_says_so() {
    let body = json!({"model": "x", "max_tokens": 9, "messages": [],
        "system": [{"type": "text", "text": "x-anthropic-billing-header: cch=1;"}, {"type": "text", "text": "Be."}]});
    let (body, _) =
        convert(Dialect::Messages, Dialect::Chat, &body, Quirks { no_billing_line: true, ..Quirks::default() });
    assert_eq!(body["messages"], json!([{"role": "system", "content": "Be."}]));
}

#[test]
fn an_error_in_the_middle_is_an_error_and_nothing_follows_it() {
    let begun = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let events =
        format!("{begun}data: {{\"error\":{{\"message\":\"overloaded\",\"code\":503}}}}\n\n{begun}data: [DONE]\n\n");
    for to in Dialect::ALL {
        let (out, summary) = stream(Dialect::Chat, to, &events, &asked());
        assert_eq!(fold::stream(to, &out).error.as_deref(), Some("overloaded"));
        assert_eq!(summary.error.as_deref(), Some("overloaded"));
    }
    let messages = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n\
                    event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n";
    let (out, _) = stream(Dialect::Messages, Dialect::Chat, messages, &asked());
    assert_eq!(fold::stream(Dialect::Chat, &out).error.as_deref(), Some("busy"));
}

#[test]
fn an_answer_that_says_nothing_at_all_is_a_failure() {
    for events in ["", "data: [DONE]\n\n", ": ping\n\n", "data: {\"choices\":[]}\n\ndata: [DONE]\n\n"] {
        let mut convert = Convert::new(Dialect::Chat, Dialect::Messages, &asked());
        let mut out = BytesMut::new();
        convert.feed(events.as_bytes(), &mut out);
        convert.finish(How::Eof, &mut out);
        assert!(convert.failed_first().is_some(), "{events}");
    }
}

#[test]
fn no_arguments_are_an_empty_object_or_nothing_and_never_null() {
    let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":ARGS}}]},\"finish_reason\":\"tool_calls\"}]}\n\n";
    for args in ["\"\"", "null", "\"{}\""] {
        for to in Dialect::ALL {
            let (out, _) = stream(Dialect::Chat, to, &chunk.replace("ARGS", args), &asked());
            assert_eq!(fold::stream(to, &out).calls[0].2, json!({}), "{out}");
        }
    }
}

#[test]
fn a_finish_that_is_said_twice_or_as_an_empty_word_is_said_once() {
    let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"\"}]}\n\n\
                  data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
                  data: {\"choices\":[{\"index\":0,\"delta\":null,\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    for to in Dialect::ALL {
        let (out, _) = stream(Dialect::Chat, to, events, &asked());
        fold::stream(to, &out);
        let words = ["\"finish_reason\":\"stop\"", "\"end_turn\"", "\"STOP\"", "\"type\":\"response.completed\""];
        assert_eq!(words.iter().map(|word| out.matches(word).count()).sum::<usize>(), 1, "{out}");
    }
}

#[test]
fn a_refusal_is_not_an_ordinary_end() {
    let answer = r#"{"id":"m","type":"message","model":"c","content":[{"type":"text","text":"No"}],"stop_reason":"refusal","stop_details":{"type":"refusal","explanation":"Not this."},"usage":{"input_tokens":1,"output_tokens":1}}"#;
    let (out, _) = convert_reply(Dialect::Messages, Dialect::Chat, answer.as_bytes(), &asked()).unwrap();
    let choice = serde_json::from_slice::<Value>(&out).unwrap()["choices"][0].clone();
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["refusal"]),
        (&json!("content_filter"), &json!("Not this."))
    );
    assert_eq!(choice["message"]["content"], "No");
}

#[test]
fn the_sequence_that_stopped_an_answer_is_named() {
    let answer =
        r#"{"id":"1","model":"m","choices":[{"message":{"content":"a"},"finish_reason":"stop","stop_reason":"END"}]}"#;
    let (out, _) = convert_reply(Dialect::Chat, Dialect::Messages, answer.as_bytes(), &asked()).unwrap();
    let out: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((&out["stop_reason"], &out["stop_sequence"]), (&json!("stop_sequence"), &json!("END")));
}

#[test]
fn names_that_do_not_fit_come_back_as_they_were() {
    let name = "mcp__a.server/".to_owned() + &"x".repeat(80);
    let body = json!({"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": name, "input": {}}]}],
        "tools": [{"name": name, "input_schema": {}}], "tool_choice": {"type": "tool", "name": name}});
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let text = body.to_string();
    let request = Dialect::Messages.read_request(text.as_bytes()).unwrap();
    let written = Dialect::Chat.write_request(&request, &target).unwrap();
    let sent: Value = serde_json::from_slice(&written.body).unwrap();
    let short = sent["tools"][0]["function"]["name"].as_str().unwrap();
    assert!(short.len() <= 64);
    assert_eq!(sent["tool_choice"]["function"]["name"], short);
    assert_eq!(sent["messages"][1]["tool_calls"][0]["function"]["name"], short);

    let asked = Asked::new(&request, &written, "id".into(), 0);
    let answer = json!({"id": "1", "model": "m", "choices": [{"message": {"tool_calls": [{"id": "c", "type": "function", "function": {"name": short, "arguments": "{}"}}]}, "finish_reason": "tool_calls"}]});
    let (out, _) = convert_reply(Dialect::Chat, Dialect::Messages, answer.to_string().as_bytes(), &asked).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["content"][0]["name"], name);
    let events = format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,\"id\":\"c\",\"function\":{{\"name\":\"{short}\",\"arguments\":\"{{}}\"}}}}]}},\"finish_reason\":\"tool_calls\"}}]}}\n\n"
    );
    let (out, _) = stream(Dialect::Chat, Dialect::Messages, &events, &asked);
    assert_eq!(fold::stream(Dialect::Messages, &out).calls[0].1, name);
}

#[test]
fn a_tool_of_free_text_is_a_function_there_and_free_text_again_here() {
    let text = json!({"model": "x", "messages": [{"role": "user", "content": "a"}],
        "tools": [{"type": "custom", "custom": {"name": "patch", "description": "Edits."}}]})
    .to_string();
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let request = Dialect::Chat.read_request(text.as_bytes()).unwrap();
    let written = Dialect::Messages.write_request(&request, &target).unwrap();
    assert!(String::from_utf8_lossy(&written.body).contains(r#""properties":{"input":{"type":"string"}}"#));
    let asked = Asked::new(&request, &written, "id".into(), 0);
    let answer = json!({"id": "m", "type": "message", "model": "c", "content": [{"type": "tool_use", "id": "t", "name": "patch", "input": {"input": "*** \"x\"\n"}}], "stop_reason": "tool_use"});
    let (out, _) = convert_reply(Dialect::Messages, Dialect::Chat, answer.to_string().as_bytes(), &asked).unwrap();
    let call = serde_json::from_slice::<Value>(&out).unwrap()["choices"][0]["message"]["tool_calls"][0].clone();
    assert_eq!(call, json!({"id": "t", "type": "custom", "custom": {"name": "patch", "input": "*** \"x\"\n"}}));
    let mut convert = Convert::new(Dialect::Messages, Dialect::Chat, &asked);
    let mut told = BytesMut::new();
    convert.replay(&Dialect::Messages.read_reply(answer.to_string().as_bytes()).unwrap(), &mut told);
    assert!(String::from_utf8_lossy(&told).contains(r#""custom":{"input":"*** \"x\"\n"}"#), "{told:?}");
}

#[test]
fn a_second_answer_spliced_into_the_first_is_a_failure() {
    let start = "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n";
    let (out, summary) = stream(Dialect::Messages, Dialect::Chat, &start.repeat(2), &asked());
    assert!(summary.error.is_some() && !out.contains("[DONE]"));
}

#[test]
fn a_block_that_has_the_number_of_another_is_a_new_block() {
    let block = |text: &str| {
        format!(
            "data: {{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{{\"type\":\"text\",\"text\":\"\"}}}}\n\n\
             data: {{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n"
        )
    };
    let events = format!(
        "data: {{\"type\":\"message_start\",\"message\":{{\"id\":\"m\"}}}}\n\n{}{}data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\"}},\"usage\":{{\"output_tokens\":1}}}}\n\ndata: {{\"type\":\"message_stop\"}}\n\n",
        block("a"),
        block("b")
    );
    let (out, _) = stream(Dialect::Messages, Dialect::Messages, &events, &asked());
    assert_eq!(fold::stream(Dialect::Messages, &out).text, "ab");
    assert_eq!(out.matches("content_block_start\ndata").count(), 2);
}

#[test]
fn arguments_that_came_with_the_calls_beginning_are_not_lost() {
    let events = "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n\
        data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"x\":1}}}\n\n\
        data: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
        data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    let (out, _) = stream(Dialect::Messages, Dialect::Chat, events, &asked());
    assert_eq!(fold::stream(Dialect::Chat, &out).calls[0].2, json!({"x": 1}));
}

#[test]
fn what_the_answer_depends_on_is_refused_and_named() {
    let with = |name: &str, value: Value| {
        let mut body = chat(&json!([{"role": "user", "content": "a"}]));
        body[name] = value;
        body
    };
    for (name, value) in [
        ("n", json!(2)),
        ("logprobs", json!(true)),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({"voice": "alloy"})),
    ] {
        assert_eq!(refused(Dialect::Chat, Dialect::Messages, &with(name, value)).as_deref(), Some(name));
    }
    let audio = json!([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]}]);
    assert_eq!(refused(Dialect::Chat, Dialect::Messages, &chat(&audio)).as_deref(), Some("messages[0].content[1]"));
    for (name, value) in
        [("container", json!("c")), ("thread", json!({"type": "continue"})), ("inference_geo", json!("us"))]
    {
        let mut body = json!({"model": "x", "max_tokens": 9, "messages": []});
        body[name] = value;
        assert_eq!(refused(Dialect::Messages, Dialect::Chat, &body).as_deref(), Some(name));
    }
}

#[test]
fn a_strict_channel_refuses_what_others_warn_of_and_a_lenient_one_says_nothing() {
    let mut body = chat(&json!([{"role": "user", "content": "a"}]));
    body["seed"] = json!(1);
    let write = |strictness| {
        let target = Target { model: "m", strictness, quirks: Quirks::default() };
        write_for(Dialect::Chat, Dialect::Messages, &body.to_string(), &target)
    };
    assert_eq!(write(Strictness::Strict).unwrap_err().param.as_deref(), Some("seed"));
    let warned = write(Strictness::Warn).unwrap();
    assert_eq!(warned.losses[0].to_string(), "dropped;field=seed;reason=unsupported");
    let lenient = write(Strictness::Lenient).unwrap();
    assert_eq!((lenient.losses.len(), &lenient.body), (0, &warned.body));
}

#[test]
fn deep_and_endless_documents_are_taken_or_refused_and_nothing_overflows() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for body in [
        format!(r#"{{"model":"x","messages":[{{"role":"user","content":{deep}}}]}}"#),
        format!(r#"{{"model":"x","messages":{deep}}}"#),
        format!(
            r#"{{"model":"x","max_tokens":1,"messages":[],"tools":[{{"name":"f","input_schema":{{"x":{deep}}}}}]}}"#
        ),
        format!(r#"{{"model":"x","max_tokens":1,"messages":[],"unknown":{deep}}}"#),
    ] {
        let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
        for from in Dialect::ALL {
            for to in Dialect::ALL {
                let _ = write_for(from, to, &body, &target);
            }
        }
    }
    for from in Dialect::ALL {
        let (_, summary) = stream(from, Dialect::Chat, &format!("data: {deep}\n\n"), &asked());
        assert!(summary.error.is_some());
    }
}

#[test]
fn a_picture_that_is_only_linked_can_be_fetched_by_whoever_may_and_is_refused_otherwise() {
    let text = r#"{"model":"x","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}"#;
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let mut request = Dialect::Chat.read_request(text.as_bytes()).unwrap();
    let failure = Dialect::Gemini.write_request(&request, &target).unwrap_err();
    assert_eq!(failure.param.as_deref(), Some("messages[0].content[0]"));
    assert!(failure.message.contains("link"));
    for media in request.remote() {
        let data = llm::json::Text::plain("QUJD");
        media.source = llm::neutral::Source::Inline { mime: "image/png".into(), data };
    }
    let written = Dialect::Gemini.write_request(&request, &target).unwrap();
    assert!(String::from_utf8_lossy(&written.body).contains(r#""inlineData":{"mimeType":"image/png","data":"QUJD"}"#));
}

#[test]
fn a_seal_makes_the_round_through_clients_that_know_no_such_thing() {
    // Gemini's signature on a call, through each client and back.
    let answer = r#"{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"Z29v"}]},"finishReason":"STOP"}]}"#;
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    for (client, history) in [
        (
            Dialect::Chat,
            |answer: Value| json!({"model": "x", "messages": [{"role": "user", "content": "a"}, answer["choices"][0]["message"]]}),
        ),
        (
            Dialect::Messages,
            |answer: Value| json!({"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": answer["content"]}]}),
        ),
    ] as [(_, fn(Value) -> Value); 2]
    {
        let (whole, _) = convert_reply(Dialect::Gemini, client, answer.as_bytes(), &asked()).unwrap();
        let history = history(serde_json::from_slice(&whole).unwrap()).to_string();
        let written = write_for(client, Dialect::Gemini, &history, &target).unwrap();
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(body["contents"][1]["parts"][0]["thoughtSignature"], "Z29v", "{history}");
        assert_eq!(body["contents"][1]["parts"].as_array().unwrap().len(), 1);
        // Nobody else is shown it.
        if client == Dialect::Messages {
            let foreign = write_for(client, Dialect::Messages, &history, &target).unwrap();
            assert!(!String::from_utf8_lossy(&foreign.body).contains("Z29v"));
        }
    }
}

#[test]
fn answers_to_calls_without_ids_find_their_calls_and_come_in_their_order() {
    let text = json!({"model": "x", "messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "2", "content": "second"},
        {"role": "tool", "tool_call_id": "1", "content": "{\"first\":1.0}"}]});
    let (body, _) = convert(Dialect::Chat, Dialect::Gemini, &text, Quirks::default());
    let parts = &body["contents"][2]["parts"];
    assert_eq!(parts[0]["functionResponse"]["name"], "f");
    assert_eq!(parts[0]["functionResponse"]["response"], json!({"first": 1.0}));
    assert_eq!(parts[1]["functionResponse"]["response"], json!({"output": "second"}));
}

#[test]
fn a_blocked_prompt_is_a_refusal_and_not_an_empty_answer() {
    let answer = r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#;
    let (out, _) = convert_reply(Dialect::Gemini, Dialect::Messages, answer.as_bytes(), &asked()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["stop_reason"], "refusal");
    let (out, _) = stream(Dialect::Gemini, Dialect::Chat, &format!("data: {answer}\n\n"), &asked());
    assert_eq!(fold::stream(Dialect::Chat, &out).finish.as_deref(), Some("content_filter"));
}

#[test]
fn an_answer_that_stops_after_calls_is_a_tool_call_but_one_that_is_cut_off_is_not() {
    for (reason, expected) in
        [("STOP", "tool_use"), ("MAX_TOKENS", "max_tokens"), ("SAFETY", "refusal"), ("FUNCTION_CALL", "tool_use")]
    {
        let answer = json!({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": {}}}]}, "finishReason": reason}]});
        let (out, _) =
            convert_reply(Dialect::Gemini, Dialect::Messages, answer.to_string().as_bytes(), &asked()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["stop_reason"], expected);
        let (out, _) = stream(Dialect::Gemini, Dialect::Messages, &format!("data: {answer}\n\n"), &asked());
        assert_eq!(fold::stream(Dialect::Messages, &out).finish.as_deref(), Some(expected));
    }
}

#[test]
fn a_stream_for_a_client_that_wants_an_array_is_one_even_if_it_breaks_off() {
    let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    for (events, last) in [(events.to_owned(), "error"), (events.to_owned() + end, "candidates")] {
        let (out, _) = stream(Dialect::Chat, Dialect::Gemini, &events, &Asked { json_array: true, ..asked() });
        let all: Vec<Value> = serde_json::from_str(&out).unwrap();
        assert!(all.last().unwrap().get(last).is_some() && all.len() > 1, "{out}");
    }
}

#[test]
fn a_call_whose_arguments_are_not_whole_is_said_to_be_malformed_where_only_whole_ones_can_be_said() {
    let events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\"}}]},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let (out, _) = stream(Dialect::Chat, Dialect::Gemini, events, &asked());
    let said = fold::stream(Dialect::Gemini, &out);
    assert_eq!((said.calls.len(), said.finish.as_deref()), (0, Some("MALFORMED_FUNCTION_CALL")));
}

#[test]
fn functions_say_that_they_are_not_strict_where_silence_would_mean_that_they_are() {
    let mut body = chat(&json!([{"role": "user", "content": "a"}]));
    body["tools"] = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"x": {}}}}}]);
    let (out, _) = convert(Dialect::Chat, Dialect::Responses, &body, Quirks::default());
    assert_eq!(out["tools"][0]["strict"], false);
    assert_eq!(out["store"], false);
}

#[test]
fn a_conversation_that_only_the_provider_has_is_refused_and_not_forgotten() {
    for (name, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!("conv_1")),
        ("background", json!(true)),
        ("prompt", json!({"id": "p"})),
    ] {
        let mut body = json!({"model": "x", "input": "a"});
        body[name] = value;
        for to in [Dialect::Chat, Dialect::Messages, Dialect::Gemini] {
            assert_eq!(refused(Dialect::Responses, to, &body).as_deref(), Some(name));
        }
    }
    let reference =
        json!({"model": "x", "input": [{"role": "user", "content": "a"}, {"type": "item_reference", "id": "msg_1"}]});
    assert!(refused(Dialect::Responses, Dialect::Messages, &reference).is_some());
}

#[test]
fn tools_of_a_namespace_and_tools_of_free_text_come_back_as_codex_knows_them() {
    let text = json!({"model": "x", "input": "a", "tools": [
        {"type": "namespace", "name": "crm", "tools": [{"type": "function", "name": "find", "parameters": {}}]},
        {"type": "custom", "name": "apply_patch"}]})
    .to_string();
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let request = Dialect::Responses.read_request(text.as_bytes()).unwrap();
    let answers = [
        (
            Dialect::Chat,
            json!({"id": "1", "model": "m", "choices": [{"message": {"tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "crm__find", "arguments": "{\"q\":1}"}},
            {"id": "b", "type": "function", "function": {"name": "apply_patch", "arguments": "{\"input\":\"*** x\"}"}}]}, "finish_reason": "tool_calls"}]}),
        ),
        (
            Dialect::Messages,
            json!({"id": "1", "type": "message", "model": "m", "stop_reason": "tool_use", "content": [
            {"type": "tool_use", "id": "a", "name": "crm__find", "input": {"q": 1}},
            {"type": "tool_use", "id": "b", "name": "apply_patch", "input": {"input": "*** x"}}]}),
        ),
    ];
    for (from, answer) in answers {
        let written = from.write_request(&request, &target).unwrap();
        assert!(String::from_utf8_lossy(&written.body).contains("\"crm__find\""));
        let asked = Asked::new(&request, &written, "id".into(), 0);
        let answer = answer.to_string();
        let (out, _) = convert_reply(from, Dialect::Responses, answer.as_bytes(), &asked).unwrap();
        let out: Value = serde_json::from_slice(&out).unwrap();
        let mut convert = Convert::new(from, Dialect::Responses, &asked);
        let mut told = BytesMut::new();
        convert.replay(&from.read_reply(answer.as_bytes()).unwrap(), &mut told);
        told.extend_from_slice(&convert.take_tail());
        let told = String::from_utf8(told.to_vec()).unwrap();
        let last: Value = serde_json::from_str(told.rsplit("data: ").next().unwrap()).unwrap();
        for output in [&out["output"], &last["response"]["output"]] {
            assert_eq!((&output[0]["name"], &output[0]["namespace"]), (&json!("find"), &json!("crm")));
            assert_eq!(output[0]["arguments"], "{\"q\":1}");
            assert_eq!((&output[1]["type"], &output[1]["input"]), (&json!("custom_tool_call"), &json!("*** x")));
        }
    }
}

#[test]
fn thinking_that_is_sealed_goes_back_to_who_sealed_it_and_nobody_else() {
    let body = json!({"model": "x", "input": [{"role": "user", "content": "a"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "t"}], "encrypted_content": "aigw1.m.c2ln"},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "x"}]});
    let (out, _) = convert(Dialect::Responses, Dialect::Messages, &body, Quirks::default());
    assert_eq!(out["messages"][1]["content"][0], json!({"type": "thinking", "thinking": "t", "signature": "c2ln"}));
    let (out, _) = convert(Dialect::Responses, Dialect::Responses, &body, Quirks::default());
    assert!(!out.to_string().contains("c2ln"));
    let mut own = body;
    own["input"][1]["encrypted_content"] = json!("Z0FB");
    let (out, _) = convert(Dialect::Responses, Dialect::Responses, &own, Quirks::default());
    assert_eq!(out["input"][1]["encrypted_content"], "Z0FB");
    assert_eq!(out["input"][1].get("id"), None, "what isn't stored has no id");
    assert!(!convert(Dialect::Responses, Dialect::Gemini, &own, Quirks::default()).0.to_string().contains("Z0FB"));
}

#[test]
fn what_a_stream_says_only_when_it_is_done_is_not_lost() {
    let event = |kind: &str, rest: Value| {
        let mut event = json!({"type": kind});
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        format!("event: {kind}\ndata: {event}\n\n")
    };
    let events = event("response.created", json!({"response": {"id": "resp_1", "model": "m"}}))
        + &event(
            "response.output_item.done",
            json!({"output_index": 0, "item": {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}}),
        )
        + &event(
            "response.output_item.done",
            json!({"output_index": 1, "item": {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"x\":1}"}}),
        )
        + &event(
            "response.completed",
            json!({"response": {"status": "completed", "usage": {"input_tokens": 1, "output_tokens": 1}}}),
        );
    for to in Dialect::ALL {
        let (out, _) = stream(Dialect::Responses, to, &events, &asked());
        let said = fold::stream(to, &out);
        assert_eq!((&*said.text, said.calls.len()), ("Hello", 1), "{out}");
        assert_eq!(said.calls[0].2, json!({"x": 1}));
    }
    let failed = event("response.created", json!({"response": {"id": "resp_1"}}))
        + &event("response.failed", json!({"response": {"error": {"code": "server_error", "message": "broke"}}}));
    let (out, _) = stream(Dialect::Responses, Dialect::Chat, &failed, &asked());
    assert_eq!(fold::stream(Dialect::Chat, &out).error.as_deref(), Some("broke"));
}

#[test]
fn a_history_with_calls_has_tools_where_it_is_refused_without() {
    let body = json!({"model": "x", "max_tokens": 9, "messages": [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a.b", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a.b"}]}]});
    let text = body.to_string();
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let request = Dialect::Messages.read_request(text.as_bytes()).unwrap();
    let written = llm::Upstream::Converse.write_request(&request, &target).unwrap();
    let out: Value = serde_json::from_slice(&written.body).unwrap();
    assert_eq!(out["toolConfig"]["tools"][0]["toolSpec"]["name"], "f");
    let result = &out["messages"][2]["content"][0]["toolResult"];
    assert_eq!(result["content"], json!([{"json": {}}]));
    assert_eq!(result["toolUseId"], out["messages"][1]["content"][0]["toolUse"]["toolUseId"]);
}

#[test]
fn arguments_are_objects_where_they_must_be_and_texts_where_they_must_be() {
    let text = r#"{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\": 1.0}"}}]}]}"#;
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let request = Dialect::Chat.read_request(text.as_bytes()).unwrap();
    let written = llm::Upstream::Ollama.write_request(&request, &target).unwrap();
    assert!(String::from_utf8_lossy(&written.body).contains(r#""arguments":{"x": 1.0}"#));
    let answer = r#"{"model":"q","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1.0}}}]},"done":true,"done_reason":"stop"}"#;
    let (out, _) = convert_reply(llm::Upstream::Ollama, Dialect::Chat, answer.as_bytes(), &asked()).unwrap();
    let choice = serde_json::from_slice::<Value>(&out).unwrap()["choices"][0].clone();
    assert_eq!(choice["message"]["tool_calls"][0]["function"]["arguments"], "{\"x\":1.0}");
    assert!(choice["message"]["tool_calls"][0]["id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(choice["finish_reason"], "tool_calls");
}

#[test]
fn an_answer_without_end_is_broken_off() {
    let calls = (0..10_000).map(|at| {
        let call = format!(r#"{{"index":{at},"id":"c{at}","function":{{"name":"f","arguments":"{{}}"}}}}"#);
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"a\",\"tool_calls\":[{call}]}}}}]}}\n\n")
    });
    let events = calls.collect::<Vec<_>>().concat();
    for to in Dialect::ALL {
        let (out, summary) = stream(Dialect::Chat, to, &events, &asked());
        assert!(summary.error.is_some_and(|error| error.contains("larger")), "{}", to.as_str());
        assert!(fold::stream(to, &out).error.is_some());
    }
}
