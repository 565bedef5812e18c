//! Reads on after the client has left, where the channel says so: the provider charges for the whole answer, and so are the books.

use std::time::Duration;

use api::{channels::OnDisconnect, logs::LogState};
use http::HeaderMap;
use llm::{Dialect, How, Summary, through::Request};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

use super::{
    answer::Piece,
    attempt::{self, Answer, Failed, Flow, IDLE},
    plan::Candidate,
    settle::Settler,
    upstream::ReplyBody,
};
use crate::app::App;

/// From when the client left to the end of the answer.
const MOST: Duration = Duration::from_mins(10);

/// What the log says of an answer that was read to its end for nobody.
const READ: &str = "The client left. The provider's answer was read to its end, so that it is charged as it was.";

/// How an attempt ended, and its settler.
type Attempted = (Result<Answer, Failed>, Settler);

/// Asks a channel. Where the answer is to be read in any case, a client that leaves meanwhile doesn't take the request back. `None` if
/// the attempt broke off inside the gateway.
pub(super) async fn attempt(
    app: &App,
    candidate: &Candidate,
    request: &Request,
    headers: &HeaderMap,
    settler: Settler,
) -> Option<Attempted> {
    if candidate.channel.on_disconnect == OnDisconnect::Cancel {
        return Some((attempt::attempt(app, candidate, request, headers).await, settler));
    }
    let (mut tell, told) = oneshot::channel::<Handed>();
    let asked = {
        let (app, candidate, request, headers) = (app.clone(), candidate.clone(), request.clone(), headers.clone());
        async move {
            let began = Instant::now();
            let patience = settler.patience(MOST);
            let left = async {
                tell.closed().await;
                // Running answers have had their time.
                if !app.tasks.stop().is_cancelled() {
                    patience.await;
                }
            };
            let attempted = tokio::select! {
                result = attempt::attempt(&app, &candidate, &request, &headers) => (result, settler),
                // The settler's end settles it.
                () = left => return,
            };
            // Wherever the client leaves now, somebody has it.
            let dialect = request.endpoint.dialect();
            drop(tell.send(Handed { attempted: Some(attempted), dialect, candidate, began }));
        }
    };
    app.tasks.spawn(asked);
    told.await.ok()?.attempted.take()
}

/// An attempt on its way to the client's handler. If nobody takes it, it is read to its end.
struct Handed {
    attempted: Option<Attempted>,
    /// The client's.
    dialect: Dialect,
    candidate: Candidate,
    began: Instant,
}

impl Drop for Handed {
    fn drop(&mut self) {
        let Some((result, mut settler)) = self.attempted.take() else { return };
        let (took, tasks) = (self.began.elapsed(), settler.tasks().clone());
        match result {
            Err(failed) => settler.tried(&self.candidate, took, failed.status, Some(failed.detail)),
            Ok(answer) => {
                settler.tried(&self.candidate, took, Some(answer.status.as_u16()), None);
                match answer.flow {
                    Flow::Whole { summary, .. } => close(&mut settler, None, &summary),
                    Flow::Long { arrived, rest } => {
                        drop(tasks.spawn(read(Piece::whole(self.dialect, arrived), rest, settler, None)));
                    }
                    Flow::Stream { out, passage, rest } => {
                        let piece = Piece::Stream { out, passage };
                        drop(tasks.spawn(read(piece, rest, settler, None)));
                    }
                }
            }
        }
    }
}

/// Reads an answer that has begun to its end, in a task of its own.
pub(super) fn go_on(piece: Piece, rest: ReplyBody, settler: Settler, status: u16) {
    settler.tasks().clone().spawn(read(piece, rest, settler, Some(status)));
}

/// `status` is what the client got, if it got any.
async fn read(mut piece: Piece, mut rest: ReplyBody, mut settler: Settler, status: Option<u16>) {
    let patience = settler.patience(MOST);
    let read = async {
        while !piece.is_done() {
            match timeout(IDLE, rest.next()).await {
                Err(_) => {
                    return How::UpstreamError(format!("The provider was silent for {} seconds.", IDLE.as_secs()));
                }
                Ok(Some(Err(error))) => return How::UpstreamError(error),
                Ok(None) => return How::Eof,
                Ok(Some(Ok(bytes))) => {
                    piece.feed(bytes);
                    piece.out().clear();
                    settler.passed(piece.content());
                }
            }
        }
        How::Eof
    };
    let how = tokio::select! {
        how = read => Some(how),
        () = patience => None,
    };
    match how {
        Some(how) => close(&mut settler, status, &piece.finish(how).0),
        None => settler.abandon(status, &piece.summary()),
    }
}

fn close(settler: &mut Settler, status: Option<u16>, summary: &Summary) {
    let error = match &summary.error {
        None => READ.to_owned(),
        Some(error) => format!("The client left. {error}"),
    };
    let summary = Summary { error: Some(error), ..summary.clone() };
    drop(settler.finish(LogState::Cancelled, status, &summary));
}
