//! Prints how many requests a second the ledger opens and settles, and how long a page of the log takes then.
//!
//! `cargo run --release -p store --example ledger_rate [requests] [at once] [directory on the disk to measure]`

#![expect(clippy::print_stdout, reason = "this is what the example is for")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::Time;
use api::logs::{Attempt, LogQuery, LogState};
use api::prices::{PriceSource, Pricing};
use futures_util::{StreamExt, stream};
use store::{
    Charge, Clock, Durability, MasterKeySource, Open, Options, PriceInEffect, Scope, Settle, Store, SystemClock, Usage,
};
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let requests: u32 = arguments.next().map_or(Ok(100_000), |n| n.parse::<u32>().map(|n| n.max(1)))?;
    let at_once: usize = arguments.next().map_or(Ok(256), |n| n.parse())?;
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    for durability in [Durability::Process, Durability::Power] {
        let dir = tempfile::tempdir_in(&parent)?;
        let store = Store::open(Options {
            data_dir: dir.path().join("data"),
            durability,
            master_key: MasterKeySource::Default,
            clock: Arc::new(SystemClock),
        })
        .await?;
        let begun = Instant::now();
        let mut waited: Vec<Duration> =
            stream::iter(0..requests).map(|i| one(&store, i)).buffer_unordered(at_once).collect().await;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{durability:?}: {requests} requests, {at_once} at once: {:.0} requests/s ({:.0} writes/s)",
            f64::from(requests) / seconds,
            2.0 * f64::from(requests) / seconds,
        );
        waited.sort_unstable();
        println!(
            "  the client waits for its settlement: median {:?}, longest {:?}",
            waited[waited.len() / 2],
            waited[waited.len() - 1]
        );
        for query in [LogQuery::default(), LogQuery { model: Some("model-3".to_owned()), ..LogQuery::default() }] {
            let begun = Instant::now();
            store.logs().list(Scope::All, &query).await?;
            println!("  a page of the log ({:?}): {:?}", query.model, begun.elapsed());
        }
        store.close().await;
    }
    Ok(())
}

/// Opened without waiting, as where no budget applies; settled before the client sees the end.
async fn one(store: &Store, i: u32) -> Duration {
    let open = Open {
        id: Uuid::now_v7(),
        created_at: SystemClock.now(),
        user_id: 1,
        key_id: i64::from(i % 10),
        key_name: "laptop".to_owned(),
        model: format!("model-{}", i % 8),
        endpoint: "/v1/chat/completions".to_owned(),
        dialect: "chat".to_owned(),
        stream: true,
        client_ip: Some("127.0.0.1".to_owned()),
        user_agent: Some("OpenAI/Python 2.8.1".to_owned()),
        input_estimate: 100,
        price_id: None,
        multiplier_ppm: 1_000_000,
        hold: None,
    };
    let usage = Usage { input: 100, output: 200, ..Usage::default() };
    let settle = Settle {
        id: open.id,
        key_id: open.key_id,
        state: LogState::Done,
        status: Some(200),
        channel_id: Some(1),
        channel_name: Some("main".to_owned()),
        upstream_model: Some(open.model.clone()),
        attempts: vec![Attempt {
            channel_id: 1,
            channel_name: "main".to_owned(),
            channel_key_id: Some(1),
            status: Some(200),
            duration_ms: 850,
            error: None,
        }],
        usage,
        estimated: false,
        anomalous: false,
        charge: Charge::of(Some(&price()), &usage, 1_000_000),
        ttft_ms: Some(240),
        duration_ms: 900,
        error: None,
    };
    drop(store.ledger().open(open).await.expect("the ledger is open"));
    // The provider answers meanwhile: without this the two would always share a batch, where they cost one statement.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let begun = Instant::now();
    let receipt = store.ledger().settle(settle).expect("the ledger is open");
    receipt.await.expect("the disk takes it");
    begun.elapsed()
}

fn price() -> PriceInEffect {
    PriceInEffect {
        id: 1,
        source: PriceSource::User,
        valid_from: Time::from_millis(0),
        pricing: Pricing { input_nusd_per_mtok: 150_000_000, output_nusd_per_mtok: 600_000_000, ..Pricing::default() },
    }
}
