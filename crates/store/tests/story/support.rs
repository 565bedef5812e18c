//! A data directory that goes away after the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::Time;
use api::bill::{Bill, BillLine, PriceClass};
use api::channels::NewChannel;
use api::logs::LogState;
use api::session::{Role, User};
use secrecy::SecretString;
use store::{
    Charge, Durability, FixedClock, MasterKeySource, Open, OpenError, Options, PasswordHash, Passwords, Settle, Store,
    Usage,
};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const NOW: Time = Time::from_millis(1_795_422_600_000);

pub(crate) struct Home {
    dir: TempDir,
    pub(crate) clock: Arc<FixedClock>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: Arc::new(FixedClock::new(NOW)) }
    }

    /// A directory that the store makes itself.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("gateway.db")
    }

    pub(crate) fn outside(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            data_dir: self.data(),
            durability: Durability::Process,
            master_key: MasterKeySource::Default,
            clock: self.clock.clone(),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.options()).await.unwrap()
    }

    pub(crate) async fn open_with(&self, master_key: MasterKeySource) -> Result<Store, OpenError> {
        Store::open(Options { master_key, ..self.options() }).await
    }

    /// A connection behind the store's back.
    pub(crate) async fn sql(&self) -> sqlx::SqliteConnection {
        use sqlx::ConnectOptions;
        sqlx::sqlite::SqliteConnectOptions::new().filename(self.database()).connect().await.unwrap()
    }

    /// Every file in the data directory with its bytes.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(self.data())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}

/// The message of the error that opening gave.
pub(crate) fn refusal(result: Result<Store, OpenError>) -> String {
    result.map(|_| "opened").unwrap_err().to_string()
}

/// A hash made once, because each takes a tenth of a second.
pub(crate) async fn hash() -> PasswordHash {
    static HASH: tokio::sync::OnceCell<PasswordHash> = tokio::sync::OnceCell::const_new();
    HASH.get_or_init(async || Passwords::new().hash(SecretString::from("correct horse battery")).await.unwrap())
        .await
        .clone()
}

pub(crate) async fn member(store: &Store, name: &str) -> User {
    store.users().create(name, name, Role::Member, hash().await).await.unwrap()
}

pub(crate) fn channel(name: &str, keys: &[&str], models: &[&str]) -> NewChannel {
    serde_json::from_value(serde_json::json!({
        "name": name, "provider": "openai", "keys": keys, "models": models
    }))
    .unwrap()
}

pub(crate) fn request(user_id: i64, key_id: i64) -> Open {
    Open {
        id: Uuid::now_v7(),
        created_at: NOW,
        user_id,
        key_id,
        key_name: "laptop".to_owned(),
        model: "gpt-4o-mini".to_owned(),
        endpoint: "/v1/chat/completions".to_owned(),
        dialect: "chat".to_owned(),
        stream: true,
        client_ip: Some("127.0.0.1".to_owned()),
        user_agent: None,
        input_estimate: 40,
        price_id: None,
        multiplier_ppm: 1_000_000,
        hold: None,
    }
}

/// Takes the schema back to before prices, and then by `further`.
pub(crate) async fn downgraded(home: &Home, further: &'static str) {
    let mut sql = home.sql().await;
    let before = "DROP TABLE request_bodies; ALTER TABLE keys DROP COLUMN bodies; DROP TABLE budget_windows; DROP TABLE budgets; ALTER TABLE keys DROP COLUMN limits; ALTER TABLE keys DROP COLUMN strict;
        ALTER TABLE channels DROP COLUMN on_disconnect;
        ALTER TABLE users DROP COLUMN limits; ALTER TABLE groups DROP COLUMN limits; DROP TABLE prices; ALTER TABLE usage_hourly DROP COLUMN unpriced;
        DELETE FROM _sqlx_migrations WHERE version >= 6";
    sqlx::raw_sql(before).execute(&mut sql).await.unwrap();
    for column in [
        "cache_write_1h_tokens",
        "input_audio_tokens",
        "input_image_tokens",
        "output_audio_tokens",
        "images",
        "anomalous",
        "price_id",
        "multiplier_ppm",
        "unpriced",
        "bill",
        "budgets",
        "reserved_nusd",
        "counted_tokens",
    ] {
        let drop = format!("ALTER TABLE requests DROP COLUMN {column}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut sql).await.unwrap();
    }
    sqlx::raw_sql(further).execute(&mut sql).await.unwrap();
}

/// A charge of so many nano-USD for the request itself.
pub(crate) fn charge(nusd: i64) -> Charge {
    let line = BillLine { class: PriceClass::Request, quantity: 1, rate_nusd: nusd, cost_nusd: nusd };
    Charge { price_id: None, bill: Bill { lines: vec![line], ..Bill::default() }, unpriced: false }
}

pub(crate) fn outcome(open: &Open, state: LogState) -> Settle {
    Settle {
        id: open.id,
        key_id: open.key_id,
        state,
        status: Some(200),
        channel_id: Some(7),
        channel_name: Some("main".to_owned()),
        upstream_model: Some("gpt-4o-mini-2024".to_owned()),
        attempts: vec![api::logs::Attempt {
            channel_id: 7,
            channel_name: "main".to_owned(),
            channel_key_id: Some(8),
            status: Some(200),
            duration_ms: 120,
            error: None,
        }],
        usage: Usage { input: 12, output: 34, cache_read: 5, cache_write: 1, reasoning: 6, ..Usage::default() },
        estimated: false,
        anomalous: false,
        charge: charge(4_200),
        ttft_ms: Some(80),
        duration_ms: 130,
        error: None,
    }
}
