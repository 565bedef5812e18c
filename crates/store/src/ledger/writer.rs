//! Commits what has arrived.
//!
//! The task that does it lives while there is something to write, and begins where the first write came from: on an idle machine
//! a settlement then crosses to the database's thread and back, and to no other.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::Time;
use sqlx::{AnyPool, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::batch::Batch;
use super::{Entry, LedgerError, Open};
use crate::clock::Clock;
use crate::engine;
use crate::error::Error;
use crate::open::DirLock;

/// Writes that share a commit at most, so that none waits long for its own.
const BATCH: usize = 500;

/// Writes that may wait. Who opens a request beyond that waits for room.
const QUEUE: usize = 4096;

/// Commits that a watcher may be behind before it misses some.
const CHANGES: usize = 256;

const TRIES: u32 = 4;

/// How long a row that nobody waits for stays behind, at least; twice that at most. A short request's settlement comes before
/// that ends, and both are one row of one commit. What a killed process may not know that it had begun.
const LINGER: Duration = Duration::from_millis(10);

/// Milliseconds: people read when a key was last used in minutes.
const USE_WRITTEN_EVERY: i64 = 60_000;

pub(super) struct Writer {
    pool: AnyPool,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    state: Mutex<State>,
    /// Wakes those who wait for room.
    written: Notify,
    /// Tells which requests a commit touched.
    pub(super) changes: broadcast::Sender<Arc<[Uuid]>>,
    /// Keeps others out of the directory until the last batch is written.
    _lock: Arc<DirLock>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Entry>,
    /// Rows that nobody waits for, and since when they are here.
    noted: HashMap<Uuid, (Open, Instant)>,
    /// When the last use of each key was written.
    used: HashMap<i64, Time>,
    /// A task commits what is queued.
    writing: bool,
    /// A task queues what was noted.
    ticking: bool,
    closed: bool,
}

impl Writer {
    pub(super) fn new(pool: AnyPool, clock: Arc<dyn Clock>, lock: Arc<DirLock>, tasks: TaskTracker) -> Self {
        Self {
            pool,
            clock,
            tasks,
            state: Mutex::default(),
            written: Notify::new(),
            changes: broadcast::channel(CHANGES).0,
            _lock: lock,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while too much waits to be written.
    pub(super) async fn room(&self) {
        loop {
            let written = self.written.notified();
            if self.state().queue.len() < QUEUE {
                return;
            }
            written.await;
        }
    }

    pub(super) fn push(self: &Arc<Self>, entry: Entry) -> Result<(), LedgerError> {
        let mut state = self.state();
        if state.closed {
            return Err(LedgerError::Closed);
        }
        state.queue.push_back(entry);
        self.write_soon(&mut state);
        Ok(())
    }

    pub(super) fn note(self: &Arc<Self>, open: Open) -> Result<(), LedgerError> {
        let mut state = self.state();
        if state.closed {
            return Err(LedgerError::Closed);
        }
        state.noted.insert(open.id, (open, Instant::now()));
        if !state.ticking {
            state.ticking = true;
            self.tasks.spawn(Arc::clone(self).tick());
        }
        Ok(())
    }

    pub(super) fn close(self: &Arc<Self>) {
        let mut state = self.state();
        state.closed = true;
        state.queue_noted(|_| true);
        self.write_soon(&mut state);
    }

    fn write_soon(self: &Arc<Self>, state: &mut State) {
        if !state.writing && !state.queue.is_empty() {
            state.writing = true;
            self.tasks.spawn(Arc::clone(self).run());
        }
    }

    /// Queues what was noted when its time has come, until nothing is.
    async fn tick(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LINGER).await;
            let now = Instant::now();
            let mut state = self.state();
            if state.noted.is_empty() {
                state.ticking = false;
                return;
            }
            state.queue_noted(|since| now >= since + LINGER);
            self.write_soon(&mut state);
        }
    }

    /// Writes until nothing is queued.
    async fn run(self: Arc<Self>) {
        let _end = End(&self);
        loop {
            // Who is about to write, writes with this commit: it costs little more than its own would alone.
            tokio::task::yield_now().await;
            let mut entries = {
                let mut state = self.state();
                let entries = state.take();
                if entries.is_empty() {
                    state.writing = false;
                    return;
                }
                entries
            };
            self.written.notify_waiters();
            self.commit(&mut entries).await;
        }
    }

    /// Commits the batch and tells everyone who waits.
    async fn commit(&self, entries: &mut Vec<Entry>) {
        let result = self.write_patiently(entries).await;
        match result {
            // One of them is at fault: let each stand for itself.
            Err(error) if error.is_constraint() && entries.len() > 1 => {
                for entry in entries.drain(..) {
                    let result = self.write_patiently(std::slice::from_ref(&entry)).await;
                    entry.tell(told(result));
                }
            }
            result => self.tell(entries.drain(..), &told(result)),
        }
    }

    /// Tells everyone who waits, those of another runtime in a task there: waking it costs more than what it is told.
    fn tell(&self, entries: impl Iterator<Item = Entry>, result: &Result<(), LedgerError>) {
        let here = Handle::current().id();
        let mut elsewhere: Vec<(Handle, Vec<Entry>)> = Vec::new();
        for entry in entries {
            let Some(home) = entry.home.as_ref().filter(|home| home.id() != here) else {
                entry.tell(result.clone());
                continue;
            };
            if let Some((_, waiting)) = elsewhere.iter_mut().find(|(other, _)| other.id() == home.id()) {
                waiting.push(entry);
            } else {
                elsewhere.push((home.clone(), vec![entry]));
            }
        }
        for (home, waiting) in elsewhere {
            let result = result.clone();
            let tell = async move {
                for entry in waiting {
                    entry.tell(result.clone());
                }
            };
            self.tasks.spawn_on(tell, &home);
        }
    }

    /// Waits while another process, such as a backup, holds the database. Writing a batch again changes nothing that is there.
    async fn write_patiently(&self, entries: &[Entry]) -> Result<(), Error> {
        let batch = Batch::of(entries);
        let now = self.clock.now();
        let used = self.state().unwritten_uses(&batch, now);
        let mut tries = 1;
        loop {
            match self.write(&batch, &used, now).await {
                Err(error) if error.is_busy() && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
                Ok(()) => {
                    self.state().used.extend(used.into_iter().map(|key| (key, now)));
                    self.tell_watchers(&batch);
                    return Ok(());
                }
            }
        }
    }

    async fn write(&self, batch: &Batch<'_>, used: &[i64], now: Time) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        if let Some(whole) = batch.transaction(used, now) {
            match engine::run_transaction(&mut connection, whole).await {
                Err(error) if error.is_constraint() => {}
                result => return result,
            }
        }
        let mut transaction = connection.begin_with(engine::BEGIN_WRITE).await?;
        batch.write(&mut transaction, used, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Costs nothing while nobody watches.
    fn tell_watchers(&self, batch: &Batch<'_>) {
        if self.changes.receiver_count() > 0 {
            // The last watcher may just have left.
            let _ = self.changes.send(batch.ids().collect());
        }
    }
}

impl State {
    /// What the next commit writes. A row that was noted comes before its settlement.
    fn take(&mut self) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(BATCH.min(2 * self.queue.len()));
        while entries.len() < BATCH
            && let Some(entry) = self.queue.pop_front()
        {
            if let Some(settle) = &entry.settle
                && let Some((open, _)) = self.noted.remove(&settle.id)
            {
                entries.push(open.into());
            }
            entries.push(entry);
        }
        entries
    }

    fn queue_noted(&mut self, is_due: impl Fn(Instant) -> bool) {
        let due = self.noted.extract_if(|_, (_, since)| is_due(*since));
        self.queue.extend(due.map(|(_, (open, _))| Entry::from(open)));
    }

    /// The batch's keys whose last use is to be written again.
    fn unwritten_uses(&self, batch: &Batch<'_>, now: Time) -> Vec<i64> {
        let is_old = |at: &Time| now.as_millis() - at.as_millis() >= USE_WRITTEN_EVERY;
        batch.keys().filter(|key| self.used.get(key).is_none_or(is_old)).collect()
    }
}

/// If writing ends by a panic, nothing is taken any more and whoever waits is told.
struct End<'w>(&'w Writer);

impl Drop for End<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut state = self.0.state();
            state.closed = true;
            state.queue.clear();
            state.noted.clear();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

fn told(result: Result<(), Error>) -> Result<(), LedgerError> {
    result.map_err(|error| {
        tracing::error!(%error, "The ledger couldn't be written");
        let refused = error.is_constraint();
        let error = Arc::new(error);
        if refused { LedgerError::Refused(error) } else { LedgerError::Unavailable(error) }
    })
}

impl Entry {
    fn tell(self, result: Result<(), LedgerError>) {
        if result.is_err()
            && let Some(id) = self.settle.map(|settle| settle.id).or(self.open.map(|open| open.id))
        {
            tracing::error!(request = %id, "a request isn't in the log as it was");
        }
        if let Some(done) = self.done {
            // Whoever waited may have left.
            let _ = done.send(result);
        }
    }
}
