use std::collections::BTreeSet;
use std::time::Duration;

use api::logs::{LogQuery, LogState};
use futures_util::future::join_all;
use store::{LedgerError, Scope, Store};

use crate::support::{Home, NOW, channel, charge, downgraded, member, outcome, request};

async fn all(store: &Store, query: LogQuery) -> Vec<api::logs::Log> {
    let mut rows = Vec::new();
    let mut query = query;
    loop {
        let stretch = store.logs().list(Scope::All, &query).await.unwrap();
        rows.extend(stretch.items);
        query.before = stretch.next;
        if query.before.is_none() {
            return rows;
        }
    }
}

#[tokio::test]
async fn a_request_is_opened_then_settled() {
    let home = Home::new();
    let store = home.open().await;
    let open = request(1, 2);
    let id = open.id.to_string();
    let settle = outcome(&open, LogState::Done);
    store.ledger().open(open.clone()).await.unwrap().await.unwrap();
    let log = store.logs().get(Scope::All, &id).await.unwrap().unwrap();
    assert_eq!((log.state, log.duration_ms, log.created_at), (LogState::Open, None, NOW));
    assert_eq!((log.user_id, log.key_id, log.key_name.as_str()), (1, 2, "laptop"));

    store.ledger().settle(settle.clone()).unwrap().await.unwrap();
    let log = store.logs().get(Scope::All, &id).await.unwrap().unwrap();
    assert_eq!((log.state, log.status, log.stream), (LogState::Done, Some(200), true));
    assert_eq!((log.input_tokens, log.output_tokens), (12, 34));
    assert_eq!((log.cache_read_tokens, log.reasoning_tokens), (5, 6));
    assert_eq!((log.cost_nusd, log.ttft_ms, log.duration_ms), (4200, Some(80), Some(130)));
    assert_eq!((log.channel_id, log.channel_name.as_deref()), (Some(7), Some("main")));
    assert_eq!(log.upstream_model.as_deref(), Some("gpt-4o-mini-2024"));
    assert_eq!(log.attempts, settle.attempts);
    assert!(!log.estimated);
    store.close().await;
}

