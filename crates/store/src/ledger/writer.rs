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

use super::batch::{Batch, Refusals, count};
use super::{Entry, LedgerError, Open};
use crate::budgets::window::Calendar;
use crate::clock::Clock;
use crate::engine;
use crate::error::Error;
use crate::open::DirLock;
use crate::sql::chunks;

/// Writes that share a commit at most, so that none waits long for its own.
const BATCH: usize = 500;

/// Writes that may wait. Who opens a request beyond that waits for room.
const QUEUE: usize = 4096;

/// Commits that a watcher may be behind before it misses some.
const CHANGES: usize = 256;

const TRIES: u32 = 4;

/// How often a database that takes no writes is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How long a row that nobody waits for stays behind, at least; twice that at most. A short request's settlement comes before
/// that ends, and both are one row of one commit. What a killed process may not know that it had begun.
const LINGER: Duration = Duration::from_millis(10);

/// Milliseconds: people read when a key was last used in minutes.
const USE_WRITTEN_EVERY: i64 = 60_000;

pub(super) struct Writer {
    pool: AnyPool,
    clock: Arc<dyn Clock>,
    calendar: Arc<Calendar>,
    tasks: TaskTracker,
    state: Mutex<State>,
    /// Wakes those who wait for room.
    written: Notify,
    /// Wakes the task that waits for a database that takes no writes.
    closing: Notify,
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
    /// Why the last commit failed, until one succeeds. What was served meanwhile waits in the queue.
    failing: Option<LedgerError>,
    closed: bool,
}

