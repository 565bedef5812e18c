use bytes::BytesMut;
use llm::{Convert, Dialect, Upstream, convert_reply};

use super::{asked, counted, fixtures, fold, pretty};

#[test]
fn every_answer_becomes_what_its_snapshot_says() {
    for from in Upstream::ALL {
        for (name, body) in fixtures(from, ".answer.json") {
            for to in Dialect::ALL {
                let (answer, summary) = convert_reply(from, to, body.as_bytes(), &asked()).unwrap();
                assert!(summary.usage.is_some(), "{name}");
                insta::assert_snapshot!(format!("{name}.answer.to_{}", to.as_str()), pretty(&answer));
            }
        }
    }
}

#[test]
fn an_answer_that_was_written_reads_as_the_same() {
    for from in Upstream::ALL {
        for (name, body) in fixtures(from, ".answer.json") {
            for to in Dialect::ALL {
                let (once, _) = convert_reply(from, to, body.as_bytes(), &asked()).unwrap();
                let (twice, _) = convert_reply(to, to, &once, &asked()).unwrap();
                assert_eq!(pretty(&once), pretty(&twice), "{name} -> {}", to.as_str());
            }
        }
    }
}

#[test]
fn an_answer_told_as_a_stream_says_the_same() {
    for from in Upstream::ALL {
        for (name, body) in fixtures(from, ".answer.json") {
            for to in Dialect::ALL {
                let (whole, summary) = convert_reply(from, to, body.as_bytes(), &asked()).unwrap();
                let mut convert = Convert::new(from, to, &asked());
                let mut out = BytesMut::new();
                convert.replay(&from.read_reply(body.as_bytes()).unwrap(), &mut out);
                out.extend_from_slice(&convert.take_tail());
                let told = fold::stream(to, std::str::from_utf8(&out).unwrap());
                assert_eq!(told, fold::answer(to, &whole), "{name} -> {}", to.as_str());
                assert_eq!(convert.summary().usage, summary.usage);
            }
        }
    }
}

#[test]
fn usage_is_the_same_whoever_counts_it() {
    for from in Upstream::ALL {
        for (name, body) in fixtures(from, ".answer.json") {
            let usage = from.read_reply(body.as_bytes()).unwrap().usage();
            for to in Dialect::ALL {
                let (answer, _) = convert_reply(from, to, body.as_bytes(), &asked()).unwrap();
                assert_eq!(to.read_reply(&answer).unwrap().usage(), counted(to, usage), "{name} -> {}", to.as_str());
            }
        }
    }
}

#[test]
fn what_is_no_answer_is_a_failure_and_not_an_empty_answer() {
    for from in Upstream::ALL {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "<html>",
            r#"{"error":{"message":"no"}}"#,
            r#"{"type":"error","error":{"type":"api_error","message":"no"}}"#,
        ] {
            let failure = convert_reply(from, Dialect::Chat, body.as_bytes(), &asked()).unwrap_err();
            assert!(!failure.message.is_empty(), "{body}");
        }
    }
}
