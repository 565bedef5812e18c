//! The ledger: two writes per request, shared among all that arrive at the same time.
//!
//! **Open** writes the row before the provider is asked, **settle** what it came to. Callers put their write in a queue and get a
//! [`Receipt`]; the [`writer`] commits what has arrived in one transaction, so that its cost is shared under load.

pub(crate) mod batch;
mod hold;
mod writer;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use api::Time;
use api::bill::Usage;
use api::logs::{Attempt, LogState};
use sqlx::{AnyConnection, AnyPool, Connection};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, oneshot};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::hold::Changes;
pub use self::hold::{Hold, Spent};
use self::writer::Writer;
use crate::budgets::window::Calendar;
use crate::clock::Clock;
use crate::engine;
use crate::error::Error;
use crate::open::DirLock;
use crate::prices::{self, Charge};
use crate::sql::Columns;
use crate::usage::{Outcome, Tally};

/// What is known of a request before a provider is asked.
#[derive(Debug, Clone)]
pub struct Open {
    /// A UUIDv7: the log is in its order.
    pub id: Uuid,
    pub created_at: Time,
    pub user_id: i64,
    pub key_id: i64,
    pub key_name: String,
    /// What the client asked for.
    pub model: String,
    /// Such as `/v1/chat/completions`.
    pub endpoint: String,
    /// Protocol that the client speaks.
    pub dialect: String,
    pub stream: bool,
    pub client_ip: Option<String>,
    pub user_agent: Option<String>,
    /// Tokens that are charged should the gateway be killed while the request runs.
    pub input_estimate: i64,
    /// What they are charged by.
    pub price_id: Option<i64>,
    /// Of the key's group.
    pub multiplier_ppm: i64,
    /// `None` if no budget concerns it.
    pub hold: Option<Hold>,
}

/// What a request came to. Has effect once, on a row that is open.
#[derive(Debug, Clone)]
pub struct Settle {
    pub id: Uuid,
    pub key_id: i64,
    /// Anything but `Open`.
    pub state: LogState,
    /// The HTTP status that the client got.
    pub status: Option<u16>,
    pub channel_id: Option<i64>,
    pub channel_name: Option<String>,
    /// What the provider was asked for.
    pub upstream_model: Option<String>,
    pub attempts: Vec<Attempt>,
    pub usage: Usage,
    /// The provider sent no usage, so the gateway counted.
    pub estimated: bool,
    /// The provider sent usage that can't be true.
    pub anomalous: bool,
    pub charge: Charge,
    pub ttft_ms: Option<i64>,
    pub duration_ms: i64,
    pub error: Option<String>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// The store was closed before the write was taken.
    #[error("the gateway is stopping")]
    Closed,
    /// The commit failed; nothing of this write is in the database.
    #[error("the ledger can't be written: {0}")]
    Unavailable(Arc<Error>),
    /// This write broke a rule of the table, such as a negative amount; the others of its batch went through.
    #[error("the ledger refused the write: {0}")]
    Refused(Arc<Error>),
    /// The request doesn't fit into a budget; nothing of it was written.
    #[error("a budget is spent")]
    Spent(Box<Spent>),
}

/// Resolves when the write is committed. Dropping it doesn't undo the write.
#[derive(Debug)]
#[must_use = "await it to know that the write is committed, or drop it to go on without knowing"]
pub struct Receipt(oneshot::Receiver<Result<(), LedgerError>>);

impl Future for Receipt {
    type Output = Result<(), LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|result| result.unwrap_or(Err(LedgerError::Closed)))
    }
}

/// One write: an open, a settle, or both at once.
#[derive(Debug)]
struct Entry {
    open: Option<Open>,
    settle: Option<Settle>,
    /// Who waits for the commit, if anyone.
    done: Option<oneshot::Sender<Result<(), LedgerError>>>,
    /// Where they wait.
    home: Option<Handle>,
}

impl Entry {
    fn new(open: Option<Open>, settle: Option<Settle>) -> (Self, Receipt) {
        let (done, receipt) = oneshot::channel();
        (Self { open, settle, done: Some(done), home: Handle::try_current().ok() }, Receipt(receipt))
    }
}

impl From<Open> for Entry {
    /// One that nobody waits for.
    fn from(open: Open) -> Self {
        Self { open: Some(open), settle: None, done: None, home: None }
    }
}

/// Takes the writes.
#[derive(Debug)]
pub struct Ledger {
    writer: Arc<Writer>,
}

impl Ledger {
    pub(crate) fn start(
        pool: AnyPool,
        clock: Arc<dyn Clock>,
        calendar: Arc<Calendar>,
        lock: Arc<DirLock>,
        tasks: &TaskTracker,
    ) -> Self {
        Self { writer: Arc::new(Writer::new(pool, clock, calendar, lock, tasks.clone())) }
    }

    /// Takes no more writes; those taken are still committed.
    pub(crate) fn close(&self) {
        self.writer.close();
    }

