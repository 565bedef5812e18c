//! Opening a data directory, step by step; each step refuses before it changes anything.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::Time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, Connection, Row};
use tokio_util::task::TaskTracker;

use crate::budgets::window::Calendar;
use crate::budgets::zone::Zone;
use crate::clock::Clock;
use crate::engine::{self, Durability, Pools, VersionError};
use crate::error::Error;
use crate::ledger::{self, Ledger};
use crate::master_key::{self, Found, MasterKeyError, MasterKeyMode, MasterKeySource};
use crate::store::{Inner, Store};
use crate::vault::Vault;
use crate::{files, settings};

/// What a store is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Made if it doesn't exist.
    pub data_dir: PathBuf,
    pub durability: Durability,
    pub master_key: MasterKeySource,
    pub clock: Arc<dyn Clock>,
}

/// What happened when the store was opened: facts worth a line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whether there was no database before.
    pub created_database: bool,
    pub master_key: MasterKeyMode,
    /// Where a new master key was written; whoever reads this file can read every secret.
    pub created_master_key: Option<PathBuf>,
    /// Requests that ran when the process before was killed.
    pub interrupted: u64,
    /// The copy made before the schema was brought up to date.
    pub backup: Option<PathBuf>,
}

/// Why a data directory can't be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{} can't be used as data directory: {error}", path.display())]
    Directory { path: PathBuf, error: io::Error },
    #[error(
        "another gateway uses the data directory {}. Stop it first, or give this one a directory of its own.",
        path.display()
    )]
    InUse { path: PathBuf },
    #[error(
        "the database {} was written by a newer version of the gateway (schema {found}; this version knows up to {known}). Use that version, or put back the copy that it made before it changed the schema.",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{} isn't a database of this gateway: {why}", path.display())]
    NotOurs { path: PathBuf, why: String },
    #[error("the database couldn't be copied to {} before its schema is changed; nothing was changed: {why}", path.display())]
    Backup { path: PathBuf, why: String },
    #[error("the database's schema couldn't be brought up to date: {error}.{}", backup_hint(backup.as_deref()))]
    Migration { error: MigrateError, backup: Option<PathBuf> },
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error(transparent)]
    Store(#[from] Error),
}

fn backup_hint(backup: Option<&Path>) -> String {
    backup.map_or_else(String::new, |path| format!(" The database as it was before is in {}.", path.display()))
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

const DATABASE_FILE: &str = "gateway.db";
const LOCK_FILE: &str = "gateway.lock";

pub(crate) async fn open(options: Options, migrations: &'static Migrator) -> Result<Store, OpenError> {
    let Options { data_dir, durability, master_key, clock } = options;
    let in_dir = |error| OpenError::Directory { path: data_dir.clone(), error };
    files::create_private_dir(&data_dir).map_err(in_dir)?;
    let lock = Arc::new(DirLock::take(&data_dir)?);

    let file = data_dir.join(DATABASE_FILE);
    let version = match std::fs::metadata(&file) {
        Ok(metadata) if metadata.len() > 0 => check_version(&file, migrations).await?,
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files::write_new_private(&file, b"").map_err(in_dir)?;
            None
        }
        Err(error) => return Err(in_dir(error)),
    };

    let pools = Pools::connect(&file, durability).await?;
    let mut connection = pools.write.acquire().await?;
    let backup = match version {
        Some(version) => back_up(&mut connection, &file, version, migrations, clock.now()).await?,
        None => None,
    };
    if let Err(error) = migrations.run(&mut *connection).await {
        return Err(OpenError::Migration { error, backup });
    }

    let found = prove_master_key(&mut connection, &data_dir, &master_key).await?;
    let interrupted = ledger::settle_interrupted(&mut connection).await?;
    drop(connection);

    let tasks = TaskTracker::new();
    let calendar = Arc::new(Calendar::new(Zone::UTC));
    let ledger =
        Ledger::start(pools.write.clone(), Arc::clone(&clock), Arc::clone(&calendar), Arc::clone(&lock), &tasks);
    Ok(Store::new(Inner {
        vault: Vault::new(&found.key),
        opened: Opened {
            created_database: version.is_none(),
            master_key: found.mode,
            created_master_key: found.created,
            interrupted,
            backup,
        },
        pools,
        clock,
        calendar,
        ledger,
        tasks,
        data_dir,
        lock,
    }))
}

