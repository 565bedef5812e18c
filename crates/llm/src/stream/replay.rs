//! An answer in one piece, told as a stream.

use super::{Opening, Pen, Piece, Start};
use crate::{
    json::Text,
    neutral::{Args, Content, Reply},
};

impl Reply<'_> {
    pub(super) fn replay(&self, pen: &mut Pen<'_>) {
        pen.start(&Start {
            id: self.id.as_ref().into(),
            model: self.model.as_ref().into(),
            created: self.created,
            usage: self.usage,
        });
        for (at, choice) in self.choices.iter().enumerate() {
            for block in &choice.blocks {
                tell(&block.content, at, pen);
            }
            pen.finish(at, choice.finish.clone());
        }
        pen.end();
    }
}

fn tell(content: &Content<'_>, choice: usize, pen: &mut Pen<'_>) {
    let whole = |pen: &mut Pen<'_>, opening: Opening<'_>, text: Text<'_>| {
        let block = pen.open(choice, opening);
        pen.piece(block, Piece::Text(text));
        block
    };
    match content {
        Content::Text { text, citations } => {
            let block = whole(pen, Opening::Text, text.borrowed());
            for citation in citations {
                pen.piece(block, Piece::Citation(citation.clone()));
            }
            pen.close(block);
        }
        Content::Refusal(text) => {
            let block = whole(pen, Opening::Refusal, text.borrowed());
            pen.close(block);
        }
        Content::Thinking(thinking) => {
            let opening = Opening::Thinking { is_summary: thinking.is_summary };
            let block = whole(pen, opening, thinking.text.borrowed());
            if let Some(seal) = &thinking.seal {
                pen.piece(block, Piece::Seal(seal.clone()));
            }
            pen.close(block);
        }
        Content::Call(call) => {
            let is_free = matches!(call.args, Args::Free(_));
            let opening = Opening::Call {
                id: call.id.as_ref().into(),
                name: call.name.as_ref().into(),
                namespace: call.namespace.as_deref().map(Into::into),
                is_free,
                seal: call.seal.clone(),
            };
            let text = if is_free { call.args.free() } else { call.args.quoted() };
            let block = whole(pen, opening, text);
            pen.close(block);
        }
        Content::Media(media) => pen.media(choice, media.clone()),
        // Tools don't answer in answers, and what one dialect alone can say was said in that one.
        Content::Outcome(_) | Content::Only(_) => {}
    }
}
