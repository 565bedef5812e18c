//! What went wrong elsewhere and mustn't here.

mod streams;

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

/// Each answer is looked for among the calls that are near: a body of nothing else must not take the square of its length.
#[test]
fn a_conversation_of_nothing_but_calls_and_answers_is_converted_whole() {
    const MANY: usize = 30_000;
    let call = |n: usize| format!(r#"{{"functionCall":{{"name":"f{n}","args":{{}}}}}}"#);
    let answer = |n: usize| format!(r#"{{"functionResponse":{{"name":"g{n}","response":{{}}}}}}"#);
    let parts = |part: &dyn Fn(usize) -> String| (0..MANY).map(part).collect::<Vec<_>>().join(",");
    let body = format!(
        r#"{{"contents":[{{"role":"model","parts":[{}]}},{{"role":"user","parts":[{}]}}]}}"#,
        parts(&call),
        parts(&answer)
    );
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let written = write_for(Dialect::Gemini, Dialect::Gemini, &body, &target).unwrap();
    assert_eq!(memchr::memmem::find_iter(&written.body, b"\"functionResponse\"").count(), MANY);

    let answers = (0..MANY).map(|n| format!(r#"{{"role":"tool","tool_call_id":"c{n}","content":"x"}}"#));
    let body = format!(r#"{{"model":"m","messages":[{}]}}"#, answers.collect::<Vec<_>>().join(","));
    assert_eq!(Dialect::Chat.read_request(body.as_bytes()).map(|request| request.turns.is_empty()), Ok(false));
}
