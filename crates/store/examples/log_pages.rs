//! Prints how long pages of a large log take, then what a client waits for its settlement while old requests are removed.
//!
//! `cargo run -p store --example seed -- DIR 1700000` makes about a million requests; then
//! `cargo run -p store --example log_pages -- DIR [requests to remove]`. What is removed is gone from DIR.

#![expect(clippy::print_stdout, reason = "this is what the example is for")]

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api::Time;
use api::dashboard::{DashboardQuery, Dimension};
use api::logs::{Log, LogQuery, LogState};
use api::usage::{Every, UsageQuery};
use store::{Charge, Clock, Durability, MasterKeySource, Open, Options, Scope, Settle, Store, SystemClock, Usage};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = PathBuf::from(arguments.next().ok_or("name a directory that `seed` has filled")?);
    let removed: u32 = arguments.next().map_or(Ok(100_000), |n| n.parse())?;
    let store = Store::open(Options {
        data_dir,
        durability: Durability::Process,
        master_key: MasterKeySource::Default,
        clock: Arc::new(SystemClock),
    })
    .await?;
    let newest = store.logs().list(Scope::All, &LogQuery::default()).await?.items;
    let newest = newest.first().ok_or("the log is empty")?;
    pages(&store, newest).await?;
    sums(&store).await?;
    prune(&store, removed).await?;
    store.close().await;
    Ok(())
}

/// The median of five, after one that warms up.
async fn time<F: Future<Output = Result<T, store::Error>>, T>(ask: impl Fn() -> F) -> Outcome<(Duration, T)> {
    let mut answer = ask().await?;
    let mut took = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        answer = ask().await?;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    Ok((took[2], answer))
}

async fn pages(store: &Store, newest: &Log) -> Outcome<()> {
    let any = LogQuery::default;
    let own = Scope::User(newest.user_id);
    let page_400 = {
        let mut query = LogQuery { limit: Some(200), ..any() };
        for _ in 0..400 {
            query.before = store.logs().list(Scope::All, &query).await?.next;
        }
        LogQuery { limit: None, ..query }
    };
    let month_ago = Time::from_millis(newest.created_at.as_millis() - 20 * DAY);
    let words = |text: &str| LogQuery { text: Some(text.to_owned()), ..any() };
    let asked = [
        ("first page", Scope::All, any()),
        ("80,000 requests back", Scope::All, page_400),
        ("until 20 days ago", Scope::All, LogQuery { to: Some(month_ago), ..any() }),
        ("model", Scope::All, LogQuery { model: Some(newest.model.clone()), ..any() }),
        ("key", Scope::All, LogQuery { key_id: Some(newest.key_id), ..any() }),
        ("channel", Scope::All, LogQuery { channel_id: Some(newest.channel_id.unwrap_or(1)), ..any() }),
        ("user", Scope::All, LogQuery { user_id: Some(newest.user_id), ..any() }),
        ("state failed", Scope::All, LogQuery { state: Some(LogState::Failed), ..any() }),
        ("state open", Scope::All, LogQuery { state: Some(LogState::Open), ..any() }),
        ("a member's first page", own, any()),
        ("model that nobody asked for", Scope::All, LogQuery { model: Some("none".to_owned()), ..any() }),
        (
            "state done and model",
            Scope::All,
            LogQuery { state: Some(LogState::Done), model: Some(newest.model.clone()), ..any() },
        ),
        ("words that many have", Scope::All, words("overloaded")),
        ("words that none has", Scope::All, words("nothing like this")),
        ("a member's words that none has", own, words("nothing like this")),
    ];
    for (name, scope, query) in asked {
        let (took, page) = time(|| store.logs().list(scope, &query)).await?;
        let bound = if page.scanned_to.is_some() { ", looked at 50,000" } else { "" };
        println!("{name}: {took:?} ({} rows{bound})", page.items.len());
    }
    Ok(())
}

async fn sums(store: &Store) -> Outcome<()> {
    let now = SystemClock.now();
    let ago = |days: i64| Time::from_millis(now.as_millis() - days * DAY);
    let query = LogQuery::default();
    let (took, summary) = time(|| store.logs().summary(Scope::All, &query)).await?;
    println!("sums of a day: {took:?} (of {} requests)", summary.requests);
    let query = DashboardQuery { from: ago(30), to: now, step_minutes: 24 * 60, by: Dimension::Model };
    let (took, board) = time(|| store.dashboards().read(Scope::All, &query)).await?;
    println!("dashboard of 30 days: {took:?} (of {} requests)", board.totals.requests);
    let query = UsageQuery { from: ago(90), to: now, every: Every::Day, by: Dimension::Key };
    let (took, usage) = time(|| store.usage().read(Scope::All, &query)).await?;
    println!("usage of 90 days: {took:?} (of {} requests)", usage.totals.requests);
    let begun = Instant::now();
    let verified = store.verify().await?;
    println!("verify: {:?} ({} requests, {} differences)", begun.elapsed(), verified.requests, verified.differing);
    Ok(())
}

async fn prune(store: &Store, rows: u32) -> Outcome<()> {
    for removing in [false, true] {
        let done = AtomicBool::new(false);
        let served = async {
            let mut waited = Vec::new();
            while !done.load(Ordering::Relaxed) {
                waited.push(one(store).await?);
            }
            Ok::<_, Box<dyn std::error::Error>>(waited)
        };
        let others = async {
            let begun = Instant::now();
            if removing {
                for _ in 0..rows.div_ceil(500) {
                    let batch = Instant::now();
                    store.logs().prune(SystemClock.now()).await?;
                    // As the gateway does.
                    tokio::time::sleep(batch.elapsed()).await;
                }
            } else {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
            done.store(true, Ordering::Relaxed);
            Ok::<_, store::Error>(begun.elapsed())
        };
        let (waited, took) = tokio::join!(served, others);
        let (mut waited, took) = (waited?, took?);
        waited.sort_unstable();
        let at = |percent: usize| waited[(waited.len() - 1) * percent / 100];
        let what = if removing { format!("while {rows} requests were removed") } else { "alone".to_owned() };
        println!(
            "{what}: {took:?}, {} requests served; a settlement took {:?} (median), {:?} (p99), {:?} (longest)",
            waited.len(),
            at(50),
            at(99),
            at(100),
        );
    }
    Ok(())
}

/// Opens a request and settles it; how long the settlement took.
async fn one(store: &Store) -> Outcome<Duration> {
    let open = Open {
        id: Uuid::now_v7(),
        created_at: SystemClock.now(),
        user_id: 1,
        key_id: 1,
        key_name: "laptop".to_owned(),
        model: "m".to_owned(),
        endpoint: "/v1/chat/completions".to_owned(),
        dialect: "chat".to_owned(),
        stream: true,
        client_ip: None,
        user_agent: None,
        input_estimate: 100,
        price_id: None,
        multiplier_ppm: 1_000_000,
        hold: None,
    };
    let settle = Settle {
        id: open.id,
        key_id: 1,
        state: LogState::Done,
        status: Some(200),
        channel_id: None,
        channel_name: None,
        upstream_model: None,
        attempts: Vec::new(),
        usage: Usage { input: 100, output: 200, ..Usage::default() },
        estimated: false,
        anomalous: false,
        charge: Charge::default(),
        ttft_ms: None,
        duration_ms: 5,
        error: None,
    };
    store.ledger().open(open).await?.await?;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let begun = Instant::now();
    store.ledger().settle(settle)?.await?;
    Ok(begun.elapsed())
}
