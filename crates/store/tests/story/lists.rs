//! Every order and every filter of the lists in SQL.

use std::collections::BTreeMap;
use std::fmt::Debug;

use api::keys::{KeyPatch, KeyQuery, KeyShow, KeySort, KeyStatus, NewKey};
use api::list::{Asked, ListQuery, Sort, SortKey};
use api::session::Role;
use api::users::{AccountPatch, AccountQuery, AccountShow, AccountSort, AccountStatus};
use api::words::Word;
use api::{Page, Time};
use store::{Scope, Store};

use crate::support::{Home, NOW, member};

const DAY: i64 = 24 * 60 * 60 * 1_000;

fn orders<K: SortKey>() -> impl Iterator<Item = Sort<K>> {
    K::ALL.iter().flat_map(|by| [Sort::up(*by), Sort::down(*by)])
}

/// Walks the pages of every order and filter, three rows at a time, and finds what `counts` promised.
async fn walk<T, I, Q>(ask: impl AsyncFn(Q) -> Page<T>, id: fn(&T) -> I)
where
    I: Ord + Debug,
    Q: ListQuery,
{
    for sort in orders::<Q::Sort>() {
        for show in Q::Show::ALL {
            let (mut seen, mut page) = (Vec::new(), 1);
            let total = loop {
                let asked = Asked { page, page_size: 3, sort, show: *show, ..Q::default().asked() };
                let answer = ask(Q::default().with(asked)).await;
                seen.extend(answer.items.iter().map(id));
                page += 1;
                if answer.items.len() < 3 {
                    assert_eq!(answer.counts[show.as_str()], answer.total, "{sort} {show:?}");
                    break answer.total;
                }
            };
            let found = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((i64::try_from(found).unwrap(), seen.len()), (total, found), "{sort} {show:?}: {seen:?}");
        }
    }
}

fn counts(counts: &BTreeMap<String, i64>) -> Vec<(&str, i64)> {
    counts.iter().map(|(word, count)| (word.as_str(), *count)).collect()
}

/// Keys in every state, of two people: a soon, b ended, c disabled, d and e plain; the name says no order.
async fn keys(store: &Store, home: &Home) -> (i64, i64) {
    let (anna, bob) = (member(store, "anna").await, member(store, "Bob").await);
    let make = async |owner: i64, name: &str, days: Option<i64>| {
        home.clock.advance(1);
        let expires_at = days.map(|days| Time::from_millis(NOW.as_millis() + days * DAY));
        let new = NewKey { name: name.to_owned(), expires_at, ..NewKey::default() };
        store.keys().create(owner, new).await.unwrap().key.id
    };
    make(bob.id, "d plain", None).await;
    make(anna.id, "a soon", Some(3)).await;
    let off = make(anna.id, "C off", Some(-2)).await;
    make(bob.id, "B ended", Some(-1)).await;
    make(anna.id, "e later", Some(300)).await;
    let disabled = KeyPatch { status: Some(KeyStatus::Disabled), ..KeyPatch::default() };
    store.keys().update(Scope::All, off, disabled).await.unwrap().unwrap();
    (anna.id, bob.id)
}

async fn key_names(store: &Store, sort: Sort<KeySort>) -> Vec<char> {
    let query = KeyQuery { sort, ..KeyQuery::default() };
    let page = store.keys().list(Scope::All, 0, &query).await.unwrap();
    page.items.iter().map(|key| key.name.to_lowercase().chars().next().unwrap()).collect()
}

#[tokio::test]
async fn keys_come_in_every_order_and_what_is_missing_comes_last() {
    let home = Home::new();
    let store = home.open().await;
    keys(&store, &home).await;
    let used = sqlx::query("UPDATE keys SET last_used_at = CASE name WHEN 'a soon' THEN 5 ELSE 9 END WHERE name < 'b'");
    used.execute(&mut home.sql().await).await.unwrap();
    for (by, up, down) in [
        (KeySort::Name, "abcde", "edcba"),
        (KeySort::Owner, "acedb", "bdeca"),
        (KeySort::State, "abdec", "cedba"),
        (KeySort::Group, "dacbe", "ebcad"),
        (KeySort::UsedAt, "acbde", "bcaed"),
        (KeySort::ExpiresAt, "cbaed", "eabcd"),
        (KeySort::CreatedAt, "dacbe", "ebcad"),
    ] {
        assert_eq!(key_names(&store, Sort::up(by)).await, up.chars().collect::<Vec<_>>(), "{by:?}");
        assert_eq!(key_names(&store, Sort::down(by)).await, down.chars().collect::<Vec<_>>(), "-{by:?}");
    }
    assert_eq!(KeySort::DEFAULT, Sort::down(KeySort::CreatedAt));
    store.close().await;
}

