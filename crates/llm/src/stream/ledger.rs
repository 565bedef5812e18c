//! What is open in a stream, and what may be said next.

use bytes::BytesMut;

use super::{End, Opening, Piece, Start, StreamWriter, Summary};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Args, Finish, Media, Names, Reason, Seal},
    usage::Told,
};

/// Bytes that may wait for their turn. More than any model answers.
const MOST_HELD: usize = 32 << 20;
/// More blocks than any model answers with, and few enough to look at each of them now and then.
const MOST_BLOCKS: usize = 1 << 12;
const MOST_CHOICES: usize = 128;

/// A block of this stream, numbered in the order in which they began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlockId(pub(crate) usize);

/// The books of one stream.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    phase: Phase,
    blocks: Vec<Block>,
    choices: Vec<Choice>,
    /// How many blocks from the front are closed for good.
    settled: usize,
    held: usize,
    names: Names,
    /// What calls are named after whose provider gives them no ids.
    id: String,
    summary: Summary,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Before,
    Running,
    Ended,
}

#[derive(Debug)]
struct Block {
    choice: usize,
    /// Until it is the block's turn.
    opening: Option<Opening<'static>>,
    /// What arrived before that.
    held: Vec<Piece<'static>>,
    /// The provider is done with it.
    done: bool,
    /// The client is.
    closed: bool,
    /// Half a surrogate pair, until the other half comes.
    half: Option<String>,
    /// The JSON around a free text, which has to be whole to be taken off.
    wrapped: Option<String>,
}

#[derive(Debug, Default)]
struct Choice {
    /// The block that text of this kind goes on in.
    saying: Option<(Speech, BlockId)>,
    calls: bool,
    finish: Option<Finish<'static>>,
}

/// What providers say piece by piece without saying where it begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    Text,
    Refusal,
    Thinking,
}

/// A reader's hand on the ledger and the writer behind it.
#[derive(Debug)]
pub(crate) struct Pen<'p> {
    pub(super) ledger: &'p mut Ledger,
    pub(super) writer: &'p mut dyn StreamWriter,
    pub(super) out: &'p mut BytesMut,
    /// What waits until the request is settled.
    pub(super) tail: &'p mut BytesMut,
}

impl Ledger {
    pub(super) fn new(names: Names, id: String) -> Self {
        Self { names, id, ..Self::default() }
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether every choice that was begun has said why it ends.
    pub(super) fn is_finished(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|choice| choice.finish.is_some())
    }

    fn choice(&mut self, at: usize) -> &mut Choice {
        let at = at.min(MOST_CHOICES - 1);
        if self.choices.len() <= at {
            self.choices.resize_with(at + 1, Choice::default);
        }
        &mut self.choices[at]
    }
}

