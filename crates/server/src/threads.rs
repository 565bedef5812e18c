//! The threads that answer requests, one per processor, each with a runtime of its own.
//!
//! A connection stays on its thread, and so do the requests on it with everything that they wait for: on a runtime of several
//! threads each step of a request may wake another thread, which costs more than the step.

use std::{io, thread};

use tokio::{
    runtime::{Builder, Handle},
    task::spawn_blocking,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Ends its threads when it is dropped.
#[derive(Debug)]
pub(crate) struct Threads {
    handles: Vec<Handle>,
    running: Vec<thread::JoinHandle<()>>,
    stop: DropGuard,
}

impl Threads {
    /// # Errors
    /// If the system gives no thread, or no file descriptor for its events.
    pub(crate) fn start() -> io::Result<Self> {
        let stop = CancellationToken::new();
        let mut started = Self { handles: Vec::new(), running: Vec::new(), stop: stop.clone().drop_guard() };
        for number in 0..thread::available_parallelism().map_or(1, usize::from) {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            started.handles.push(runtime.handle().clone());
            let stop = stop.clone();
            let thread = thread::Builder::new().name(format!("relay-{number}"));
            started.running.push(thread.spawn(move || runtime.block_on(stop.cancelled()))?);
        }
        Ok(started)
    }

    /// Where each thread's tasks are spawned.
    pub(crate) fn handles(&self) -> &[Handle] {
        &self.handles
    }

    /// Ends them; what still runs there is dropped.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let threads = self.running;
        let ended = spawn_blocking(move || threads.into_iter().try_for_each(thread::JoinHandle::join)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::error!("a thread that answers requests failed");
        }
    }
}