impl Writer {
    pub(super) fn new(
        pool: AnyPool,
        clock: Arc<dyn Clock>,
        calendar: Arc<Calendar>,
        lock: Arc<DirLock>,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            pool,
            clock,
            calendar,
            tasks,
            state: Mutex::default(),
            written: Notify::new(),
            closing: Notify::new(),
            changes: broadcast::channel(CHANGES).0,
            _lock: lock,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_failing(&self) -> bool {
        self.state().failing.is_some()
    }

    /// Waits while too much waits to be written.
    pub(super) async fn room(&self) {
        loop {
            let written = self.written.notified();
            if self.state().has_room() {
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
        // A settlement is of something that was served. Whatever else comes may wait for better times.
        if let (Some(failing), None) = (&state.failing, &entry.settle) {
            return Err(failing.clone());
        }
        // A row that was noted comes before its settlement.
        if let Some(settle) = &entry.settle
            && let Some((open, _)) = state.noted.remove(&settle.id)
        {
            state.queue.push_back(open.into());
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
        if let Some(failing) = &state.failing
            && state.queue.len() + state.noted.len() >= QUEUE
        {
            return Err(failing.clone());
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
        self.closing.notify_one();
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
            let kept = self.commit(&mut entries).await;
            if !self.keep(kept) {
                return;
            }
            if self.state().failing.is_some() {
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => {}
                    () = self.closing.notified() => {}
                }
            }
        }
    }

    /// Puts back what the database didn't take. Whether to go on: a gateway that ends tries once more and no longer, and what is
    /// open then is charged as estimated at its next start.
    fn keep(&self, kept: Vec<Entry>) -> bool {
        let mut state = self.state();
        if kept.is_empty() {
            return true;
        }
        if state.closed {
            tracing::error!(
                writes = kept.len() + state.queue.len(),
                "The gateway ends with writes that the database didn't take"
            );
            state.queue.clear();
            state.writing = false;
            return false;
        }
        for entry in kept.into_iter().rev() {
            state.queue.push_front(entry);
        }
        true
    }

    /// Commits the batch and tells everyone who waits. What has to be written another time.
    async fn commit(&self, entries: &mut Vec<Entry>) -> Vec<Entry> {
        let result = self.write_patiently(entries).await;
        match result {
            // One of them is at fault: let each stand for itself.
            Err(error) if error.is_constraint() && entries.len() > 1 => {
                let mut kept = Vec::new();
                for entry in entries.drain(..) {
                    let result = told(self.write_patiently(std::slice::from_ref(&entry)).await);
                    kept.extend(self.note_failure(&result).and_then(|()| entry.kept()));
                    entry.tell(&result);
                }
                kept
            }
            result => {
                let result = told(result);
                let failed = self.note_failure(&result).is_some();
                let kept = if failed { entries.iter().filter_map(Entry::kept).collect() } else { Vec::new() };
                self.tell(entries.drain(..), &result);
                kept
            }
        }
    }

    /// Remembers whether the database takes writes; `Some` if it doesn't.
    fn note_failure(&self, result: &Result<Arc<Refusals>, LedgerError>) -> Option<()> {
        let mut state = self.state();
        if let Err(error @ LedgerError::Unavailable(_)) = result {
            state.failing = Some(error.clone());
            return Some(());
        }
        if state.failing.take().is_some() {
            tracing::info!("The ledger is written again");
        }
        None
    }

    /// Tells everyone who waits, those of another runtime in a task there: waking it costs more than what it is told.
    fn tell(&self, entries: impl Iterator<Item = Entry>, result: &Result<Arc<Refusals>, LedgerError>) {
        let here = Handle::current().id();
        let mut elsewhere: Vec<(Handle, Vec<Entry>)> = Vec::new();
        for entry in entries {
            let Some(home) = entry.home.as_ref().filter(|home| home.id() != here) else {
                entry.tell(result);
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
                    entry.tell(&result);
                }
            };
            self.tasks.spawn_on(tell, &home);
        }
    }

    /// Waits while another process, such as a backup, holds the database. Writing a batch again changes nothing that is there.
    async fn write_patiently(&self, entries: &[Entry]) -> Result<Refusals, Error> {
        let now = self.clock.now();
        let used = self.state().unwritten_uses(&Batch::of(entries), now);
        let mut tries = 1;
        loop {
            match self.write(Batch::of(entries), &used, now).await {
                Err(error) if error.is_busy() && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
                Ok(refused) => {
                    self.state().used.extend(used.into_iter().map(|key| (key, now)));
                    self.tell_watchers(entries);
                    return Ok(refused);
                }
            }
        }
    }

    async fn write(&self, batch: Batch<'_>, used: &[i64], now: Time) -> Result<Refusals, Error> {
        let mut connection = self.pool.acquire().await?;
        if let Some(whole) = batch.transaction(used, now) {
            match engine::run_transaction(&mut connection, whole).await {
                Err(error) if error.is_constraint() => {}
                result => return result.map(|()| Refusals::new()),
            }
        }
        let mut transaction = connection.begin_with(engine::BEGIN_WRITE).await?;
        let windows = self.calendar.windows(now);
        let decided = batch.write(&mut transaction, used, now, &windows).await?;
        transaction.commit().await?;
        for warning in &decided.warnings {
            warning.tell();
        }
        Ok(decided.refused)
    }

    pub(super) async fn count(&self, running: &[(Uuid, i64)]) -> Result<(), Error> {
        if running.is_empty() {
            return Ok(());
        }
        let mut connection = self.pool.acquire().await?;
        let mut transaction = connection.begin_with(engine::BEGIN_WRITE).await?;
        for rows in chunks(running) {
            count(rows).build().execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Costs nothing while nobody watches.
    fn tell_watchers(&self, entries: &[Entry]) {
        if self.changes.receiver_count() > 0 {
            // The last watcher may just have left.
            let _ = self.changes.send(Batch::of(entries).ids().collect());
        }
    }
}

impl State {
    /// While the database takes no writes nobody waits for it: they are told.
    fn has_room(&self) -> bool {
        self.queue.len() < QUEUE || self.failing.is_some()
    }

    /// What the next commit writes.
    fn take(&mut self) -> Vec<Entry> {
        let count = BATCH.min(self.queue.len());
        self.queue.drain(..count).collect()
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

fn told(result: Result<Refusals, Error>) -> Result<Arc<Refusals>, LedgerError> {
    result.map(Arc::new).map_err(|error| {
        tracing::error!(%error, "The ledger couldn't be written");
        let refused = error.is_constraint();
        let error = Arc::new(error);
        if refused { LedgerError::Refused(error) } else { LedgerError::Unavailable(error) }
    })
}

impl Entry {
    /// What of it has to be written even if nobody waits for it any more: what was served.
    fn kept(&self) -> Option<Self> {
        let noted = self.done.is_none();
        let kept = Self { open: self.open.clone(), settle: self.settle.clone(), done: None, home: None };
        (noted || self.settle.is_some()).then_some(kept)
    }

    fn tell(self, result: &Result<Arc<Refusals>, LedgerError>) {
        if matches!(result, Err(LedgerError::Refused(_)))
            && let Some(id) = self.settle.as_ref().map(|settle| settle.id).or(self.open.as_ref().map(|open| open.id))
        {
            tracing::error!(request = %id, "a request isn't in the log as it was");
        }
        let Some(done) = self.done else { return };
        let refusal = |refused: &Arc<Refusals>| self.open.as_ref().and_then(|open| refused.get(&open.id)).cloned();
        let result = match result {
            Ok(refused) => refusal(refused).map_or(Ok(()), |spent| Err(LedgerError::Spent(spent))),
            Err(error) => Err(error.clone()),
        };
        // Whoever waited may have left.
        let _ = done.send(result);
    }
}