/// Keeps other gateways out of a data directory while it lives.
#[derive(Debug)]
pub(crate) struct DirLock(File);

impl DirLock {
    fn take(data_dir: &Path) -> Result<Self, OpenError> {
        let in_dir = |error| OpenError::Directory { path: data_dir.to_owned(), error };
        let file = files::open_private(&data_dir.join(LOCK_FILE)).map_err(in_dir)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: data_dir.to_owned() }),
            Err(TryLockError::Error(error)) => Err(in_dir(error)),
        }
    }

    /// For when clones of a closed store live on.
    pub(crate) fn release(&self) {
        // Dropping the file does it too.
        let _ = self.0.unlock();
    }
}

fn newest(migrations: &Migrator) -> i64 {
    migrations.iter().map(|m| m.version).max().unwrap_or(0)
}

/// The version of a database's schema, if this program can work with it.
async fn check_version(file: &Path, migrations: &Migrator) -> Result<Option<i64>, OpenError> {
    let known = newest(migrations);
    match engine::schema_version(file).await {
        Ok(Some(found)) if found > known => Err(OpenError::Newer { path: file.to_owned(), found, known }),
        Ok(version) => Ok(version),
        Err(VersionError::Foreign) => {
            Err(OpenError::NotOurs { path: file.to_owned(), why: VersionError::Foreign.to_string() })
        }
        // SQLITE_NOTADB.
        Err(VersionError::Sql(sqlx::Error::Database(error))) if error.code().as_deref() == Some("26") => {
            Err(OpenError::NotOurs { path: file.to_owned(), why: "it holds something else".to_owned() })
        }
        Err(VersionError::Sql(error)) => Err(error.into()),
    }
}

/// The database of a data directory, whose schema must be this version's.
pub(crate) async fn current_database(data_dir: &Path) -> Result<PathBuf, OpenError> {
    let path = data_dir.join(DATABASE_FILE);
    if let Err(error) = std::fs::metadata(&path) {
        return Err(OpenError::Directory { path: data_dir.to_owned(), error });
    }
    if check_version(&path, &engine::MIGRATIONS).await? == Some(newest(&engine::MIGRATIONS)) {
        return Ok(path);
    }
    Err(OpenError::NotOurs { path, why: "its schema is an older version's. Start this version on it once".to_owned() })
}

/// Copies the database if a migration is pending.
async fn back_up(
    connection: &mut AnyConnection,
    file: &Path,
    version: i64,
    migrations: &Migrator,
    now: Time,
) -> Result<Option<PathBuf>, OpenError> {
    let Some(next) = migrations.iter().map(|m| m.version).filter(|&v| v > version).min() else {
        return Ok(None);
    };
    let time: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut copy = file.as_os_str().to_owned();
    copy.push(format!(".before-{next:04}-{time}"));
    let copy = PathBuf::from(copy);
    let failed = |why: String| OpenError::Backup { path: copy.clone(), why };
    files::write_new_private(&copy, b"").map_err(|error| failed(error.to_string()))?;
    engine::copy_into(connection, &copy).await.map_err(|error| failed(error.to_string()))?;
    files::sync(&copy).map_err(|error| failed(error.to_string()))?;
    Ok(Some(copy))
}

/// Setting that only the right master key opens.
const CHECK: &str = "master_key_check";
const CHECK_TEXT: &[u8] = b"AI Gateway";

