use api::logs::{LogBody, LogQuery, LogState};
use store::{NewBody, Scope, Store};
use uuid::Uuid;

use crate::support::{Home, NOW, member, outcome, request};

const PROMPT: &str = "a prompt that nobody else may read";

fn body(text: &str) -> NewBody {
    NewBody { bytes: text.as_bytes().to_vec(), whole_bytes: text.len(), cut: false }
}

/// A request of a user's in the log, with what was asked and answered.
async fn kept(store: &Store, user_id: i64, text: &str) -> Uuid {
    let open = request(user_id, 1);
    let settle = outcome(&open, LogState::Done);
    store.ledger().reject(open.clone(), settle).await.unwrap().await.unwrap();
    store.bodies().save(open.id, user_id, Some(body(text)), Some(body("answered"))).await.unwrap();
    open.id
}

#[tokio::test]
async fn what_was_asked_and_answered_is_read_in_scope_and_lies_sealed_on_the_disk() {
    let home = Home::new();
    let store = home.open().await;
    let (mia, leo) = (member(&store, "mia").await, member(&store, "leo").await);
    let id = kept(&store, mia.id, PROMPT).await.to_string();
    let (owner, bodies) = store.bodies().get(Scope::User(mia.id), &id).await.unwrap().unwrap();
    assert_eq!(owner, mia.id);
    let expected = LogBody { text: PROMPT.to_owned(), bytes: i64::try_from(PROMPT.len()).unwrap(), cut: false };
    assert_eq!((bodies.request, bodies.answer.unwrap().text.as_str()), (Some(expected), "answered"));
    assert!(store.bodies().get(Scope::User(leo.id), &id).await.unwrap().is_none());
    assert!(store.bodies().get(Scope::All, &id).await.unwrap().is_some());
    let logs = store.logs().list(Scope::All, &LogQuery::default()).await.unwrap().items;
    assert!(logs[0].has_bodies);
    store.close().await;
    for (name, bytes) in home.files() {
        assert!(!bytes.windows(PROMPT.len()).any(|part| part == PROMPT.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn a_body_opens_only_as_that_of_its_own_request() {
    let home = Home::new();
    let store = home.open().await;
    let mia = member(&store, "mia").await;
    let (first, second) = (kept(&store, mia.id, "one").await, kept(&store, mia.id, "two").await);
    let swap = format!(
        "UPDATE request_bodies SET sealed = (SELECT sealed FROM request_bodies WHERE request_id = '{first}'
         AND direction = 'request') WHERE request_id = '{second}' AND direction = 'request'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(swap)).execute(&mut home.sql().await).await.unwrap();
    assert!(store.bodies().get(Scope::All, &first.to_string()).await.is_ok());
    assert!(store.bodies().get(Scope::All, &second.to_string()).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn the_oldest_bodies_leave_by_age_by_size_and_with_their_requests_and_users() {
    let home = Home::new();
    let store = home.open().await;
    let (mia, leo) = (member(&store, "mia").await, member(&store, "leo").await);
    let there = async |id: Uuid| store.bodies().get(Scope::All, &id.to_string()).await.unwrap().is_some();
    let later = |days: i64| api::Time::from_millis(NOW.as_millis() + days * 24 * 60 * 60 * 1_000);
    let first = kept(&store, mia.id, "one").await;
    home.clock.set(later(2));
    let second = kept(&store, leo.id, "two").await;
    assert!(!store.bodies().prune(later(1)).await.unwrap());
    assert!(!there(first).await && there(second).await);

    assert!(!store.bodies().prune_beyond(1_000_000).await.unwrap());
    assert!(there(second).await);
    assert!(!store.bodies().prune_beyond(1).await.unwrap());
    assert!(!there(second).await);

    let third = kept(&store, mia.id, "three").await;
    store.logs().prune(later(9)).await.unwrap();
    assert!(!there(third).await, "it goes with its request");

    let fourth = kept(&store, leo.id, "four").await;
    store.accounts().delete(leo.id).await.unwrap();
    assert!(!there(fourth).await, "it goes with its user");
    store.bodies().save(Uuid::now_v7(), leo.id, Some(body("late")), None).await.unwrap();
    assert!(store.bodies().prune_beyond(0).await.is_ok());
    store.close().await;
}
