use api::Time;
use api::logs::{Log, LogQuery, LogState};
use proptest::prelude::*;
use sqlx::Row;
use store::{Scope, Settle, Store};

use crate::support::{Home, NOW, charge, downgraded, outcome, request};

const HOUR: i64 = 60 * 60 * 1000;

/// What happens to a request.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Opened and never heard of again.
    Open,
    /// Noted, then settled at once: one row of one batch.
    Short,
    /// Settled once its row is committed.
    Long,
    /// Settled again, otherwise, right behind or later.
    Twice {
        apart: bool,
    },
    Reject {
        twice: bool,
    },
    /// Settled, but never opened.
    Stray,
}

#[derive(Debug, Clone)]
struct Story {
    step: Step,
    state: LogState,
    who: i64,
    model: bool,
    hour: i64,
    channel: Option<i64>,
    attempts: usize,
    ttft: Option<i64>,
    tokens: i64,
}

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let step = prop_oneof![
        Just(Step::Open),
        Just(Step::Short),
        Just(Step::Long),
        any::<bool>().prop_map(|apart| Step::Twice { apart }),
        any::<bool>().prop_map(|twice| Step::Reject { twice }),
        Just(Step::Stray),
    ];
    let state = prop::sample::select(&LogState::ALL[1..]);
    let rest = (0..3_i64, any::<bool>(), 0..3_i64, prop::option::of(1..3_i64), 0..3_usize);
    let numbers = (prop::option::of(0..40_000_i64), 0..1_000_i64);
    let story = (step, state, rest, numbers).prop_map(
        |(step, state, (who, model, hour, channel, attempts), (ttft, tokens))| Story {
            step,
            state,
            who,
            model,
            hour,
            channel,
            attempts,
            ttft,
            tokens,
        },
    );
    prop::collection::vec(story, 1..40)
}

async fn live(store: &Store, told: &Story) {
    let ledger = store.ledger();
    let mut open = request(1 + told.who % 2, 10 + told.who);
    open.created_at = Time::from_millis(NOW.as_millis() + told.hour * HOUR + 1);
    if told.model {
        "claude".clone_into(&mut open.model);
    }
    let mut settle = outcome(&open, told.state);
    settle.channel_id = told.channel;
    settle.attempts = vec![settle.attempts[0].clone(); told.attempts];
    settle.ttft_ms = told.ttft;
    settle.usage.input = told.tokens;
    settle.charge.unpriced = told.tokens % 3 == 0;
    settle.status = Some(if told.tokens % 2 == 0 { 503 } else { 404 });
    let other = Settle { state: LogState::Failed, charge: charge(77), ..settle.clone() };
    match told.step {
        Step::Open => drop(ledger.open(open).await.unwrap()),
        Step::Short => {
            ledger.note(open).await.unwrap();
            drop(ledger.settle(settle).unwrap());
        }
        Step::Long => {
            ledger.open(open).await.unwrap().await.unwrap();
            drop(ledger.settle(settle).unwrap());
        }
        Step::Twice { apart } => {
            drop(ledger.open(open.clone()).await.unwrap());
            let first = ledger.settle(settle.clone()).unwrap();
            if apart {
                first.await.unwrap();
            }
            drop(ledger.settle(other.clone()).unwrap());
            // The row is there: neither its open nor its settlement has effect.
            drop(ledger.reject(open, other).await.unwrap());
        }
        Step::Reject { twice } => {
            settle.state = LogState::Rejected;
            let first = ledger.reject(open.clone(), settle.clone()).await.unwrap();
            if twice {
                first.await.unwrap();
                drop(ledger.reject(open, settle).await.unwrap());
            }
        }
        Step::Stray => drop(ledger.settle(settle).unwrap()),
    }
}

async fn settled(store: &Store) -> Vec<Log> {
    let query = LogQuery { limit: Some(200), ..LogQuery::default() };
    let page = store.logs().list(Scope::All, &query).await.unwrap();
    assert_eq!(page.next, None);
    page.items.into_iter().filter(|log| log.state != LogState::Open).collect()
}

/// Every row of `usage_hourly`, or of the statement that fills it from `requests`.
async fn rows(home: &Home, sql: String) -> Vec<Vec<String>> {
    let mut connection = home.sql().await;
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
    let mut rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            (0..row.len())
                .map(|i| row.try_get::<i64, _>(i).map_or_else(|_| row.get::<String, _>(i), |number| number.to_string()))
                .collect()
        })
        .collect();
    rows.sort();
    rows
}

async fn assert_counted(home: &Home, store: &Store) {
    let mut counted = rows(home, "SELECT * FROM usage_hourly".to_owned()).await;
    let unpriced: i64 = counted.iter_mut().map(|row| row.pop().unwrap().parse::<i64>().unwrap()).sum();
    let migration = include_str!("../../../../migrations/sqlite/0003_usage.sql");
    let (_, backfill) = migration.split_once("INSERT INTO usage_hourly\n").unwrap();
    assert_eq!(counted, rows(home, backfill.to_owned()).await);

    // And not only like each other.
    let logs = settled(store).await;
    let sum = |of: fn(&Log) -> i64| logs.iter().map(of).sum::<i64>();
    assert_eq!(unpriced, sum(|log| i64::from(log.unpriced)));
    let column = |index: usize| counted.iter().map(|row| row[index].parse::<i64>().unwrap()).sum::<i64>();
    assert_eq!(column(5), sum(|_| 1));
    assert_eq!(column(6), sum(|log| i64::from(log.state.is_failure(log.status))));
    assert_eq!(column(9), sum(|log| i64::from(log.attempts.len() > 1)));
    assert_eq!(column(10), sum(|log| log.input_tokens));
    assert_eq!(column(13), sum(|log| log.cache_write_tokens));
    assert_eq!(column(15), sum(|log| log.cost_nusd));
    assert_eq!(column(16), sum(|log| log.ttft_ms.unwrap_or(0)));
    assert_eq!((20..33).map(column).sum::<i64>(), sum(|log| i64::from(log.ttft_ms.is_some())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_finished_request_is_counted_once_whatever_happens(stories in stories()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let home = Home::new();
            let store = home.open().await;
            for story in &stories {
                live(&store, story).await;
            }
            store.close().await;
            // Opening again settles what is open.
            let store = home.open().await;
            assert_counted(&home, &store).await;
            store.close().await;
        });
    }
}

#[tokio::test]
async fn an_upgrade_counts_what_is_there() {
    let home = Home::new();
    let store = home.open().await;
    for state in &LogState::ALL[1..] {
        let open = request(1, 2);
        let settle = outcome(&open, *state);
        store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    }
    store.close().await;
    let counted = rows(&home, "SELECT * FROM usage_hourly".to_owned()).await;
    assert_eq!(counted.len(), 1);
    // As the version before left it.
    downgraded(&home, "DROP TABLE usage_hourly; DELETE FROM _sqlx_migrations WHERE version = 3").await;
    let store = home.open().await;
    assert_eq!(rows(&home, "SELECT * FROM usage_hourly".to_owned()).await, counted);
    store.close().await;
}
