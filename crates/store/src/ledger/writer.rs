//! The task that commits what has arrived.

use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::{Entry, LedgerError};
use crate::clock::Clock;
use crate::engine;
use crate::error::Error;
use crate::open::DirLock;

/// Writes that share a commit at most, so that none waits long for its own.
const BATCH: usize = 500;

const TRIES: u32 = 4;

pub(super) struct Writer {
    pub(super) pool: AnyPool,
    pub(super) clock: Arc<dyn Clock>,
    /// Keeps others out of the directory until the last batch is written.
    pub(super) _lock: Arc<DirLock>,
}

impl Writer {
    /// Runs until the ledger is closed or dropped and everything taken is written.
    pub(super) async fn run(self, mut queue: mpsc::Receiver<Entry>, closing: CancellationToken) {
        let mut entries = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                () = closing.cancelled(), if !queue.is_closed() => queue.close(),
                n = queue.recv_many(&mut entries, BATCH) => {
                    if n == 0 {
                        return;
                    }
                    self.commit(&mut entries).await;
                }
            }
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
            result => {
                let result = told(result);
                for entry in entries.drain(..) {
                    entry.tell(result.clone());
                }
            }
        }
    }

    /// Waits while another process, such as a backup, holds the database. Writing a batch again changes nothing that is there.
    async fn write_patiently(&self, entries: &[Entry]) -> Result<(), Error> {
        let batch = Batch::of(entries);
        let mut tries = 1;
        loop {
            match self.write(&batch).await {
                Err(error) if error.is_busy() && tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<(), Error> {
        let mut transaction = self.pool.begin_with(engine::BEGIN_WRITE).await?;
        batch.write(&mut transaction, self.clock.now()).await?;
        Ok(transaction.commit().await?)
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
        // Nobody may be waiting.
        let _ = self.done.send(result);
    }
}
