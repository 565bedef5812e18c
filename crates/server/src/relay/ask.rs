//! What a channel is asked, and how its answer comes back: as it is where both speak one dialect, converted where they don't.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use llm::{
    Asked, Dialect, Failure, How, Kind, Passage, Summary, Target, Through, convert_reply,
    neutral::{Loss, Strictness},
    stream::Convert,
    through::{Request, USUAL_OUTPUT, read_reply},
};

use super::{body, plan::Candidate};

/// A request as one channel gets it.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) body: Bytes,
    pub(super) stream: bool,
    /// Headers that belong to the body.
    pub(crate) headers: Vec<(&'static str, Cow<'static, str>)>,
    pub(crate) way: Way,
}

/// The way between a client and a provider.
#[derive(Debug)]
pub(crate) enum Way {
    /// Both speak this.
    Through(Dialect),
    Convert(Box<Conversion>),
}

#[derive(Debug)]
pub(crate) struct Conversion {
    /// The provider's dialect.
    from: Dialect,
    /// The client's.
    to: Dialect,
    asked: Asked,
    pub(super) losses: Vec<Loss>,
}

impl Ask {
    /// Writes `request` for `candidate`. `id` and `created`, in seconds since 1970, are for providers that name none.
    ///
    /// # Errors
    /// If the request means something that this provider can't be told.
    pub(crate) async fn new(
        candidate: &Candidate,
        request: &Request,
        id: String,
        created: i64,
    ) -> Result<Self, Failure> {
        let (from, to) = (candidate.dialect(), request.endpoint.dialect());
        let stream = request.stream;
        if from == to && !request.json_array {
            let body = request.write(&candidate.upstream_model, true);
            return Ok(Self { body, stream, headers: Vec::new(), way: Way::Through(to) });
        }
        let (named, json_array) = (request.model.clone(), request.json_array);
        let bound = (request.bounded && request.max_output.is_none()).then_some(USUAL_OUTPUT);
        let (bytes, model) = (request.body().clone(), candidate.upstream_model.clone());
        let quirks = candidate.quirks().of_model(&model);
        body::work(bytes.len(), move || {
            let mut request = to.read_request(&bytes)?;
            // Where the path says them.
            request.model = Cow::Owned(named);
            request.stream = stream;
            request.max_output = request.max_output.or(bound);
            let target = Target { model: &model, strictness: Strictness::default(), quirks };
            let written = from.write_request(&request, &target)?;
            let asked = Asked { json_array, ..Asked::new(&request, &written, id, created) };
            let conversion = Conversion { from, to, asked, losses: written.losses };
            Ok(Self { body: written.body, stream, headers: written.headers, way: Way::Convert(Box::new(conversion)) })
        })
        .await
    }
}

impl Way {
    /// For a stream. `shows_usage`: the client wants it at the end.
    pub(super) fn passage(&self, shows_usage: bool) -> Passage {
        match self {
            Self::Through(dialect) => Passage::Through(Through::new(*dialect, !shows_usage)),
            Self::Convert(way) => Passage::Convert(Convert::new(way.from, way.to, &way.asked)),
        }
    }

    /// For an answer in one piece: what the client gets, and what it came to.
    ///
    /// # Errors
    /// If what the provider sent isn't an answer.
    pub(crate) fn reply(&self, body: Bytes) -> Result<(Bytes, Summary), Failure> {
        match self {
            Self::Through(dialect) => {
                let summary = read_reply(*dialect, &body);
                Ok((body, summary))
            }
            Self::Convert(way) => convert_reply(way.from, way.to, &body, &way.asked),
        }
    }

    /// A stream for a client that asked for one, of an answer that came in one piece.
    ///
    /// # Errors
    /// If what the provider sent isn't an answer.
    pub(super) fn replay(&self, body: &[u8], out: &mut BytesMut) -> Result<Passage, Failure> {
        let Self::Convert(way) = self else {
            return Err(Failure::new(Kind::Internal, "The gateway failed. Its log says more."));
        };
        let mut convert = Convert::new(way.from, way.to, &way.asked);
        convert.replay(&way.from.read_reply(body)?, out);
        convert.finish(How::Eof, out);
        Ok(Passage::Convert(convert))
    }

    pub(super) const fn converts(&self) -> bool {
        matches!(self, Self::Convert(_))
    }

    /// What the client asked for and the provider wasn't.
    pub(super) fn losses(&self) -> &[Loss] {
        match self {
            Self::Through(_) => &[],
            Self::Convert(way) => &way.losses,
        }
    }
}
