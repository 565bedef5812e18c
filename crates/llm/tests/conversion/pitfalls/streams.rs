//! Those that concern streams.

use super::*;

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
