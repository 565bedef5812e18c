//! Reads a stream's lines, each an answer with the next words.

use super::read_answer::{Answer, picture};
use crate::{
    Failure, Kind,
    json::Text,
    neutral::Args,
    read_failure,
    stream::{Opening, Pen, Piece, Speech, Start, StreamReader},
};

/// A reader of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader;

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
        let (told, finish) = (answer.usage(), answer.finish());
        let model = answer.model.map(Text::into_decoded).unwrap_or_default();
        pen.start(&Start { id: "".into(), model, created: None, usage: told });
        let message = answer.message.unwrap_or_default();
        if let Some(text) = message.thinking {
            pen.say(0, Speech::Thinking, &text);
        }
        if let Some(text) = message.content {
            pen.say(0, Speech::Text, &text);
        }
        for data in message.images.into_iter().flatten() {
            pen.media(0, picture(data));
        }
        for call in message.tool_calls.into_iter().flatten() {
            let call = call.into_call();
            pen.pause(0);
            let args = match &call.args {
                Args::Object(raw) => Text::plain(raw.get().to_owned()),
                args => args.quoted().into_owned(),
            };
            let opening = Opening::Call { id: call.id, name: call.name, namespace: None, is_free: false, seal: None };
            let block = pen.open(0, opening);
            pen.piece(block, Piece::Text(args));
            pen.close(block);
        }
        if answer.done {
            pen.finish(0, finish);
            pen.end();
        }
    }
}