/// Finds the master key and makes sure that it opens what is sealed; makes one for a database that has never sealed anything.
async fn prove_master_key(
    connection: &mut AnyConnection,
    data_dir: &Path,
    source: &MasterKeySource,
) -> Result<Found, OpenError> {
    let check = settings::get(connection, CHECK).await?;
    let sealed: i64 = sqlx::query("SELECT (SELECT COUNT(*) FROM channel_keys) + (SELECT COUNT(*) FROM keys) AS n")
        .fetch_one(&mut *connection)
        .await?
        .try_get("n")?;
    let found = master_key::find(data_dir, source, check.is_none() && sealed == 0).await?;
    let vault = Vault::new(&found.key);
    match check {
        Some(check) => {
            let opens = STANDARD.decode(&check).is_ok_and(|bytes| vault.open("settings", CHECK, 0, &bytes).is_ok());
            if !opens {
                return Err(found.wrong().into());
            }
        }
        // Somebody took the check away: without it nothing tells whether this is the right key.
        None if sealed > 0 => {
            return Err(Error::corrupt("settings", "value", &CHECK, &"it is missing").into());
        }
        None => {
            let check = vault.seal("settings", CHECK, 0, CHECK_TEXT).map_err(Error::from)?;
            let mut transaction = connection.begin_with(engine::BEGIN_WRITE).await?;
            settings::set(&mut transaction, CHECK, &STANDARD.encode(check)).await?;
            transaction.commit().await?;
        }
    }
    found.record(data_dir)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use sqlx::migrate::{Migration, MigrationType};
    use sqlx::{AssertSqlSafe, SqlSafeStr};

    use super::*;
    use crate::clock::FixedClock;

    const NOW: Time = Time::from_millis(1_795_422_600_000);

    /// This program's migrations and one more.
    fn and(sql: &str) -> &'static Migrator {
        let mut all: Vec<Migration> = engine::MIGRATIONS.iter().cloned().collect();
        all.push(Migration::new(
            newest(&engine::MIGRATIONS) + 1,
            Cow::Borrowed("more"),
            MigrationType::Simple,
            AssertSqlSafe(sql.to_owned()).into_sql_str(),
            false,
        ));
        Box::leak(Box::new(Migrator::with_migrations(all)))
    }

    fn options(dir: &Path) -> Options {
        Options {
            data_dir: dir.to_owned(),
            durability: Durability::Process,
            master_key: MasterKeySource::Default,
            clock: Arc::new(FixedClock::new(NOW)),
        }
    }

    #[tokio::test]
    async fn a_database_is_copied_before_its_schema_changes() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(options(dir.path()), &engine::MIGRATIONS).await.unwrap();
        store.settings().set("colour", "red").await.unwrap();
        store.close().await;

        let more = and("CREATE TABLE more (a INTEGER)");
        let store = open(options(dir.path()), more).await.unwrap();
        let copy = store.opened().backup.clone().unwrap();
        let next = newest(&engine::MIGRATIONS) + 1;
        let name = format!("gateway.db.before-{next:04}-20261123T083000000Z");
        assert_eq!(copy, dir.path().join(name));
        assert!(!files::is_open_to_others(&copy).unwrap());
        store.settings().set("colour", "blue").await.unwrap();
        store.close().await;
        let store = open(options(dir.path()), more).await.unwrap();
        assert_eq!(store.opened().backup, None);
        store.close().await;

        // The way back.
        std::fs::rename(copy, dir.path().join(DATABASE_FILE)).unwrap();
        let store = open(options(dir.path()), &engine::MIGRATIONS).await.unwrap();
        let colour = store.settings().get("colour").await.unwrap();
        assert_eq!(colour.as_deref(), Some("red"));
        store.close().await;
    }

    #[tokio::test]
    async fn a_failed_migration_leaves_the_data_and_the_copy() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(options(dir.path()), &engine::MIGRATIONS).await.unwrap();
        store.settings().set("colour", "red").await.unwrap();
        store.close().await;

        let broken = and("DELETE FROM settings; CREATE TABLE settings (a INTEGER)");
        let error = open(options(dir.path()), broken).await.map(drop).unwrap_err();
        let OpenError::Migration { backup: Some(copy), .. } = &error else {
            panic!("{error}");
        };
        assert!(copy.exists());
        assert!(error.to_string().contains(&copy.display().to_string()));

        let store = open(options(dir.path()), &engine::MIGRATIONS).await.unwrap();
        let colour = store.settings().get("colour").await.unwrap();
        assert_eq!(colour.as_deref(), Some("red"));
        store.close().await;
    }
}
