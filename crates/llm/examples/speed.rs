//! What conversion costs: a request of an agent's size, a stream of 64 chunks, beside one that passes through.
//!
//! `cargo run --release -p llm --example speed`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it measures and prints")]

use std::{fmt::Write, hint::black_box, time::Instant};

use bytes::BytesMut;
use llm::{Asked, Convert, Dialect, How, Quirks, Target, Through, Upstream, neutral::Strictness};

fn main() {
    let target = Target { model: "m", strictness: Strictness::Warn, quirks: Quirks::default() };
    let body = agent(200 << 10);
    for to in Upstream::ALL {
        let each = time(|| {
            let request = Dialect::Messages.read_request(body.as_bytes()).unwrap();
            black_box(to.write_request(&request, &target).unwrap());
        });
        println!("request of {} KB, messages to {}: {each:.0} µs", body.len() >> 10, to.as_str());
    }
    let stream = chunks(64);
    let pass = time(|| {
        let mut through = Through::new(Dialect::Chat, false);
        let mut out = BytesMut::new();
        for event in stream.split_inclusive("\n\n") {
            through.feed(event.as_bytes(), &mut out);
        }
        through.finish(How::Eof, &mut out);
        black_box(out);
    });
    println!("stream of 64 chunks, passed through: {pass:.1} µs");
    for to in Dialect::ALL {
        let each = time(|| {
            let mut convert = Convert::new(Dialect::Chat, to, &Asked::default());
            let mut out = BytesMut::new();
            for event in stream.split_inclusive("\n\n") {
                convert.feed(event.as_bytes(), &mut out);
            }
            convert.finish(How::Eof, &mut out);
            black_box(out);
        });
        println!("stream of 64 chunks, chat to {}: {each:.1} µs, {:.2} of passing", to.as_str(), each / pass);
    }
}

/// Microseconds of one run, the fastest of many.
fn time(run: impl Fn()) -> f64 {
    let runs = (0..300).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e6
    });
    runs.fold(f64::MAX, f64::min)
}

/// A conversation with tools, as agents send it.
fn agent(bytes: usize) -> String {
    let code = "fn main() {\\n    println!(\\\"hello\\\");\\n}\\n".repeat(40);
    let mut turns = String::new();
    let mut at = 0;
    while turns.len() < bytes {
        at += 1;
        write!(
            turns,
            r#",{{"role":"assistant","content":[{{"type":"text","text":"Reading."}},{{"type":"tool_use","id":"toolu_{at}","name":"read","input":{{"path":"src/{at}.rs"}}}}]}},{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"toolu_{at}","content":"{code}"}}]}}"#
        )
        .unwrap();
    }
    format!(
        r#"{{"model":"m","max_tokens":9,"messages":[{{"role":"user","content":"Go."}}{turns}],"tools":[{{"name":"read","input_schema":{{"type":"object","properties":{{"path":{{"type":"string"}}}}}}}}]}}"#
    )
}

fn chunks(count: usize) -> String {
    let chunk = |delta: &str, finish: &str| {
        format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1795422600,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    let words = chunk("{\"content\":\" word\"}", "null").repeat(count);
    words + &chunk("{}", "\"stop\"") + "data: [DONE]\n\n"
}
