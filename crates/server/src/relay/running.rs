//! Answers that run, and what of each has been counted. Written down now and then: a killed gateway charges as much at its next start.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use crate::app::App;

const EVERY: Duration = Duration::from_secs(5);

type Counts = HashMap<Uuid, Arc<AtomicI64>>;

/// Every streamed answer that hasn't ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Counts>>);

/// One of them; it isn't any more when this is dropped.
#[derive(Debug)]
pub(super) struct Count {
    id: Uuid,
    tokens: Arc<AtomicI64>,
    running: Running,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, id: Uuid) -> Count {
        let tokens = Arc::default();
        self.lock().insert(id, Arc::clone(&tokens));
        Count { id, tokens, running: self.clone() }
    }

    fn counts(&self) -> Vec<(Uuid, i64)> {
        let read = |(id, tokens): (&Uuid, &Arc<AtomicI64>)| (*id, tokens.load(Ordering::Relaxed));
        self.lock().iter().map(read).filter(|(_, tokens)| *tokens > 0).collect()
    }
}

impl Count {
    /// Says how many tokens there are by now.
    pub(super) fn reach(&self, tokens: i64) {
        self.tokens.store(tokens, Ordering::Relaxed);
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.running.lock().remove(&self.id);
    }
}

/// Writes the counts down until the gateway ends.
pub(crate) fn start(app: &App) {
    let looped = {
        let app = app.clone();
        async move {
            loop {
                tokio::select! {
                    () = app.tasks.stop().cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
                let counts = app.running.counts();
                if let Err(error) = app.store.ledger().count(counts).await {
                    tracing::warn!(%error, "running answers couldn't be counted; the next try is in {} s", EVERY.as_secs());
                }
            }
        }
    };
    app.tasks.spawn(looped);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_counted_while_it_runs() {
        let running = Running::default();
        let id = Uuid::now_v7();
        let count = running.begin(id);
        assert_eq!(running.counts(), []);
        count.reach(7);
        assert_eq!(running.counts(), [(id, 7)]);
        drop(count);
        assert_eq!(running.counts(), []);
    }
}
