//! Accepts connections and serves HTTP/1.1 on them, within limits and with a way to end.
//!
//! Our own loop because axum's installs no header time-out, so that a client that sends nothing would hold its
//! connection for ever.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, warn};

use crate::client::Peer;

/// Until the first byte of a new connection.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(10);
/// Until a request's head is complete, the wait for it on a kept connection included. Clients keep theirs for up to 90 s;
/// one that we close while they send costs them a failed request, so this is no shorter than what other servers allow.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
const MOST_CONNECTIONS: usize = 12_000;
const MOST_HEAD_BYTES: usize = 64 * 1024;
const MOST_HEADERS: usize = 100;

/// Serves until `stop`, then lets running answers finish for at most `drain`.
pub(crate) async fn serve<S, F>(listener: TcpListener, serve: S, stop: CancellationToken, drain: Duration)
where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let connections = TaskTracker::new();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let cut = CancellationToken::new();
    loop {
        let Some(Ok(place)) = stop.run_until_cancelled(Arc::clone(&room).acquire_owned()).await else { break };
        let (stream, peer) = match stop.run_until_cancelled(listener.accept()).await {
            None => break,
            Some(Ok(accepted)) => accepted,
            Some(Err(error)) => {
                // Out of file descriptors, most likely: waiting lets some close.
                warn!(%error, "can't accept connections");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "the connection closed before it was used");
            continue;
        }
        let serve = serve.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let answer = serve(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let (stop, cut) = (stop.clone(), cut.clone());
        connections.spawn(async move {
            let _place = place;
            let spoke = stop.run_until_cancelled(timeout(FIRST_BYTE_TIMEOUT, stream.readable())).await;
            if !matches!(spoke, Some(Ok(Ok(())))) {
                return;
            }
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .max_buf_size(MOST_HEAD_BYTES)
                .max_headers(MOST_HEADERS)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection => ended,
                        () = cut.cancelled() => return,
                    }
                }
            };
            if let Err(error) = ended {
                debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    connections.close();
    if timeout(drain, connections.wait()).await.is_err() {
        warn!(connections = connections.len(), "cutting answers that didn't finish in time");
        cut.cancel();
        connections.wait().await;
    }
}
