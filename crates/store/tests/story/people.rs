use api::session::Role;
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use store::UserError;

use crate::support::{Home, hash, member};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_owners_at_once_one_is_made() {
    let home = Home::new();
    let store = home.open().await;
    let hash = hash().await;
    let names: Vec<String> = (0..100).map(|i| format!("owner{i}")).collect();
    let made = join_all(names.iter().map(|name| store.users().create_owner(name, hash.clone()))).await;
    let made: Vec<_> = made.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].role, Role::Owner);
    assert_eq!(store.users().owner().await.unwrap().as_ref(), Some(&made[0]));
    store.close().await;
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "Anna").await;
    let again = store.users().create("ANNA", "Anna", Role::Admin, hash().await).await;
    assert!(matches!(again, Err(UserError::NameTaken)));
    let owner = store.users().create_owner("anna", hash().await).await;
    assert_eq!(owner.unwrap(), None);
    assert!(!store.users().owner_exists().await.unwrap());
    let found = store.users().find_for_login(" aNNa ").await.unwrap().unwrap();
    assert_eq!((found.user, found.enabled), (anna, true));
    assert_eq!(found.hash, hash().await);
    assert!(store.users().find_for_login("bob").await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_without_use() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id).await.unwrap();
    let find = || store.sessions().find(token.expose_secret());
    home.clock.advance(12 * HOUR - 1);
    assert_eq!(find().await.unwrap(), Some(anna.clone()));
    // That was a use.
    home.clock.advance(12 * HOUR - 1);
    assert_eq!(find().await.unwrap(), Some(anna));
    home.clock.advance(12 * HOUR);
    assert_eq!(find().await.unwrap(), None);
    store.close().await;
}

#[tokio::test]
async fn a_session_ends_after_seven_days_of_use() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id).await.unwrap();
    for _ in 0..7 * 24 - 1 {
        home.clock.advance(HOUR);
        let found = store.sessions().find(token.expose_secret()).await.unwrap();
        assert!(found.is_some());
    }
    home.clock.advance(HOUR);
    let found = store.sessions().find(token.expose_secret()).await.unwrap();
    assert_eq!(found, None);
    // The next one sweeps it away.
    store.sessions().create(anna.id).await.unwrap();
    let mut sql = home.sql().await;
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(&mut sql).await.unwrap();
    assert_eq!(left, 1);
    store.close().await;
}

#[tokio::test]
async fn a_session_can_be_ended() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, bob) = (member(&store, "anna").await, member(&store, "bob").await);
    let sessions = store.sessions();
    let (one, two) = (sessions.create(anna.id).await.unwrap(), sessions.create(anna.id).await.unwrap());
    let other = sessions.create(bob.id).await.unwrap();
    sessions.delete(one.expose_secret()).await.unwrap();
    assert_eq!(sessions.find(one.expose_secret()).await.unwrap(), None);
    assert!(sessions.find(two.expose_secret()).await.unwrap().is_some());
    sessions.delete_for_user(anna.id).await.unwrap();
    assert_eq!(sessions.find(two.expose_secret()).await.unwrap(), None);
    assert_eq!(sessions.find("").await.unwrap(), None);

    assert!(store.users().set_password(bob.id, hash().await).await.unwrap());
    assert_eq!(sessions.find(other.expose_secret()).await.unwrap(), None);
    assert!(!store.users().set_password(99, hash().await).await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_disabled_user_has_no_session() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let token = store.sessions().create(anna.id).await.unwrap();
    assert!(store.users().set_enabled(anna.id, false).await.unwrap());
    let find = || store.sessions().find(token.expose_secret());
    assert_eq!(find().await.unwrap(), None);
    let late = store.sessions().create(anna.id).await.unwrap();
    let found = store.sessions().find(late.expose_secret()).await.unwrap();
    assert_eq!(found, None);
    let login = store.users().find_for_login("anna").await.unwrap().unwrap();
    assert!(!login.enabled);
    store.close().await;
}