impl Pen<'_> {
    /// The answer begins. Said once; what comes before it begins it too.
    pub(crate) fn start(&mut self, start: &Start<'_>) {
        self.usage(start.usage);
        if self.ledger.phase == Phase::Before {
            self.ledger.phase = Phase::Running;
            self.writer.start(start, self.out);
        }
    }

    /// A block begins.
    pub(crate) fn open(&mut self, choice: usize, opening: Opening<'_>) -> BlockId {
        let id = BlockId(self.ledger.blocks.len());
        if id.0 >= MOST_BLOCKS {
            self.fail(&too_much());
        }
        if self.ledger.phase == Phase::Before {
            self.start(&Start::default());
        }
        if self.ledger.phase == Phase::Ended {
            return BlockId(usize::MAX);
        }
        let (opening, unwrap) = self.renamed(opening);
        if let Opening::Call { name, .. } = &opening {
            self.ledger.choice(choice).calls = true;
            self.ledger.summary.content += name.len();
        } else {
            self.ledger.choice(choice);
        }
        let is_whole = matches!(opening, Opening::Media(_));
        // A text that nothing comes of is none: where it matters, an empty block is refused when it is sent back.
        let waits_for_words = matches!(opening, Opening::Text | Opening::Refusal | Opening::Thinking { .. });
        self.ledger.blocks.push(Block {
            choice,
            opening: Some(opening),
            held: Vec::new(),
            done: false,
            closed: false,
            half: None,
            wrapped: unwrap.then(String::new),
        });
        if !waits_for_words && self.has_turn(id) {
            self.begin(id);
        }
        if is_whole {
            self.close(id);
        }
        id
    }

    /// More of a block.
    pub(crate) fn piece(&mut self, id: BlockId, piece: Piece<'_>) {
        let has_turn = self.has_turn(id);
        let Some(block) = self.ledger.blocks.get_mut(id.0).filter(|block| !block.done) else { return };
        if self.ledger.phase != Phase::Running || piece.size() == 0 && !matches!(piece, Piece::Citation(_)) {
            return;
        }
        self.ledger.summary.content += piece.size();
        if self.writer.keeps() && self.ledger.summary.content > MOST_HELD {
            return self.fail(&too_much());
        }
        if let (Some(wrapped), Piece::Text(text)) = (&mut block.wrapped, &piece) {
            wrapped.push_str(text.escaped());
            self.hold(text.len());
        } else if has_turn {
            self.begin(id);
            self.write(id, piece);
        } else {
            let size = piece.size();
            match (block.held.last_mut(), piece) {
                (Some(Piece::Text(held)), Piece::Text(more)) => held.push(&more),
                (_, piece) => block.held.push(piece.into_owned()),
            }
            self.hold(size);
        }
    }

    /// A block ends.
    pub(crate) fn close(&mut self, id: BlockId) {
        let Some(block) = self.ledger.blocks.get_mut(id.0) else { return };
        if block.done || self.ledger.phase != Phase::Running {
            return;
        }
        block.done = true;
        let choice = block.choice;
        let choice = self.ledger.choice(choice);
        if choice.saying.is_some_and(|(_, saying)| saying == id) {
            choice.saying = None;
        }
        self.advance();
    }

    /// More of what a choice is saying, for providers that mark no blocks: the kind changes, a block ends.
    pub(crate) fn say(&mut self, choice: usize, speech: Speech, text: &Text<'_>) {
        if text.is_empty() {
            return;
        }
        let id = self.saying(choice, speech);
        self.piece(id, Piece::Text(text.borrowed()));
    }

    /// The block that such text goes into.
    pub(crate) fn saying(&mut self, choice: usize, speech: Speech) -> BlockId {
        match self.ledger.choice(choice).saying {
            Some((kind, id)) if kind == speech => return id,
            Some((_, other)) => self.close(other),
            None => {}
        }
        let id = self.open(
            choice,
            match speech {
                Speech::Text => Opening::Text,
                Speech::Refusal => Opening::Refusal,
                Speech::Thinking => Opening::Thinking { is_summary: false },
            },
        );
        self.ledger.choice(choice).saying = Some((speech, id));
        id
    }

    /// Whether a choice is in the middle of saying such text.
    pub(crate) fn is_saying(&mut self, choice: usize, speech: Speech) -> bool {
        self.ledger.choice(choice).saying.is_some_and(|(kind, _)| kind == speech)
    }

    /// Ends what a choice is saying, because something else begins.
    pub(crate) fn pause(&mut self, choice: usize) {
        if let Some((_, id)) = self.ledger.choice(choice).saying {
            self.close(id);
        }
    }

    /// A picture or a sound, all of it at once.
    pub(crate) fn media(&mut self, choice: usize, media: Media<'_>) {
        self.pause(choice);
        self.open(choice, Opening::Media(media));
    }

    /// What was used so far. The last word counts.
    pub(crate) fn usage(&mut self, told: Told) {
        self.ledger.summary.hear(told);
    }

    /// A choice says why it ends. Said again, the last word counts.
    pub(crate) fn finish(&mut self, choice: usize, finish: Finish<'_>) {
        if self.ledger.phase == Phase::Before {
            self.start(&Start::default());
        }
        if self.ledger.phase == Phase::Running {
            self.ledger.choice(choice).finish = Some(finish.into_owned());
        }
    }

    /// The provider says that this is all.
    pub(crate) fn end(&mut self) {
        if self.ledger.phase == Phase::Ended {
            return;
        }
        if self.ledger.choices.is_empty() && self.ledger.blocks.is_empty() {
            return self.fail(&Failure::new(Kind::BadGateway, "The provider's answer was empty."));
        }
        for at in self.ledger.settled..self.ledger.blocks.len() {
            self.close(BlockId(at));
        }
        self.ledger.phase = Phase::Ended;
        let finishes: Vec<_> = self
            .ledger
            .choices
            .iter_mut()
            .map(|choice| {
                let mut finish = choice.finish.take().unwrap_or_else(|| Reason::Stop.into());
                finish.reason = finish.reason.with_calls(choice.calls);
                finish
            })
            .collect();
        let end = End { finishes: &finishes, usage: self.ledger.summary.usage };
        self.writer.end(&end, self.tail);
    }

    /// The answer broke off.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        if self.ledger.phase != Phase::Ended {
            self.ledger.phase = Phase::Ended;
            self.ledger.summary.error = Some(failure.message.clone());
            self.writer.fail(failure, self.out);
        }
    }

    /// The provider is alive.
    pub(crate) fn ping(&mut self) {
        if self.ledger.phase == Phase::Running {
            self.writer.ping(self.out);
        }
    }

    /// The call that begins, as the client knows the tool.
    fn renamed(&self, opening: Opening<'_>) -> (Opening<'static>, bool) {
        match opening {
            Opening::Text => (Opening::Text, false),
            Opening::Refusal => (Opening::Refusal, false),
            Opening::Thinking { is_summary } => (Opening::Thinking { is_summary }, false),
            Opening::Media(media) => (Opening::Media(media.into_owned()), false),
            Opening::Call { id, name, namespace, is_free, seal } => {
                let known = self.ledger.names.find(&name);
                let unwrap = known.is_some_and(|known| known.unwrap) && !is_free;
                let number = self.ledger.blocks.len();
                let id = if id.is_empty() { call_id(&self.ledger.id, number) } else { id.into_owned() };
                let opening = Opening::Call {
                    id: id.into(),
                    name: known.map_or_else(|| name.into_owned(), |known| known.name.clone()).into(),
                    namespace: match known {
                        Some(known) => known.namespace.clone().map(Into::into),
                        None => namespace.map(|namespace| namespace.into_owned().into()),
                    },
                    is_free: is_free || unwrap,
                    seal: seal.map(Seal::into_owned),
                };
                (opening, unwrap)
            }
        }
    }

    /// Whether nothing that began earlier is still open, where that matters.
    fn has_turn(&self, id: BlockId) -> bool {
        self.writer.interleaves() || id.0 <= self.ledger.settled
    }

    /// Opens the block for the client, if that is still to be done.
    fn begin(&mut self, id: BlockId) {
        let block = &mut self.ledger.blocks[id.0];
        if let Some(opening) = block.opening.take() {
            self.writer.open(id, block.choice, &opening, self.out);
        }
    }

    fn write(&mut self, id: BlockId, piece: Piece<'_>) {
        let Piece::Text(text) = piece else {
            return self.writer.piece(id, &piece, self.out);
        };
        let half = &mut self.ledger.blocks[id.0].half;
        let joined = half.take().map(|half| Text::escaped_owned(half + text.escaped()));
        let text = joined.unwrap_or(text);
        let (text, rest) = text.split_half();
        *half = rest.map(str::to_owned);
        let text = text.mended();
        if !text.is_empty() {
            self.writer.piece(id, &Piece::Text(text), self.out);
        }
    }

    /// Closes for the client what the provider is done with, and gives the next blocks their turn.
    fn advance(&mut self) {
        let mut at = self.ledger.settled;
        while let Some(block) = self.ledger.blocks.get_mut(at) {
            let id = BlockId(at);
            if !block.closed {
                let held = std::mem::take(&mut block.held);
                if !held.is_empty() || matches!(block.opening, Some(Opening::Call { .. } | Opening::Media(_))) {
                    self.begin(id);
                }
                for piece in held {
                    self.write(id, piece);
                }
            }
            let block = &mut self.ledger.blocks[at];
            if block.done && !block.closed {
                block.closed = true;
                self.shut(id);
            } else if !block.done && !self.writer.interleaves() {
                break;
            }
            at += 1;
        }
        let settled = self.ledger.blocks[self.ledger.settled..].iter().take_while(|block| block.closed).count();
        self.ledger.settled += settled;
    }

    /// Closes one block for the client.
    fn shut(&mut self, id: BlockId) {
        let block = &mut self.ledger.blocks[id.0];
        if let Some(wrapped) = block.wrapped.take() {
            let args = Args::Quoted(Text::escaped_owned(wrapped));
            self.write(id, Piece::Text(args.free().into_owned()));
        }
        let block = &mut self.ledger.blocks[id.0];
        if block.half.take().is_some() {
            self.writer.piece(id, &Piece::Text(Text::plain("\u{fffd}")), self.out);
        }
        if self.ledger.blocks[id.0].opening.is_none() {
            self.writer.close(id, self.out);
        }
    }

    fn hold(&mut self, bytes: usize) {
        self.ledger.held += bytes;
        if self.ledger.held > MOST_HELD {
            self.fail(&too_much());
        }
    }
}

/// The id of a call whose provider gives none: no other call of the conversation has it.
pub(crate) fn call_id(request: &str, number: usize) -> String {
    format!("call_{request}_{number}")
}

fn too_much() -> Failure {
    Failure::new(Kind::BadGateway, "The provider's answer is larger than the gateway takes.")
}
