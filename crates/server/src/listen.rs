//! Accepts connections and serves HTTP/1.1 on them, within limits and with a way to end.
//!
//! Our own loop because axum's installs no header time-out, so that a client that sends nothing would hold its
//! connection for ever.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
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

/// A thread on which connections live, and what answers there.
#[derive(Debug)]
pub(crate) struct Place<S> {
    runtime: Handle,
    serve: S,
    connections: TaskTracker,
}

impl<S> Place<S> {
    pub(crate) fn new(runtime: Handle, serve: S) -> Self {
        Self { runtime, serve, connections: TaskTracker::new() }
    }
}

/// Serves until `stop`, then lets running answers finish for at most as long as `drain` says by then.
pub(crate) async fn serve<S, F>(
    listener: TcpListener,
    places: Vec<Place<S>>,
    stop: CancellationToken,
    drain: impl Fn() -> Duration + Send + 'static,
) where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let cut = CancellationToken::new();
    loop {
        let Some(Ok(permit)) = stop.run_until_cancelled(Arc::clone(&room).acquire_owned()).await else { break };
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
        let Some(place) = places.iter().min_by_key(|place| place.connections.len()) else { break };
        let connection = Connection { serve: place.serve.clone(), peer, stop: stop.clone(), cut: cut.clone(), permit };
        match stream.set_nodelay(true).and_then(|()| stream.into_std()) {
            Ok(stream) => {
                place.connections.spawn_on(
                    async move {
                        if let Err(error) = connection.run(stream).await {
                            debug!(%error, "a connection broke");
                        }
                    },
                    &place.runtime,
                );
            }
            Err(error) => debug!(%error, "the connection closed before it was used"),
        }
    }
    drop(listener);
    let ended = async {
        for place in &places {
            place.connections.close();
            place.connections.wait().await;
        }
    };
    tokio::pin!(ended);
    if timeout(drain(), ended.as_mut()).await.is_err() {
        let connections: usize = places.iter().map(|place| place.connections.len()).sum();
        warn!(connections, "cutting answers that didn't finish in time");
        cut.cancel();
        ended.await;
    }
}

/// A connection that was accepted, and all that it needs on its thread.
struct Connection<S> {
    serve: S,
    peer: SocketAddr,
    stop: CancellationToken,
    cut: CancellationToken,
    permit: OwnedSemaphorePermit,
}

impl<S, F> Connection<S>
where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Body>>,
{
    async fn run(self, stream: std::net::TcpStream) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Self { serve, peer, stop, cut, permit: _permit } = self;
        // Its events are this thread's from here on.
        let stream = TcpStream::from_std(stream)?;
        let spoke = stop.run_until_cancelled(timeout(FIRST_BYTE_TIMEOUT, stream.readable())).await;
        if !matches!(spoke, Some(Ok(Ok(())))) {
            return Ok(());
        }
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let answer = serve(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MOST_HEAD_BYTES)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return Ok(ended?),
            () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            ended = connection => Ok(ended?),
            () = cut.cancelled() => Ok(()),
        }
    }
}
