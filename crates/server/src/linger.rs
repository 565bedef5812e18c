//! Reads on what a client still sends when its answer is already decided.
//!
//! A connection that closes with bytes unread is reset, and a reset can destroy an answer on its way: a client that sends
//! a large body with a wrong key would see a broken connection instead of the 401.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::tasks::Tasks;

/// Twice the largest body that is accepted; whoever sends more is cut off.
const MOST_BYTES: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// A request's body whose rest is read and thrown away when nobody wants it.
#[derive(Debug)]
pub(crate) struct Lingering {
    /// `None` when there is nothing left to read.
    body: Option<Incoming>,
    /// `None` for a client that waits for a word before it sends.
    tasks: Option<Tasks>,
}

impl Lingering {
    pub(crate) fn new(body: Incoming, headers: &HeaderMap, tasks: &Tasks) -> Self {
        let tasks = (!headers.contains_key(header::EXPECT)).then(|| tasks.clone());
        Self { body: Some(body), tasks }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        let Some(tasks) = self.tasks.take() else { return };
        let stop = tasks.stop().clone();
        tasks.spawn(async move {
            let rest = async {
                let mut read = 0;
                while let Some(Ok(frame)) = body.frame().await {
                    read += frame.data_ref().map_or(0, Bytes::len);
                    if read > MOST_BYTES {
                        break;
                    }
                }
            };
            stop.run_until_cancelled(timeout(PATIENCE, rest)).await;
        });
    }
}
