//! Whatever a reader does with the pen, the writer is told a legal story.

use std::collections::HashMap;

use bytes::BytesMut;
use proptest::prelude::*;

use super::{BlockId, End, Ledger, Opening, Pen, Piece, Speech, Start, StreamWriter};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Issuer, Media, MediaKind, Names, Reason, Seal, Source},
    usage::Told,
};

/// A writer that believes nothing.
#[derive(Debug, Default)]
struct Sceptic {
    interleaves: bool,
    started: bool,
    over: bool,
    /// What each block was told, and whether it is closed.
    blocks: HashMap<BlockId, (String, bool)>,
    order: Vec<BlockId>,
}

impl Sceptic {
    fn running(&self) {
        assert!(self.started && !self.over);
    }
}

impl StreamWriter for Sceptic {
    fn interleaves(&self) -> bool {
        self.interleaves
    }

    fn start(&mut self, _: &Start<'_>, _: &mut BytesMut) {
        assert!(!self.started && !self.over);
        self.started = true;
    }

    fn open(&mut self, block: BlockId, _: usize, _: &Opening<'_>, _: &mut BytesMut) {
        self.running();
        assert!(self.interleaves || self.blocks.values().all(|(_, closed)| *closed), "one block at a time");
        assert!(self.blocks.insert(block, (String::new(), false)).is_none(), "a block is opened once");
        self.order.push(block);
    }

    fn piece(&mut self, block: BlockId, piece: &Piece<'_>, _: &mut BytesMut) {
        self.running();
        let (told, closed) = self.blocks.get_mut(&block).expect("pieces are of open blocks");
        assert!(!*closed);
        if let Piece::Text(text) = piece {
            assert!(!text.is_empty());
            assert!(serde_json::from_str::<String>(&format!("\"{}\"", text.escaped())).is_ok(), "{text:?}");
            told.push_str(&text.decode());
        }
    }

    fn close(&mut self, block: BlockId, _: &mut BytesMut) {
        self.running();
        let (_, closed) = self.blocks.get_mut(&block).expect("only what is open is closed");
        assert!(!std::mem::replace(closed, true), "a block is closed once");
    }

    fn end(&mut self, end: &End<'_>, _: &mut BytesMut) {
        self.running();
        assert!(self.blocks.values().all(|(_, closed)| *closed), "all is closed at the end");
        assert!(!end.finishes.is_empty());
        self.over = true;
    }

    fn fail(&mut self, _: &Failure, _: &mut BytesMut) {
        assert!(!self.over);
        self.over = true;
    }
}

#[derive(Debug, Clone)]
enum Stroke {
    Start,
    Open(usize, u8),
    Piece(usize, &'static str),
    Seal(usize),
    Close(usize),
    Say(usize, u8, &'static str),
    Media,
    Finish(usize),
    Ping,
    End,
    Fail,
}

fn stroke() -> impl Strategy<Value = Stroke> {
    let text = prop_oneof![Just("a"), Just(""), Just("\\ud83c"), Just("\\udf26b"), Just("{\\\"input\\\":\\\"x\\\"}")];
    prop_oneof![
        1 => Just(Stroke::Start),
        6 => (0..3_usize, any::<u8>()).prop_map(|(choice, kind)| Stroke::Open(choice, kind)),
        12 => (0..12_usize, text.clone()).prop_map(|(block, text)| Stroke::Piece(block, text)),
        2 => (0..12_usize).prop_map(Stroke::Seal),
        6 => (0..12_usize).prop_map(Stroke::Close),
        6 => (0..3_usize, any::<u8>(), text).prop_map(|(choice, speech, text)| Stroke::Say(choice, speech, text)),
        1 => Just(Stroke::Media),
        1 => (0..3_usize).prop_map(Stroke::Finish),
        1 => Just(Stroke::Ping),
        1 => Just(Stroke::End),
        1 => Just(Stroke::Fail),
    ]
}

fn draw(stroke: &Stroke, pen: &mut Pen<'_>) {
    match *stroke {
        Stroke::Start => pen.start(&Start { usage: Told::Nothing, ..Start::default() }),
        Stroke::Open(choice, kind) => {
            let opening = match kind % 4 {
                0 => Opening::Text,
                1 => Opening::Thinking { is_summary: false },
                2 => Opening::Refusal,
                _ => {
                    Opening::Call { id: "c".into(), name: "f".into(), namespace: None, is_free: kind > 128, seal: None }
                }
            };
            pen.open(choice, opening);
        }
        Stroke::Piece(block, text) => pen.piece(BlockId(block), Piece::Text(Text::cut(text))),
        Stroke::Seal(block) => {
            let seal = Seal { issuer: Issuer::Messages, data: Text::cut("s") };
            pen.piece(BlockId(block), Piece::Seal(seal));
        }
        Stroke::Close(block) => pen.close(BlockId(block)),
        Stroke::Say(choice, speech, text) => {
            let speech = [Speech::Text, Speech::Refusal, Speech::Thinking][usize::from(speech) % 3];
            pen.say(choice, speech, &Text::cut(text));
        }
        Stroke::Media => pen.media(0, Media::new(MediaKind::Image, Source::Url(Text::cut("u")))),
        Stroke::Finish(choice) => pen.finish(choice, Reason::Stop.into()),
        Stroke::Ping => pen.ping(),
        Stroke::End => pen.end(),
        Stroke::Fail => pen.fail(&Failure::new(Kind::BadGateway, "x")),
    }
}

fn tell(strokes: &[Stroke], interleaves: bool) -> (Sceptic, Ledger) {
    let mut writer = Sceptic { interleaves, ..Sceptic::default() };
    let mut ledger = Ledger::new(Names::default(), "1".to_owned());
    let (mut out, mut tail) = (BytesMut::new(), BytesMut::new());
    for stroke in strokes {
        let mut pen = Pen { ledger: &mut ledger, writer: &mut writer, out: &mut out, tail: &mut tail };
        draw(stroke, &mut pen);
    }
    let mut pen = Pen { ledger: &mut ledger, writer: &mut writer, out: &mut out, tail: &mut tail };
    pen.end();
    (writer, ledger)
}

proptest! {
    #[test]
    fn whatever_a_reader_says_the_writer_hears_a_legal_story(strokes in prop::collection::vec(stroke(), 0..60)) {
        for interleaves in [false, true] {
            let (writer, ledger) = tell(&strokes, interleaves);
            prop_assert!(writer.over && ledger.has_ended());
        }
    }

    /// Waiting for a turn loses nothing and changes no order.
    #[test]
    fn both_kinds_of_writers_are_told_the_same(strokes in prop::collection::vec(stroke(), 0..60)) {
        let strokes: Vec<_> = strokes.into_iter().filter(|stroke| !matches!(stroke, Stroke::Fail)).collect();
        let (one, _) = tell(&strokes, false);
        let (many, _) = tell(&strokes, true);
        prop_assert_eq!(&one.blocks, &many.blocks);
        let mut order = many.order.clone();
        order.sort();
        prop_assert_eq!(one.order, order);
    }
}
