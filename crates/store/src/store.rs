//! The store: one data directory, opened once.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::audit::{Audit, Followed};
use crate::bodies::Bodies;
use crate::budgets::Budgets;
use crate::budgets::window::{Calendar, Windows};
use crate::channels::Channels;
use crate::clock::Clock;
use crate::dashboard::Dashboards;
use crate::engine::{self, Pools};
use crate::error::Error;
use crate::groups::Groups;
use crate::keys::Keys;
use crate::ledger::Ledger;
use crate::logs::Logs;
use crate::models::Models;
use crate::open::{self, DirLock, OpenError, Opened, Options};
use crate::prices::Prices;
use crate::providers::Providers;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::tokens::Tokens;
use crate::usage::UsageReports;
use crate::users::Users;
use crate::vault::Vault;

/// Everything the gateway keeps. Cheap to clone; all clones are one store.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) pools: Pools,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) ledger: Ledger,
    pub(crate) tasks: TaskTracker,
    pub(crate) opened: Opened,
    pub(crate) data_dir: PathBuf,
    pub(crate) lock: Arc<DirLock>,
}

impl Store {
    /// Opens a data directory: makes it or brings its schema up to date, proves the master key, settles what a killed process left open.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        Box::pin(open::open(options, &engine::MIGRATIONS)).await
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// What happened when it was opened.
    pub fn opened(&self) -> &Opened {
        &self.inner.opened
    }

    pub fn data_dir(&self) -> &std::path::Path {
        &self.inner.data_dir
    }

    /// Finishes what was begun, writes the last of the ledger and gives the directory free. Calls after it fail.
    pub async fn close(&self) {
        self.inner.ledger.close();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.pools.close().await;
        self.inner.lock.release();
    }

    /// Whether the store can begin to write. Whether the disk has room is known only to [`Ledger::is_failing`].
    pub async fn ping(&self) -> Result<(), Error> {
        let mut connection = self.inner.pools.write.acquire().await?;
        Ok(engine::probe_write(&mut connection).await?)
    }

    pub fn accounts(&self) -> Accounts<'_> {
        Accounts { store: self }
    }

    pub fn audit(&self) -> Audit<'_> {
        Audit { store: self }
    }

    pub fn bodies(&self) -> Bodies<'_> {
        Bodies { store: self }
    }

    pub fn budgets(&self) -> Budgets<'_> {
        Budgets { store: self }
    }

    pub fn channels(&self) -> Channels<'_> {
        Channels { store: self }
    }

    pub fn models(&self) -> Models<'_> {
        Models { store: self }
    }

    pub fn groups(&self) -> Groups<'_> {
        Groups { store: self }
    }

    pub fn keys(&self) -> Keys<'_> {
        Keys { store: self }
    }

    pub fn prices(&self) -> Prices<'_> {
        Prices { store: self }
    }

    pub fn providers(&self) -> Providers<'_> {
        Providers { store: self }
    }

    pub fn users(&self) -> Users<'_> {
        Users { store: self }
    }

    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { store: self }
    }

    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { store: self }
    }

    pub fn settings(&self) -> Settings<'_> {
        Settings { store: self }
    }

    pub fn logs(&self) -> Logs<'_> {
        Logs { store: self }
    }

    pub fn dashboards(&self) -> Dashboards<'_> {
        Dashboards { store: self }
    }

    pub fn usage(&self) -> UsageReports<'_> {
        UsageReports { store: self }
    }

    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    pub(crate) fn now(&self) -> api::Time {
        self.inner.clock.now()
    }

    /// The times that budgets are in now.
    pub(crate) fn windows(&self) -> Windows {
        self.inner.calendar.windows(self.now())
    }

    /// A connection that can't write.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, Error> {
        Ok(self.inner.pools.read.acquire().await?)
    }

    /// Runs `work` in a write transaction, to its end even if the caller goes away. An `Err` undoes it.
    ///
    /// Where the caller is followed by the audit, its row is a part of the transaction.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let pool = self.inner.pools.write.clone();
        let lock = Arc::clone(&self.inner.lock);
        let (followed, now) = (Followed::current(), self.now());
        let task = self.inner.tasks.spawn(async move {
            let _directory = lock;
            let mut transaction = pool.begin_with(engine::BEGIN_WRITE).await.map_err(Error::from)?;
            let value = work(&mut transaction).await?;
            let row = match &followed {
                Some(followed) => Some(followed.write(&mut transaction, now).await?),
                None => None,
            };
            transaction.commit().await.map_err(Error::from)?;
            if let (Some(followed), Some(row)) = (followed, row) {
                followed.written(row);
            }
            Ok(value)
        });
        match task.await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Error::closed().into()),
        }
    }
}
