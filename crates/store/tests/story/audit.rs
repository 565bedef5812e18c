//! A change and the row that tells of it.

use api::Time;
use api::audit::{Action, AuditQuery, SubjectKind};
use store::{NewAuditEntry, Store};

use crate::support::{Home, NOW, channel};

fn entry(name: &str) -> NewAuditEntry {
    NewAuditEntry {
        user: Some((1, "ada".to_owned())),
        action: Action::Call,
        subject: SubjectKind::Route,
        subject_id: None,
        subject_name: name.to_owned(),
        before: None,
        after: None,
        client_ip: None,
    }
}

async fn told(store: &Store) -> Vec<String> {
    let rows = store.audit().list(&AuditQuery::default()).await.unwrap().items;
    rows.into_iter().map(|row| row.subject_name).collect()
}

#[tokio::test]
async fn the_first_write_of_a_request_takes_its_row_along() {
    let home = Home::new();
    let store = home.open().await;
    let work = async {
        store.channels().create(channel("a", &[], &["m"])).await.unwrap();
        store.channels().create(channel("b", &[], &["m"])).await.unwrap();
    };
    let ((), row) = store.audit().follow(entry("POST /api/channels"), work).await;
    // A process that is killed here leaves this.
    assert_eq!(told(&store).await, ["POST /api/channels"]);
    store.audit().complete(row.unwrap(), entry("a")).await.unwrap();
    assert_eq!(told(&store).await, ["a"]);
    store.close().await;
}

#[tokio::test]
async fn what_is_refused_or_only_read_leaves_no_row() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("a", &[], &["m"])).await.unwrap();
    let work = async {
        assert!(store.channels().create(channel("a", &[], &["m"])).await.is_err());
        store.channels().get(1).await.unwrap()
    };
    let (found, row) = store.audit().follow(entry("POST /api/channels"), work).await;
    assert!(found.is_some() && row.is_none());
    assert!(told(&store).await.is_empty());
    store.close().await;
}

#[tokio::test]
async fn without_its_row_nothing_changes() {
    let home = Home::new();
    let store = home.open().await;
    let broken = "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    sqlx::query(broken).execute(&mut home.sql().await).await.unwrap();
    let (made, row) =
        store.audit().follow(entry("POST /api/channels"), store.channels().create(channel("a", &[], &["m"]))).await;
    assert!(made.is_err() && row.is_none());
    assert!(store.channels().get(1).await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn old_rows_go_in_batches_and_young_ones_stay() {
    let home = Home::new();
    let store = home.open().await;
    let day = 24 * 60 * 60 * 1_000;
    let insert = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO audit (at, username, action, subject, subject_name) SELECT $1 + i, '', 'call', 'route', 'old' FROM n";
    sqlx::query(insert).bind(NOW.as_millis() - 2 * day).execute(&mut home.sql().await).await.unwrap();
    store.audit().record(entry("young")).await.unwrap();
    let before = Time::from_millis(NOW.as_millis() - day);
    assert!(store.audit().prune(before).await.unwrap(), "a batch is full");
    assert!(!store.audit().prune(before).await.unwrap());
    assert_eq!(told(&store).await, ["young"]);
    store.close().await;
}
