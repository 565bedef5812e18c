use llm::{Dialect, Quirks, Upstream};
use serde_json::Value;

use super::{fixtures, pretty, target};

#[test]
fn every_request_becomes_what_its_snapshot_says() {
    for from in Dialect::ALL {
        for (name, body) in fixtures(from, ".request.json") {
            let request = from.read_request(body.as_bytes()).unwrap_or_else(|failure| panic!("{name}: {failure}"));
            for to in Upstream::ALL {
                let text = match to.write_request(&request, &target(Quirks::default())) {
                    Err(failure) => format!("refused at {:?}: {failure}", failure.param),
                    Ok(written) => {
                        let losses: Vec<_> = written.losses.iter().map(|loss| format!("// {loss}\n")).collect();
                        losses.concat() + &pretty(&written.body)
                    }
                };
                insta::assert_snapshot!(format!("{name}.request.to_{}", to.as_str()), text);
            }
        }
    }
}

#[test]
fn a_request_that_was_written_reads_as_the_same() {
    for from in Dialect::ALL {
        for (name, body) in fixtures(from, ".request.json") {
            let request = from.read_request(body.as_bytes()).unwrap();
            for to in Dialect::ALL {
                let Ok(once) = to.write_request(&request, &target(Quirks::default())) else { continue };
                let again = to.read_request(&once.body).unwrap_or_else(|failure| panic!("{name}: {failure}"));
                let twice = to.write_request(&again, &target(Quirks::default())).unwrap();
                assert_eq!(pretty(&once.body), pretty(&twice.body), "{name} -> {}", to.as_str());
            }
        }
    }
}

#[test]
fn converting_twice_gives_the_same_bytes() {
    for from in Dialect::ALL {
        for (name, body) in fixtures(from, ".request.json") {
            for to in Upstream::ALL {
                let write = || {
                    let request = from.read_request(body.as_bytes()).unwrap();
                    to.write_request(&request, &target(Quirks::default())).map(|written| written.body)
                };
                assert_eq!(write(), write(), "{name}");
            }
        }
    }
}

#[test]
fn a_turn_more_leaves_what_stood_before_it_as_it_was() {
    let body = |more: &str| {
        format!(
            r#"{{"model":"m","max_tokens":9,"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b"}},{{"role":"user","content":"c"}}{more}]}}"#
        )
    };
    for from in [Dialect::Chat, Dialect::Messages] {
        for to in Dialect::ALL {
            let write = |body: &str| {
                let request = from.read_request(body.as_bytes()).unwrap();
                let written = to.write_request(&request, &target(Quirks::default())).unwrap();
                serde_json::from_slice::<Value>(&written.body).unwrap()
            };
            let (short, long) = (
                write(&body("")),
                write(&body(r#",{"role":"assistant","content":"d"},{"role":"user","content":"e"}"#)),
            );
            let turns = |value: &Value| {
                let list = ["messages", "contents", "input"].iter().find_map(|name| value[*name].as_array());
                list.unwrap().clone()
            };
            let (short, long) = (turns(&short), turns(&long));
            assert_eq!(short[..], long[..short.len()]);
            assert!(long.len() > short.len());
        }
    }
}

/// Values that appear anywhere in a body must not break the reader: whatever stands somewhere can stand anywhere.
#[test]
fn strange_values_are_refused_or_passed_and_nothing_panics() {
    for from in Dialect::ALL {
        for (name, body) in fixtures(from, ".request.json") {
            let value: Value = serde_json::from_str(&body).unwrap();
            let mut paths = Vec::new();
            collect(&value, String::new(), &mut paths);
            for path in paths {
                for strange in ["null", "7", "\"x\"", "[]", "{}", "[null]"] {
                    let mut changed = value.clone();
                    *changed.pointer_mut(&path).unwrap() = serde_json::from_str(strange).unwrap();
                    let body = changed.to_string();
                    let Ok(request) = from.read_request(body.as_bytes()) else { continue };
                    for to in Upstream::ALL {
                        if let Ok(written) = to.write_request(&request, &target(Quirks::default())) {
                            serde_json::from_slice::<Value>(&written.body)
                                .unwrap_or_else(|error| panic!("{name} {path} {strange}: {error}"));
                        }
                    }
                }
            }
        }
    }
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), paths);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                collect(value, format!("{path}/{at}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

#[test]
fn members_nobody_knows_are_named_as_lost_and_never_break_a_request() {
    for from in Dialect::ALL {
        for (name, body) in fixtures(from, ".request.json") {
            let with = body.replacen('{', r#"{"never_heard_of":{"a":[1,2.50]},"#, 1);
            let request = from.read_request(with.as_bytes()).unwrap();
            for to in Upstream::ALL {
                let Ok(written) = to.write_request(&request, &target(Quirks::default())) else { continue };
                let text = String::from_utf8(written.body.to_vec()).unwrap();
                if to == from.into() {
                    assert!(text.contains(r#""never_heard_of":{"a":[1,2.50]}"#), "{name}");
                } else {
                    assert!(!text.contains("never_heard_of"), "{name}");
                    assert!(written.losses.iter().any(|loss| loss.at == "never_heard_of"), "{name}");
                }
            }
        }
    }
}
