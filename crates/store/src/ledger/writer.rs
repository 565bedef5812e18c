//! The task that commits what has arrived.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use api::Time;
use sqlx::{AnyPool, Connection};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::batch::Batch;
use super::{Entry, LedgerError};
use crate::clock::Clock;
use crate::engine;
use crate::error::Error;
use crate::open::DirLock;

/// Writes that share a commit at most, so that none waits long for its own.
const BATCH: usize = 500;

const TRIES: u32 = 4;

/// What a killed process may not know that it had begun; see [`take_due`].
const LINGER: Duration = Duration::from_millis(10);

/// Milliseconds: people read when a key was last used in minutes.
const USE_WRITTEN_EVERY: i64 = 60_000;

pub(super) struct Writer {
    pub(super) pool: AnyPool,
    pub(super) clock: Arc<dyn Clock>,
    /// When the last use of each key was written.
    pub(super) used: HashMap<i64, Time>,
    /// Tells which requests a commit touched.
    pub(super) changes: broadcast::Sender<Arc<[Uuid]>>,
    /// Keeps others out of the directory until the last batch is written.
    pub(super) _lock: Arc<DirLock>,
}

impl Writer {
    /// Runs until the ledger is closed or dropped and everything taken is written.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Entry>, closing: CancellationToken) {
        let mut entries: Vec<Entry> = Vec::with_capacity(BATCH);
        let mut open = true;
        while open || !entries.is_empty() {
            let wake = entries.first().map(|entry| entry.since + LINGER);
            let room = BATCH - entries.len();
            tokio::select! {
                () = closing.cancelled(), if !queue.is_closed() => queue.close(),
                () = until(wake), if wake.is_some() => {}
                n = queue.recv_many(&mut entries, room), if open => open = n > 0,
            }
            let mut due = take_due(&mut entries, Instant::now(), open);
            if !due.is_empty() {
                self.commit(&mut due).await;
            }
        }
    }

    /// Commits the batch and tells everyone who waits.
    async fn commit(&mut self, entries: &mut Vec<Entry>) {
        let result = self.write_patiently(entries).await;
        match result {
            // One of them is at fault: let each stand for itself.
            Err(error) if error.is_constraint() && entries.len() > 1 => {
                for entry in entries.drain(..) {
                    let result = self.write_patiently(std::slice::from_ref(&entry)).await;
                    entry.tell(told(result));
                }
            }
            result => {
                let result = told(result);
                for entry in entries.drain(..) {
                    entry.tell(result.clone());
                }
            }
        }
    }

    /// Waits while another process, such as a backup, holds the database. Writing a batch again changes nothing that is there.
    async fn write_patiently(&mut self, entries: &[Entry]) -> Result<(), Error> {
        let batch = Batch::of(entries);
        let now = self.clock.now();
        let used: Vec<i64> = batch
            .keys()
            .filter(|key| self.used.get(key).is_none_or(|at| now.as_millis() - at.as_millis() >= USE_WRITTEN_EVERY))
            .collect();
        let mut tries = 1;
        loop {
            match self.write(&batch, &used, now).await {
                Err(error) if error.is_busy() && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
                Ok(()) => {
                    self.used.extend(used.into_iter().map(|key| (key, now)));
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

/// Takes what is to be written now. A row that nobody waits for stays behind a little: a short request's settlement
/// comes before that ends, and both are one row of one commit.
fn take_due(entries: &mut Vec<Entry>, now: Instant, open: bool) -> Vec<Entry> {
    if !open || entries.len() >= BATCH {
        return std::mem::take(entries);
    }
    let settled: HashSet<Uuid> =
        entries.iter().filter_map(|entry| entry.settle.as_ref().map(|settle| settle.id)).collect();
    let is_due = |entry: &mut Entry| {
        entry.done.is_some()
            || now >= entry.since + LINGER
            || entry.open.as_ref().is_some_and(|open| settled.contains(&open.id))
    };
    entries.extract_if(.., is_due).collect()
}

async fn until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        tokio::time::sleep_until(moment).await;
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
        if let Some(done) = self.done {
            // Whoever waited may have left.
            let _ = done.send(result);
        }
    }
}
