use bytes::BytesMut;
use llm::{
    Convert, Dialect, Upstream,
    stream::{How, Summary},
};

use super::{
    asked, counted, fold,
    recorded::{Recorded, frame, streams},
};

/// All that the client gets, and what is known at the end.
fn run<'c>(
    from: impl Into<Upstream>,
    to: Dialect,
    chunks: impl IntoIterator<Item = &'c [u8]>,
    how: How,
) -> (String, Summary) {
    let mut convert = Convert::new(from, to, &asked());
    let mut out = BytesMut::new();
    for chunk in chunks {
        convert.feed(chunk, &mut out);
    }
    convert.finish(how, &mut out);
    out.extend_from_slice(&convert.take_tail());
    assert!(convert.is_done());
    (String::from_utf8(out.to_vec()).unwrap(), convert.summary().clone())
}

fn each(mut check: impl FnMut(&str, Upstream, Dialect, &Recorded)) {
    for from in Upstream::ALL {
        for recorded in streams(from) {
            for to in Dialect::ALL {
                check(&format!("{} -> {}", recorded.name, to.as_str()), from, to, &recorded);
            }
        }
    }
}

#[test]
fn every_stream_becomes_what_its_snapshot_says() {
    each(|name, from, to, recorded| {
        let (out, summary) = run(from, to, [&recorded.events.concat()[..]], How::Eof);
        assert!(summary.usage.is_some() && summary.error.is_none(), "{name}");
        fold::stream(to, &out);
        insta::assert_snapshot!(name.replace(" -> ", ".stream.to_"), out);
    });
}

#[test]
fn where_the_bytes_are_cut_makes_no_difference() {
    each(|name, from, to, recorded| {
        let stream = recorded.events.concat();
        let whole = run(from, to, [&stream[..]], How::Eof);
        assert_eq!(run(from, to, stream.chunks(1), How::Eof), whole, "{name}");
        // The reader's matter, not the writer's: one of those is enough.
        if to != Dialect::Messages {
            return;
        }
        for at in 0..stream.len() {
            assert_eq!(run(from, to, [&stream[..at], &stream[at..]], How::Eof), whole, "{name} cut at {at}");
        }
    });
}

#[test]
fn a_stream_cut_anywhere_before_its_finish_ends_in_an_error_and_never_as_if_it_were_whole() {
    each(|name, from, to, recorded| {
        let stream = recorded.events.concat();
        // Every byte for one writer, every event for the others.
        let ends = recorded.events.iter().scan(0, |end, event| {
            *end += event.len();
            Some(*end)
        });
        let places: Vec<usize> = if to == Dialect::Messages { (0..stream.len()).collect() } else { ends.collect() };
        for at in places {
            let (out, summary) = run(from, to, [&stream[..at]], How::Eof);
            let said = fold::stream(to, &out);
            assert_eq!(said.error.is_none(), at >= recorded.whole, "{name} cut at {at}");
            assert_eq!(said.error, summary.error, "{name} cut at {at}");
            assert!(said.error.is_none() || said.finish.is_none(), "{name} cut at {at}");
        }
    });
}

#[test]
fn a_connection_that_breaks_is_said_and_nothing_follows() {
    each(|name, from, to, recorded| {
        let half = recorded.events[..recorded.events.len() / 2].concat();
        let (out, summary) = run(from, to, [&half[..]], How::UpstreamError("gone".into()));
        assert_eq!(fold::stream(to, &out).error.as_deref(), Some("gone"), "{name}");
        assert_eq!(summary.error.as_deref(), Some("gone"));
    });
}

#[test]
fn a_stream_that_was_written_reads_as_the_same() {
    each(|name, from, to, recorded| {
        let (once, summary) = run(from, to, [&recorded.events.concat()[..]], How::Eof);
        let (twice, again) = run(to, to, [once.as_bytes()], How::Eof);
        assert_eq!(fold::stream(to, &once), fold::stream(to, &twice), "{name}");
        assert_eq!(again.usage, counted(to, summary.usage), "{name}");
    });
}

#[test]
fn whatever_an_upstream_sends_ends_in_an_end_or_an_error() {
    each(|name, from, to, Recorded { events, .. }| {
        // Each event left out, said twice, or exchanged with its neighbour.
        for at in 0..events.len() {
            let mut without = events.clone();
            without.remove(at);
            let mut twice = events.clone();
            twice.insert(at, events[at].clone());
            let mut exchanged = events.clone();
            exchanged.swap(at, (at + 1) % events.len());
            for changed in [without, twice, exchanged] {
                let (out, summary) = run(from, to, [&changed.concat()[..]], How::Eof);
                assert_eq!(fold::stream(to, &out).error, summary.error, "{name}");
            }
        }
    });
}

#[test]
fn an_exception_in_the_middle_and_a_broken_frame_are_errors() {
    let begun =
        [frame("messageStart", "{}"), frame("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"a"}}"#)];
    let exception = frame("throttlingException", r#"{"message":"slow down"}"#);
    let (out, _) = run(Upstream::Converse, Dialect::Chat, [&begun.concat()[..], &exception], How::Eof);
    assert_eq!(fold::stream(Dialect::Chat, &out).error.as_deref(), Some("slow down"));
    let mut broken = begun.concat();
    let last = broken.len() - 1;
    broken[last] ^= 1;
    let (out, summary) = run(Upstream::Converse, Dialect::Chat, [&broken[..]], How::Eof);
    assert!(fold::stream(Dialect::Chat, &out).error.is_some() && summary.error.is_some());
}