#[tokio::test]
async fn a_request_is_settled_once() {
    let home = Home::new();
    let store = home.open().await;
    let open = request(1, 2);
    let mut again = outcome(&open, LogState::Failed);
    again.charge = charge(9_999);
    // Once within one batch, once in a later one.
    for apart in [false, true] {
        let open = request(1, 2);
        let first = outcome(&open, LogState::Done);
        again.id = open.id;
        let id = open.id.to_string();
        let ledger = store.ledger();
        let receipts = [ledger.open(open).await.unwrap(), ledger.settle(first).unwrap()];
        if apart {
            for receipt in receipts {
                receipt.await.unwrap();
            }
        }
        ledger.settle(again.clone()).unwrap().await.unwrap();
        ledger.settle(again.clone()).unwrap().await.unwrap();
        let log = store.logs().get(Scope::All, &id).await.unwrap().unwrap();
        assert_eq!((log.state, log.cost_nusd), (LogState::Done, 4_200));
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_lingers_finds_its_settlement_whenever_that_comes() {
    const REQUESTS: u64 = 600;
    let home = Home::new();
    let store = home.open().await;
    let asked = (0..REQUESTS).map(async |n| {
        let open = request(1, 2);
        let settle = outcome(&open, LogState::Done);
        store.ledger().note(open).await.unwrap();
        // From at once to after the row was written alone, through all that lies between.
        tokio::time::sleep(Duration::from_micros(n * 50)).await;
        store.ledger().settle(settle).unwrap().await.unwrap();
    });
    join_all(asked).await;
    let rows = all(&store, LogQuery::default()).await;
    assert_eq!(rows.len() as u64, REQUESTS);
    assert_eq!(rows.iter().filter(|row| row.state != LogState::Done).count(), 0);
    store.close().await;
}

#[tokio::test]
async fn a_refused_request_is_one_finished_row() {
    let home = Home::new();
    let store = home.open().await;
    let open = request(1, 2);
    let mut settle = outcome(&open, LogState::Rejected);
    settle.status = Some(404);
    settle.error = Some("no channel serves it".to_owned());
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    let rows = all(&store, LogQuery::default()).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].state, rows[0].status), (LogState::Rejected, Some(404)));
    assert_eq!(rows[0].error.as_deref(), Some("no channel serves it"));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_requests_at_once_each_land_once() {
    let home = Home::new();
    let store = home.open().await;
    let key = {
        let anna = member(&store, "anna").await;
        let new = serde_json::from_str(r#"{"name":"laptop"}"#).unwrap();
        store.keys().create(anna.id, new).await.unwrap().key
    };
    let ids: Vec<String> = join_all((0..1000).map(|i| {
        let store = &store;
        let key = &key;
        async move {
            let open = request(key.user_id, key.id);
            let id = open.id.to_string();
            let mut settle = outcome(&open, LogState::Done);
            settle.charge = charge(i);
            let opened = store.ledger().open(open).await.unwrap();
            if i % 2 == 0 {
                opened.await.unwrap();
            }
            store.ledger().settle(settle).unwrap().await.unwrap();
            id
        }
    }))
    .await;
    let rows = all(&store, LogQuery::default()).await;
    assert_eq!(rows.len(), 1000);
    assert!(rows.iter().all(|row| row.state == LogState::Done));
    assert_eq!(rows.iter().map(|row| row.cost_nusd).sum::<i64>(), 999 * 1000 / 2);
    let found: BTreeSet<String> = rows.into_iter().map(|row| row.id).collect();
    assert_eq!(found, ids.into_iter().collect());
    let key = store.keys().get(Scope::All, key.id).await.unwrap().unwrap();
    assert_eq!(key.last_used_at, Some(NOW));
    store.close().await;
}

#[tokio::test]
async fn a_bad_write_fails_alone() {
    let home = Home::new();
    let store = home.open().await;
    let ledger = store.ledger();
    let mut receipts = Vec::new();
    for i in 0..20 {
        let open = request(1, 2);
        let mut settle = outcome(&open, LogState::Done);
        if i == 7 {
            settle.usage.output = -1;
        }
        receipts.push(ledger.reject(open, settle).await.unwrap());
    }
    let results = join_all(receipts).await;
    for (i, result) in results.iter().enumerate() {
        assert_eq!(matches!(result, Err(LedgerError::Refused(_))), i == 7, "{i}: {result:?}");
    }
    assert_eq!(all(&store, LogQuery::default()).await.len(), 19);
    store.close().await;
}

#[tokio::test]
async fn closing_writes_what_nobody_waits_for() {
    let home = Home::new();
    let store = home.open().await;
    for _ in 0..700 {
        drop(store.ledger().open(request(1, 2)).await.unwrap());
    }
    store.close().await;
    let late = store.ledger().open(request(1, 2)).await;
    assert!(matches!(late, Err(LedgerError::Closed)));
    let store = home.open().await;
    assert_eq!(store.opened().interrupted, 700);
    assert_eq!(all(&store, LogQuery::default()).await.len(), 700);
    store.close().await;
}

#[tokio::test]
async fn what_a_killed_process_left_open_is_charged_as_estimated() {
    let home = Home::new();
    let store = home.open().await;
    let (open, done) = (request(1, 2), request(1, 2));
    let (open_id, done_id) = (open.id.to_string(), done.id.to_string());
    let settled = outcome(&done, LogState::Done);
    store.ledger().open(open).await.unwrap().await.unwrap();
    store.ledger().reject(done, settled).await.unwrap().await.unwrap();
    store.close().await;

    let store = home.open().await;
    assert_eq!(store.opened().interrupted, 1);
    let log = store.logs().get(Scope::All, &open_id).await.unwrap().unwrap();
    assert_eq!((log.state, log.estimated, log.input_tokens), (LogState::Interrupted, true, 40));
    assert_eq!(log.duration_ms, None);
    assert!(log.error.unwrap().contains("stopped"));
    let log = store.logs().get(Scope::All, &done_id).await.unwrap().unwrap();
    assert_eq!((log.state, log.input_tokens), (LogState::Done, 12));
    store.close().await;
    assert_eq!(home.open().await.opened().interrupted, 0);
}

#[tokio::test]
async fn walking_the_log_meets_every_row_once_while_it_grows() {
    let home = Home::new();
    let store = home.open().await;
    let mut before = BTreeSet::new();
    for _ in 0..137 {
        let open = request(1, 2);
        before.insert(open.id.to_string());
        drop(store.ledger().open(open).await.unwrap());
    }
    store.ledger().open(request(1, 2)).await.unwrap().await.unwrap();
    let mut query = LogQuery { limit: Some(10), ..LogQuery::default() };
    let mut seen = Vec::new();
    loop {
        let stretch = store.logs().list(Scope::All, &query).await.unwrap();
        assert!(stretch.items.len() <= 10);
        seen.extend(stretch.items.into_iter().map(|row| row.id));
        store.ledger().open(request(1, 2)).await.unwrap().await.unwrap();
        query.before = stretch.next;
        if query.before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 138);
    assert!(seen.is_sorted_by(|a, b| a > b));
    assert!(before.is_subset(&seen.into_iter().collect()));
    store.close().await;
}

#[tokio::test]
async fn the_log_is_filtered_and_bounded() {
    let home = Home::new();
    let store = home.open().await;
    for i in 0..300 {
        let mut open = request(1 + i % 2, 10 + i % 3);
        if i % 5 == 0 {
            open.model = "claude".to_owned();
        }
        let mut settle = outcome(&open, if i % 4 == 0 { LogState::Failed } else { LogState::Done });
        settle.channel_id = Some(i % 7);
        drop(store.ledger().reject(open, settle).await.unwrap());
    }
    let extra = request(1, 10);
    store.ledger().open(extra).await.unwrap().await.unwrap();

    let len = async |query: LogQuery| all(&store, query).await.len();
    let q = LogQuery::default;
    assert_eq!(len(q()).await, 301);
    assert_eq!(len(LogQuery { model: Some("claude".to_owned()), ..q() }).await, 60);
    assert_eq!(len(LogQuery { state: Some(LogState::Failed), ..q() }).await, 75);
    assert_eq!(len(LogQuery { key_id: Some(11), ..q() }).await, 100);
    assert_eq!(len(LogQuery { channel_id: Some(0), ..q() }).await, 43);
    let both = LogQuery { model: Some("claude".to_owned()), state: Some(LogState::Failed), ..q() };
    assert_eq!(len(both).await, 15);

    let page = async |limit| {
        let query = LogQuery { limit, ..q() };
        store.logs().list(Scope::User(2), &query).await.unwrap().items
    };
    assert_eq!(page(None).await.len(), 50);
    assert_eq!(page(Some(-5)).await.len(), 1);
    assert_eq!(page(Some(100_000)).await.len(), 150);
    assert!(page(Some(200)).await.iter().all(|row| row.user_id == 2));
    store.close().await;
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_written_alone_or_with_its_settlement() {
    let home = Home::new();
    let store = home.open().await;
    let (alone, short) = (request(1, 2), request(1, 2));
    let done = outcome(&short, LogState::Done);
    let (alone_id, short_id) = (alone.id.to_string(), short.id.to_string());
    store.ledger().note(short).await.unwrap();
    store.ledger().settle(done).unwrap().await.unwrap();
    let state = async |id: &str| store.logs().get(Scope::All, id).await.unwrap().map(|row| row.state);
    assert_eq!(state(&short_id).await, Some(LogState::Done));
    store.ledger().note(alone).await.unwrap();
    while state(&alone_id).await.is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(state(&alone_id).await, Some(LogState::Open));
    let last = request(1, 2);
    let last_id = last.id;
    store.ledger().note(last).await.unwrap();
    store.close().await;
    let store = home.open().await;
    let last = store.logs().get(Scope::All, &last_id.to_string()).await.unwrap().unwrap();
    assert_eq!(last.state, LogState::Interrupted, "closing writes what was waiting");
    store.close().await;
}

#[tokio::test]
async fn other_peoples_requests_do_not_exist() {
    let home = Home::new();
    let store = home.open().await;
    let open = request(1, 2);
    let id = open.id.to_string();
    store.ledger().open(open).await.unwrap().await.unwrap();
    assert!(store.logs().get(Scope::User(1), &id).await.unwrap().is_some());
    assert!(store.logs().get(Scope::User(2), &id).await.unwrap().is_none());
    assert!(store.logs().get(Scope::All, "nothing").await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn the_log_outlives_what_it_tells_of() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let new = serde_json::from_str(r#"{"name":"laptop"}"#).unwrap();
    let key = store.keys().create(anna.id, new).await.unwrap().key;
    let made = store.channels().create(channel("main", &["sk-1"], &["m"])).await.unwrap();
    let open = request(anna.id, key.id);
    let mut settle = outcome(&open, LogState::Done);
    settle.channel_id = Some(made.id);
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    assert!(store.channels().delete(made.id).await.unwrap());
    assert!(store.keys().delete(Scope::All, key.id).await.unwrap());
    let rows = all(&store, LogQuery::default()).await;
    assert_eq!((rows[0].key_name.as_str(), rows[0].channel_name.as_deref()), ("laptop", Some("main")));
    // Ids aren't given twice, or the log would speak of another channel.
    let next = store.channels().create(channel("main", &[], &["m"])).await.unwrap();
    assert!(next.id > made.id);
    store.close().await;
}

#[tokio::test]
async fn an_upgrade_keeps_every_row_of_the_log() {
    let home = Home::new();
    let store = home.open().await;
    for state in &LogState::ALL[1..] {
        let open = request(1, 2);
        let settle = outcome(&open, *state);
        store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    }
    let mut kept = all(&store, LogQuery::default()).await;
    for log in &mut kept {
        log.lines.clear();
    }
    store.close().await;
    // The tables' names and columns are as the versions before had them; only how the rows are kept is another.
    downgraded(&home, "DELETE FROM _sqlx_migrations WHERE version = 5").await;
    let store = home.open().await;
    assert_eq!(all(&store, LogQuery::default()).await, kept);
    assert_eq!(kept.len(), LogState::ALL.len() - 1);
    store.close().await;
}