#[tokio::test]
async fn keys_are_counted_for_every_filter_as_far_as_the_asker_sees_and_searches_them() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, bob) = keys(&store, &home).await;
    let ask = async |scope, asker, search: &str, show| {
        let query = KeyQuery { search: Some(search.to_owned()), show, ..KeyQuery::default() };
        let page = store.keys().list(scope, asker, &query).await.unwrap();
        let names = page.items.iter().map(|key| key.name.clone()).collect::<Vec<_>>();
        (names, counts(&page.counts).into_iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>())
    };
    let (names, all) = ask(Scope::All, bob, "", KeyShow::Active).await;
    assert_eq!(names, ["e later", "a soon", "d plain"]);
    assert_eq!(all, ["active 3", "all 5", "inactive 2", "mine 2"]);
    let (names, found) = ask(Scope::All, anna, "BOB", KeyShow::Inactive).await;
    assert_eq!(names, ["B ended"]);
    assert_eq!(found, ["active 1", "all 2", "inactive 1", "mine 0"]);
    // No key's random number has a space.
    let (names, own) = ask(Scope::User(anna), anna, "c off", KeyShow::All).await;
    assert_eq!(names, ["C off"]);
    assert_eq!(own, ["active 0", "all 1", "inactive 1", "mine 1"]);
    store.close().await;
}

#[tokio::test]
async fn pages_of_keys_hold_each_one_once_in_every_order_and_filter() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, _) = keys(&store, &home).await;
    // Alike in all but their number.
    for _ in 0..7 {
        store.keys().create(anna, NewKey { name: "same".to_owned(), ..NewKey::default() }).await.unwrap();
    }
    let ask = async |query: KeyQuery| store.keys().list(Scope::All, anna, &query).await.unwrap();
    walk(ask, |key| key.id).await;
    store.close().await;
}

#[tokio::test]
async fn people_come_in_every_order_and_are_counted_for_every_filter() {
    let home = Home::new();
    let store = home.open().await;
    let accounts = store.accounts();
    let mut ids = Vec::new();
    for (name, role) in [
        ("priya", Role::Member),
        ("Tom", Role::Owner),
        ("mara", Role::Admin),
        ("lin", Role::Owner),
        ("ada", Role::Member),
    ] {
        home.clock.advance(1);
        let id = member(&store, name).await.id;
        accounts.update(id, AccountPatch { role: Some(role), ..AccountPatch::default() }).await.unwrap().unwrap();
        ids.push(id);
    }
    let disabled = AccountPatch { status: Some(AccountStatus::Disabled), ..AccountPatch::default() };
    accounts.update(ids[1], disabled).await.unwrap().unwrap();
    for id in [ids[2], ids[2], ids[4]] {
        store.keys().create(id, NewKey { name: "k".to_owned(), ..NewKey::default() }).await.unwrap();
    }
    let seen = sqlx::query("UPDATE users SET last_seen_at = id WHERE username IN ('priya', 'lin')");
    seen.execute(&mut home.sql().await).await.unwrap();
    let names = async |query: AccountQuery| {
        let page = accounts.list(&query).await.unwrap();
        page.items.iter().map(|one| one.username.to_lowercase().chars().next().unwrap()).collect::<String>()
    };
    for (by, up, down) in [
        (AccountSort::Name, "almpt", "tpmla"),
        (AccountSort::State, "pmlat", "talmp"),
        (AccountSort::Role, "lmpat", "apmlt"),
        (AccountSort::Group, "ptmla", "almtp"),
        (AccountSort::Keys, "ptlam", "maltp"),
        (AccountSort::SeenAt, "pltma", "lpamt"),
        (AccountSort::CreatedAt, "ptmla", "almtp"),
    ] {
        assert_eq!(names(AccountQuery { sort: Sort::up(by), ..AccountQuery::default() }).await, up, "{by:?}");
        assert_eq!(names(AccountQuery { sort: Sort::down(by), ..AccountQuery::default() }).await, down, "-{by:?}");
    }
    assert_eq!(names(AccountQuery::default()).await, "lmpat");
    for (show, expected) in [
        (AccountShow::All, "lmpat"),
        (AccountShow::Admins, "lmt"),
        (AccountShow::Members, "pa"),
        (AccountShow::Disabled, "t"),
    ] {
        assert_eq!(names(AccountQuery { show, ..AccountQuery::default() }).await, expected, "{show:?}");
    }
    let search = AccountQuery { search: Some("A".to_owned()), show: AccountShow::Members, ..AccountQuery::default() };
    let found = accounts.list(&search).await.unwrap();
    // "A" is in "default", which is everyone's group.
    assert_eq!(counts(&found.counts), [("admins", 3), ("all", 5), ("disabled", 1), ("members", 2)]);
    let ask = async |query: AccountQuery| accounts.list(&query).await.unwrap();
    walk(ask, |one| one.id).await;
    store.close().await;
}
