use api::Time;
use api::budgets::{NewBudget, Period};
use api::dashboard::{DashboardQuery, Dimension, Totals};
use api::keys::NewKey;
use api::logs::{LogQuery, LogState};
use store::{Hold, Open, Owner, Scope, Store};
use uuid::{NoContext, Timestamp, Uuid};

use crate::support::{Home, NOW, member, outcome, request};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

fn ago(millis: i64) -> Time {
    Time::from_millis(NOW.as_millis() - millis)
}

/// A request that came so long ago.
fn old(millis: i64) -> Open {
    let at = u64::try_from(ago(millis).as_millis()).unwrap();
    let nanos = u32::try_from(at % 1_000).unwrap() * 1_000_000;
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, at / 1_000, nanos));
    Open { id, created_at: ago(millis), ..request(1, 1) }
}

async fn log(store: &Store, open: Open) {
    let settle = outcome(&open, LogState::Done);
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
}

async fn logged(store: &Store) -> usize {
    let query = LogQuery { limit: Some(200), ..LogQuery::default() };
    store.logs().list(Scope::All, &query).await.unwrap().items.len()
}

async fn totals(store: &Store) -> Totals {
    let (from, to) = (ago(100 * DAY), ago(-DAY));
    let query = DashboardQuery { from, to, step_minutes: 24 * 60, by: Dimension::Model };
    store.dashboards().read(Scope::All, &query).await.unwrap().totals
}

#[tokio::test]
async fn old_requests_leave_the_log_and_stay_in_every_sum() {
    let home = Home::new();
    let store = home.open().await;
    let user = member(&store, "mia").await;
    let budget = NewBudget { limit_nusd: 1_000_000, period: Period::Total, warn_percent: None };
    let new = NewKey { name: "laptop".into(), budget: Some(budget), ..NewKey::default() };
    let key = store.keys().create(user.id, new).await.unwrap().key.id;
    let budget = store.budgets().for_relay().await.unwrap()[&Owner::Key(key)];
    for days in 0..10 {
        let hold = Hold { budgets: [budget].into(), amount_nusd: 5_000 };
        // Two in one hour, of which the second half of the fifth day's leaves.
        log(&store, Open { hold: Some(hold.clone()), key_id: key, ..old(days * DAY) }).await;
        log(&store, Open { hold: Some(hold), key_id: key, ..old(days * DAY + HOUR / 4) }).await;
    }
    let standing = async || store.keys().get(Scope::All, key).await.unwrap().unwrap().budget;
    let before = (totals(&store).await, standing().await);
    assert!(!store.logs().prune(ago(5 * DAY)).await.unwrap(), "a batch holds more than that");
    assert_eq!(logged(&store).await, 11);
    assert_eq!((totals(&store).await, standing().await), before);
    let verified = store.verify().await.unwrap();
    assert_eq!((verified.requests, verified.differences), (11, vec![]));

    log(&store, Open { key_id: key, ..old(0) }).await;
    assert!(!store.logs().prune(ago(2 * DAY)).await.unwrap());
    assert_eq!(store.verify().await.unwrap().differences, []);
    store.close().await;
}

#[tokio::test]
async fn what_is_still_there_is_counted_again_after_old_requests_were_removed() {
    let home = Home::new();
    let store = home.open().await;
    for hours in 0..4 {
        log(&store, old(hours * HOUR)).await;
    }
    store.logs().prune(ago(2 * HOUR)).await.unwrap();
    assert_eq!(store.verify().await.unwrap().differences, []);
    let forged = format!("UPDATE usage_hourly SET cost_nusd = cost_nusd + 1 WHERE hour > {}", ago(HOUR).as_millis());
    sqlx::raw_sql(sqlx::AssertSqlSafe(forged)).execute(&mut home.sql().await).await.unwrap();
    let found = store.verify().await.unwrap().differences;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kept, found[0].counted), (4_201, 4_200));
    store.close().await;
}

#[tokio::test]
async fn a_request_that_runs_is_never_removed() {
    let home = Home::new();
    let store = home.open().await;
    let running = old(9 * DAY);
    store.ledger().open(running.clone()).await.unwrap().await.unwrap();
    log(&store, old(8 * DAY)).await;
    store.logs().prune(NOW).await.unwrap();
    assert_eq!(logged(&store).await, 1);
    store.ledger().settle(outcome(&running, LogState::Done)).unwrap().await.unwrap();
    assert_eq!(store.verify().await.unwrap().differences, []);
    store.close().await;
}

#[tokio::test]
async fn a_batch_says_whether_there_may_be_more() {
    let home = Home::new();
    let store = home.open().await;
    for _ in 0..201 {
        let open = old(2 * DAY);
        let settle = outcome(&open, LogState::Done);
        drop(store.ledger().reject(open, settle).await.unwrap());
    }
    log(&store, old(DAY)).await;
    assert!(store.logs().prune(ago(DAY)).await.unwrap());
    assert!(!store.logs().prune(ago(DAY)).await.unwrap());
    assert_eq!(logged(&store).await, 1);
    store.close().await;
}

#[tokio::test]
async fn a_database_that_holds_too_much_gives_up_its_oldest_requests() {
    let home = Home::new();
    let store = home.open().await;
    for minutes in (0..4_000).rev() {
        let open = Open { user_agent: Some("x".repeat(1_000)), ..old(HOUR + minutes * HOUR / 60) };
        let settle = outcome(&open, LogState::Done);
        drop(store.ledger().reject(open, settle).await.unwrap());
    }
    store.close().await;
    let bytes = i64::try_from(std::fs::metadata(home.database()).unwrap().len()).unwrap();
    let store = home.open().await;
    assert!(!store.logs().prune_beyond(bytes, NOW).await.unwrap());
    assert_eq!(store.verify().await.unwrap().requests, 4_000);
    while store.logs().prune_beyond(bytes / 2, NOW).await.unwrap() {}
    let left = store.verify().await.unwrap();
    assert!((1_000..2_500).contains(&left.requests), "{left:?}");
    assert_eq!(left.differences, []);
    let newest = store.logs().list(Scope::All, &LogQuery::default()).await.unwrap().items;
    assert_eq!(newest[0].created_at, ago(HOUR));
    assert!(!store.logs().prune_beyond(0, ago(100 * DAY)).await.unwrap());
    assert_eq!(store.verify().await.unwrap().requests, left.requests, "what is new enough stays whatever it takes");
    store.close().await;
}
