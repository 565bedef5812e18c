use api::Time;
use api::logs::{LogQuery, LogState};
use store::{Open, Scope, Store};
use uuid::{NoContext, Timestamp, Uuid};

use crate::support::{Home, NOW, member, outcome, request};

/// A request `seconds` before now, whose id says so too.
fn earlier(seconds: i64) -> Open {
    let mut open = request(1, 2);
    open.created_at = Time::from_millis(NOW.as_millis() - seconds * 1000);
    let unix = u64::try_from(open.created_at.as_millis() / 1000).unwrap();
    open.id = Uuid::new_v7(Timestamp::from_unix(NoContext, unix, 0));
    open
}

async fn finish(store: &Store, open: Open, state: LogState, error: Option<&str>) {
    let mut settle = outcome(&open, state);
    settle.error = error.map(str::to_owned);
    drop(store.ledger().reject(open, settle).await.unwrap());
}

async fn settle_all(store: &Store) {
    let open = earlier(1_000_000);
    store.ledger().open(open).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn words_are_found_in_models_keys_errors_addresses_and_the_start_of_an_id() {
    let home = Home::new();
    let store = home.open().await;
    let mut model = earlier(1);
    model.model = "Claude-Opus".to_owned();
    let mut key = earlier(2);
    key.key_name = "build bot 100%".to_owned();
    let mut address = earlier(3);
    address.client_ip = Some("203.0.113.9".to_owned());
    let error = earlier(4);
    let by_id = earlier(50_000);
    let id = by_id.id.to_string();
    finish(&store, model, LogState::Done, None).await;
    finish(&store, key, LogState::Done, None).await;
    finish(&store, address, LogState::Done, None).await;
    finish(&store, error, LogState::Failed, Some("Overloaded, try later")).await;
    finish(&store, by_id, LogState::Done, None).await;
    settle_all(&store).await;
    let found = async |text: &str| {
        let query = LogQuery { text: Some(text.to_owned()), ..LogQuery::default() };
        let page = store.logs().list(Scope::All, &query).await.unwrap();
        assert_eq!((page.next, page.scanned_to), (None, None));
        page.items.len()
    };
    for text in ["opus", " OPUS ", "bot 100%", "203.0.113", "overloaded", &id, &id[..12]] {
        assert_eq!(found(text).await, 1, "{text}");
    }
    assert_eq!(found("100_").await, 0);
    assert_eq!(found(&id[2..]).await, 0);
    let query = LogQuery { text: Some("opus".to_owned()), state: Some(LogState::Failed), ..LogQuery::default() };
    assert_eq!(store.logs().list(Scope::All, &query).await.unwrap().items.len(), 0);
    store.close().await;
}

#[tokio::test]
async fn a_range_of_time_holds_its_start_and_not_its_end() {
    let home = Home::new();
    let store = home.open().await;
    for seconds in 0..300 {
        finish(&store, earlier(seconds), if seconds % 3 == 0 { LogState::Failed } else { LogState::Done }, None).await;
    }
    settle_all(&store).await;
    let at = |seconds: i64| Some(Time::from_millis(NOW.as_millis() - seconds * 1000));
    let query = LogQuery { from: at(199), to: at(99), limit: Some(200), ..LogQuery::default() };
    let page = store.logs().list(Scope::All, &query).await.unwrap();
    assert_eq!(page.items.len(), 100);
    assert_eq!((page.items[0].created_at, page.items[99].created_at), (at(100).unwrap(), at(199).unwrap()));

    let summary = store.logs().summary(Scope::All, &query).await.unwrap();
    assert_eq!((summary.requests, summary.failed, summary.scanned_to), (100, 33, None));
    assert_eq!((summary.input_tokens, summary.output_tokens, summary.cost_nusd), (1_200, 3_400, 420_000));
    assert_eq!(summary.buckets.len(), 60);
    assert_eq!(summary.buckets.iter().map(|bucket| bucket.requests).sum::<i64>(), 100);
    assert_eq!(summary.buckets.iter().map(|bucket| bucket.failed).sum::<i64>(), 33);
    assert_eq!(summary.buckets[0].at, at(199).unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_summary_counts_what_the_list_shows() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    for seconds in 0..50 {
        let mut open = earlier(seconds);
        open.user_id = if seconds % 2 == 0 { anna.id } else { 99 };
        open.key_id = seconds % 5;
        finish(&store, open, LogState::Done, None).await;
    }
    settle_all(&store).await;
    for (scope, query) in [
        (Scope::All, LogQuery::default()),
        (Scope::User(anna.id), LogQuery::default()),
        (Scope::User(anna.id), LogQuery { key_id: Some(2), ..LogQuery::default() }),
        (Scope::User(anna.id), LogQuery { user_id: Some(99), ..LogQuery::default() }),
        (Scope::All, LogQuery { user_id: Some(99), text: Some("gpt".to_owned()), ..LogQuery::default() }),
        (Scope::All, LogQuery { endpoint: Some("/v1/nothing".to_owned()), ..LogQuery::default() }),
    ] {
        let query = LogQuery {
            from: Some(Time::from_millis(NOW.as_millis() - 100_000)),
            to: Some(Time::from_millis(NOW.as_millis() + 1)),
            ..query
        };
        let listed = store.logs().list(scope, &query).await.unwrap().items;
        let summary = store.logs().summary(scope, &query).await.unwrap();
        assert_eq!(usize::try_from(summary.requests).unwrap(), listed.len(), "{scope:?} {query:?}");
        assert!(listed.iter().all(|log| scope == Scope::All || log.username.as_deref() == Some("anna")));
    }
    store.close().await;
}