    /// Whether the database didn't take the last commit. Nothing but a commit tells that its disk is full.
    pub fn is_failing(&self) -> bool {
        self.writer.is_failing()
    }

    /// The ids of requests as they are opened and settled, a commit at a time. Whoever falls behind misses some and is told so.
    pub fn watch(&self) -> broadcast::Receiver<Arc<[Uuid]>> {
        self.writer.changes.subscribe()
    }

    /// Writes a request's row. Comes back when the write is queued; the [`Receipt`] tells when it is committed, or that the
    /// request doesn't fit into a budget.
    pub async fn open(&self, open: Open) -> Result<Receipt, LedgerError> {
        self.writer.room().await;
        let (entry, receipt) = Entry::new(Some(open), None);
        self.writer.push(entry)?;
        Ok(receipt)
    }

    /// Writes a request's row that nobody waits for: soon, and together with its settlement if that comes first.
    pub async fn note(&self, open: Open) -> Result<(), LedgerError> {
        #[cfg(feature = "measure")]
        if is_off() {
            return Ok(());
        }
        self.writer.room().await;
        self.writer.note(open)
    }

    /// Finishes a request's row. One that is finished already stays as it is.
    ///
    /// Queued at once, however long the queue is: what was opened is settled, and whoever opens waits for room.
    pub fn settle(&self, settle: Settle) -> Result<Receipt, LedgerError> {
        let (entry, receipt) = Entry::new(None, Some(settle));
        #[cfg(feature = "measure")]
        if is_off() {
            entry.done.into_iter().for_each(|done| drop(done.send(Ok(()))));
            return Ok(receipt);
        }
        self.writer.push(entry)?;
        Ok(receipt)
    }

    /// Tells those who watch that there is more to a request than its row.
    pub(crate) fn tell(&self, id: Uuid) {
        // Nobody may watch.
        let _ = self.writer.changes.send([id].into());
    }

    /// Writes down how many output tokens requests have that run: what is charged should the gateway be killed.
    pub async fn count(&self, running: Vec<(Uuid, i64)>) -> Result<(), Error> {
        self.writer.count(&running).await
    }

    /// Writes a row that is finished from the start, such as a request that was refused.
    pub async fn reject(&self, open: Open, settle: Settle) -> Result<Receipt, LedgerError> {
        self.writer.room().await;
        let (entry, receipt) = Entry::new(Some(open), Some(settle));
        self.writer.push(entry)?;
        Ok(receipt)
    }
}

/// Whether nothing is to be written down.
#[cfg(feature = "measure")]
fn is_off() -> bool {
    static OFF: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| std::env::var_os("AIGW_NO_LEDGER").is_some());
    *OFF
}

/// Settles what a killed process left open, charged as estimated. How many those were.
pub(crate) async fn settle_interrupted(connection: &mut AnyConnection) -> Result<u64, Error> {
    let mut tx = connection.begin_with(engine::BEGIN_WRITE).await?;
    let open = sqlx::query(
        "SELECT id, created_at, user_id, key_id, model, input_estimate, counted_tokens, price_id, multiplier_ppm,
             budgets, reserved_nusd FROM requests
         WHERE state <> 'done' AND state = 'open'",
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut price_ids = BTreeSet::new();
    for row in &open {
        price_ids.extend((Columns { table: "requests", row }).get::<Option<i64>>("price_id")?);
    }
    let prices = prices::by_id(&mut tx, price_ids).await?;
    let mut tally = Tally::default();
    let mut changes = Changes::default();
    for row in &open {
        let row = Columns { table: "requests", row };
        let usage = Usage { input: row.get("input_estimate")?, output: row.get("counted_tokens")?, ..Usage::default() };
        let price = row.get::<Option<i64>>("price_id")?.and_then(|id| prices.get(&id));
        let charge = Charge::of(price, &usage, row.get("multiplier_ppm")?);
        sqlx::query(
            "UPDATE requests SET state = 'interrupted', estimated = 1, input_tokens = input_estimate,
                 output_tokens = counted_tokens, cost_nusd = $1,
                 unpriced = $2, bill = $3, error = 'The gateway stopped while the request ran.' WHERE id = $4",
        )
        .bind(charge.bill.total())
        .bind(i64::from(charge.unpriced))
        .bind(batch::lines(&charge.bill))
        .bind(row.get::<String>("id")?)
        .execute(&mut *tx)
        .await?;
        changes.add(&batch::places(&row)?, charge.bill.total(), -row.get::<i64>("reserved_nusd")?);
        let outcome = Outcome {
            state: LogState::Interrupted,
            status: None,
            channel_id: None,
            attempts: 0,
            usage,
            cost_nusd: charge.bill.total(),
            unpriced: charge.unpriced,
            ttft_ms: None,
            duration_ms: None,
        };
        tally.count(batch::origin(&row)?, &outcome);
    }
    tally.write(&mut tx).await?;
    changes.write(&mut tx).await?;
    tx.commit().await?;
    Ok(u64::try_from(open.len()).unwrap_or(u64::MAX))
}
