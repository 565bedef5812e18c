//! What differs between database engines: connecting, copying, asking for the version. Everything else is shared SQL.

use std::path::Path;
use std::sync::Once;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_drivers};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection, Executor, Row};
use url::Url;

use crate::error::Error;
use crate::sql::Sql;

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power cut: every commit is flushed to the disk.
    #[default]
    Power,
    /// A killed process; a power cut takes what came after the last checkpoint.
    Process,
}

impl Durability {
    const fn pragma(self) -> &'static str {
        match self {
            Self::Power => "PRAGMA synchronous = FULL",
            Self::Process => "PRAGMA synchronous = NORMAL",
        }
    }
}

/// Takes the write lock at the start, so that a transaction never fails in its middle because another one wrote.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

const READERS: u32 = 4;

/// The migrations that this program knows.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// One connection that writes and several that can't.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) write: AnyPool,
    pub(crate) read: AnyPool,
}

impl Pools {
    /// Creates no file: an empty one is a database.
    pub(crate) async fn connect(file: &Path, durability: Durability) -> Result<Self, sqlx::Error> {
        let write = pool(1)
            .before_acquire(|connection, _| Box::pin(async move { is_idle(connection).await }))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    for pragma in [
                        "PRAGMA journal_mode = WAL",
                        durability.pragma(),
                        "PRAGMA foreign_keys = ON",
                        "PRAGMA busy_timeout = 5000",
                        "PRAGMA trusted_schema = OFF",
                        "PRAGMA journal_size_limit = 67108864",
                        "PRAGMA cache_size = -16384",
                        // What undoes a statement would otherwise be written to a file, at each batch of some size.
                        "PRAGMA temp_store = MEMORY",
                        // 16 MiB: the same few pages are written again and again, and copied once at a checkpoint.
                        "PRAGMA wal_autocheckpoint = 4096",
                    ] {
                        connection.execute(pragma).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options(file, "rw")?)
            .await?;
        let read = pool(READERS)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for pragma in [
                        "PRAGMA query_only = ON",
                        "PRAGMA foreign_keys = ON",
                        "PRAGMA busy_timeout = 5000",
                        "PRAGMA trusted_schema = OFF",
                        "PRAGMA cache_size = -8192",
                    ] {
                        connection.execute(pragma).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options(file, "rw")?)
            .await?;
        Ok(Self { write, read })
    }

    /// Folds the write-ahead log into the database and closes.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        if let Ok(mut connection) = self.write.acquire().await
            && let Err(error) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await
        {
            tracing::warn!(%error, "The database was closed without folding its write-ahead log in; the next start does it");
        }
        self.write.close().await;
    }
}

/// Whether a connection is in no transaction, as far as sqlx knows.
///
/// Where the disk is full, SQLite undoes a transaction by itself; undoing it again fails, and sqlx then takes the connection for one
/// in a transaction for ever. It is replaced.
async fn is_idle(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Its undoing may be on its way: whatever was asked before this is done after it.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn pool(size: u32) -> AnyPoolOptions {
    // A connection to a file doesn't go stale.
    AnyPoolOptions::new().max_connections(size).idle_timeout(None).max_lifetime(None).test_before_acquire(false)
}

fn options(file: &Path, mode: &str) -> Result<AnyConnectOptions, sqlx::Error> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(|| {
        // Fails only where the host program has installed drivers already.
        let _ = install_drivers(&[sqlx::sqlite::any::DRIVER]);
    });
    let path = std::path::absolute(file)
        .ok()
        .and_then(|path| Url::from_file_path(path).ok())
        .ok_or_else(|| sqlx::Error::Configuration(format!("{} is no path to a file", file.display()).into()))?;
    let path = path.path();
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { path };
    let options: AnyConnectOptions = format!("sqlite:{path}?mode={mode}").parse()?;
    Ok(options.disable_statement_logging())
}

