//! Reads a stream's events, each an answer with the next parts. Nothing marks the end but the reason for it.

use super::{
    read_answer::{Answer, Candidate, Feedback, reason},
    usage,
};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::{Args, Content, Finish, Reason},
    read_failure,
    stream::{Opening, Pen, Piece, Speech, Start, StreamReader},
};

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// All text of the first candidate: sources are told by places in it.
    text: String,
}

impl StreamReader for Reader {
    fn read(&mut self, _kind: &str, data: &[u8], pen: &mut Pen<'_>) {
        let answer: Answer<'_> = match serde_json::from_slice(data) {
            Ok(answer) => answer,
            Err(error) => {
                let message = format!("The provider sent something that can't be read: {error}.");
                return pen.fail(&Failure::new(Kind::BadGateway, message));
            }
        };
        if answer.error.is_some() {
            return pen.fail(&read_failure(502, data, None));
        }
        let told = usage::read(answer.usage_metadata);
        let candidates = answer.candidates.unwrap_or_default();
        let blocked = answer.prompt_feedback.and_then(Feedback::into_finish);
        if candidates.is_empty() && blocked.is_none() {
            return pen.usage(told);
        }
        pen.start(&Start {
            id: answer.response_id.map(Text::into_decoded).unwrap_or_default(),
            model: answer.model_version.map(Text::into_decoded).unwrap_or_default(),
            created: None,
            usage: told,
        });
        pen.usage(told);
        if let (true, Some(finish)) = (candidates.is_empty(), blocked) {
            pen.finish(0, finish);
        }
        for candidate in candidates {
            self.candidate(candidate, pen);
        }
    }
}

impl Reader {
    fn candidate(&mut self, candidate: Candidate<'_>, pen: &mut Pen<'_>) {
        let at = candidate.index;
        for part in candidate.content.and_then(|content| content.parts).into_iter().flatten() {
            for content in part.into_contents() {
                self.say(at, content, pen);
            }
        }
        if let Some(grounding) = candidate.grounding_metadata {
            let citations = grounding.into_citations(&self.text);
            if !citations.is_empty() && pen.is_saying(at, Speech::Text) {
                let block = pen.saying(at, Speech::Text);
                for citation in citations {
                    pen.piece(block, Piece::Citation(citation));
                }
            }
        }
        if let Some(reason) = candidate.finish_reason.and_then(|word| reason(&word.decode())) {
            let explanation = candidate.finish_message.filter(|_| reason == Reason::ContentFilter);
            pen.finish(at, Finish { reason, sequence: None, explanation });
        }
    }

    fn say(&mut self, at: usize, content: Content<'_>, pen: &mut Pen<'_>) {
        match content {
            Content::Text { text, .. } => {
                if at == 0 {
                    self.text.push_str(&text.decode());
                }
                pen.say(at, Speech::Text, &text);
            }
            Content::Thinking(thinking) => {
                pen.say(at, Speech::Thinking, &thinking.text);
                if let Some(seal) = thinking.seal {
                    let block = pen.saying(at, Speech::Thinking);
                    pen.piece(block, Piece::Seal(seal));
                    pen.close(block);
                }
            }
            Content::Call(call) => {
                pen.pause(at);
                let args = match &call.args {
                    Args::Object(raw) => Text::plain(raw.get().to_owned()),
                    args => args.quoted().into_owned(),
                };
                let block = pen.open(
                    at,
                    Opening::Call { id: call.id, name: call.name, namespace: None, is_free: false, seal: call.seal },
                );
                pen.piece(block, Piece::Text(args));
                pen.close(block);
            }
            Content::Media(media) => pen.media(at, media),
            _ => {}
        }
    }
}
