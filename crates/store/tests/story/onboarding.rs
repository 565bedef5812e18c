use api::channels::ChannelTest;
use api::keys::{Key, NewKey};
use api::logs::LogState;
use api::onboarding::StepKind;
use store::{Scope, Store};

use crate::support::{Home, NOW, channel, member, outcome, request};

async fn key(store: &Store, user_id: i64) -> Key {
    let new: NewKey = serde_json::from_value(serde_json::json!({ "name": "laptop" })).unwrap();
    store.keys().create(user_id, new).await.unwrap().key
}

async fn done(store: &Store, scope: Scope) -> Vec<(StepKind, bool)> {
    store.onboarding(scope).await.unwrap().steps.into_iter().map(|step| (step.kind, step.done)).collect()
}

#[tokio::test]
async fn each_first_step_finishes_itself() {
    let home = Home::new();
    let store = home.open().await;
    let user = member(&store, "lin").await;
    let steps = async || done(&store, Scope::All).await.into_iter().map(|(_, done)| done).collect::<Vec<_>>();
    assert_eq!(steps().await, [false; 4]);

    let made = store.channels().create(channel("main", &["sk-1234"], &["m"])).await.unwrap();
    assert_eq!(steps().await, [true, false, false, false]);
    let mut test = ChannelTest {
        ok: false,
        model: "m".to_owned(),
        asked: api::models::ModelKind::Chat,
        key_last4: "0000".to_owned(),
        status: Some(401),
        latency_ms: 1,
        error: None,
        tested_at: NOW,
    };
    store.channels().record_test(made.id, &test).await.unwrap();
    assert_eq!(steps().await, [true, false, false, false], "a test that failed is no proof");
    test.ok = true;
    store.channels().record_test(made.id, &test).await.unwrap();
    assert_eq!(steps().await, [true, true, false, false]);

    let key = key(&store, user.id).await;
    let open = request(user.id, key.id);
    let settle = outcome(&open, LogState::Done);
    assert_eq!(steps().await, [true, true, true, false]);
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    assert_eq!(steps().await, [true; 4]);
}

#[tokio::test]
async fn a_member_has_the_steps_that_are_theirs() {
    let home = Home::new();
    let store = home.open().await;
    let user = member(&store, "lin").await;
    let key = key(&store, user.id).await;
    let other = request(user.id + 1, key.id);
    let settle = outcome(&other, LogState::Done);
    store.ledger().reject(other, settle).await.unwrap().await.unwrap();
    assert_eq!(done(&store, Scope::User(user.id)).await, [(StepKind::Key, true), (StepKind::Request, false)]);
}