/// The number of a database's last migration; `None` for an empty database.
///
/// Writes nothing: not even what a crash left in the write-ahead log is folded in.
pub(crate) async fn schema_version(file: &Path) -> Result<Option<i64>, VersionError> {
    let mut connection = AnyConnection::connect_with(&options(file, "ro")?).await?;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut connection).await?;
    let version = if tables.iter().any(|name| name == "_sqlx_migrations") {
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut connection).await?
    } else if tables.is_empty() {
        None
    } else {
        return Err(VersionError::Foreign);
    };
    connection.close().await?;
    Ok(version)
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum VersionError {
    #[error("it holds tables that no AI Gateway made")]
    Foreign,
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

/// A connection that can't write, to a database that another process may be using.
pub(crate) async fn connect_reader(file: &Path) -> Result<AnyConnection, sqlx::Error> {
    let mut connection = AnyConnection::connect_with(&options(file, "rw")?).await?;
    connection.execute("PRAGMA query_only = ON").await?;
    connection.execute("PRAGMA busy_timeout = 5000").await?;
    Ok(connection)
}

/// Copies the whole database, as it is now, into an empty file.
pub(crate) async fn copy_into(connection: &mut AnyConnection, to: &Path) -> Result<(), sqlx::Error> {
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned()).execute(connection).await?;
    Ok(())
}

/// Writes the placeholder of a statement's `n`th value.
///
/// SQLite looks a named one up in a list, which makes a statement of thousands quadratic; PostgreSQL wants `$n`.
pub(crate) fn placeholder(text: &mut String, _n: usize) {
    text.push('?');
}

/// Runs a text that begins a transaction, does its statements and commits: one trip to the database's thread, where on a busy
/// machine each trip waits for a processor.
///
/// Never drop the future halfway: the connection would keep the transaction open.
pub(crate) async fn run_transaction(connection: &mut AnyConnection, whole: Sql) -> Result<(), Error> {
    let done = whole.build().execute(&mut *connection).await;
    if done.is_err() {
        // Where it failed before it began there is nothing to undo, and the engine says so.
        let _ = connection.execute("ROLLBACK").await;
    }
    done.map(drop).map_err(Error::from)
}

/// How much the database holds, without the space that is free for what comes next.
pub(crate) async fn held_bytes(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "SELECT CAST((page_count - freelist_count) * page_size AS BIGINT) AS bytes
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
    )
    .fetch_one(connection)
    .await?;
    row.try_get("bytes")
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED` with their extended codes.
pub(crate) fn is_busy_code(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Makes sure that the database takes writes, without leaving one.
pub(crate) async fn probe_write(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with(BEGIN_WRITE).await?;
    sqlx::query("UPDATE settings SET value = value WHERE key = ''").execute(&mut *tx).await?;
    tx.rollback().await
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An empty database with this program's schema.
    pub(crate) async fn migrated() -> (tempfile::TempDir, Pools) {
        let (dir, pools) = connect(Durability::Process).await;
        MIGRATIONS.run(&pools.write).await.unwrap();
        (dir, pools)
    }

    async fn pragma(connection: &mut AnyConnection, name: &str) -> String {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}")))
            .fetch_one(connection)
            .await
            .unwrap();
        Row::get(&row, 0)
    }

    async fn connect(durability: Durability) -> (tempfile::TempDir, Pools) {
        let dir = tempfile::tempdir().unwrap();
        // A name that a URL would read otherwise.
        let file = dir.path().join("a b?c#d%20.db");
        std::fs::File::create_new(&file).unwrap();
        let pools = Pools::connect(&file, durability).await.unwrap();
        (dir, pools)
    }

    #[tokio::test]
    async fn durability_decides_what_a_commit_waits_for() {
        for (durability, synchronous) in [(Durability::Power, "2"), (Durability::Process, "1")] {
            let (_dir, pools) = connect(durability).await;
            let mut writer = pools.write.acquire().await.unwrap();
            assert_eq!(pragma(&mut writer, "synchronous").await, synchronous);
            assert_eq!(pragma(&mut writer, "journal_mode").await, "wal");
            assert_eq!(pragma(&mut writer, "foreign_keys").await, "1");
            assert_eq!(pragma(&mut writer, "trusted_schema").await, "0");
        }
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_dir, pools) = connect(Durability::Process).await;
        assert!(pools.read.execute("CREATE TABLE t (a)").await.is_err());
    }
}
