use api::Time;
use api::dashboard::Dimension;
use api::groups::NewGroup;
use api::keys::NewKey;
use api::logs::LogState;
use api::usage::{Every, UsageItem, UsageQuery};
use store::{Open, Scope, Store};
use uuid::Uuid;

use crate::support::{Home, charge, member, outcome, request};

fn query(from: &str, to: &str, every: Every, by: Dimension) -> UsageQuery {
    UsageQuery { from: Time::parse(from).unwrap(), to: Time::parse(to).unwrap(), every, by }
}

async fn log(store: &Store, at: &str, cost: i64, change: impl Fn(&mut Open)) {
    let mut open = Open { id: Uuid::now_v7(), created_at: Time::parse(at).unwrap(), ..request(1, 1) };
    change(&mut open);
    let settle = store::Settle { charge: charge(cost), ..outcome(&open, LogState::Done) };
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
}

fn named(items: &[UsageItem]) -> Vec<(String, i64, i64)> {
    let named = items.iter().map(|item| {
        let name = item.name.clone().unwrap_or_else(|| format!("{:?}", item.id));
        (name, item.totals.requests, item.totals.cost_nusd)
    });
    named.collect()
}

#[tokio::test]
async fn days_are_those_of_the_gateways_time_zone_also_where_clocks_change() {
    let home = Home::new();
    let store = home.open().await;
    store.budgets().set_time_zone("Europe/Berlin".parse().unwrap()).await.unwrap();
    for (at, cost) in [
        ("2026-03-28T22:30:00Z", 1),
        ("2026-03-28T23:00:00Z", 10),
        ("2026-03-29T21:59:00Z", 100),
        ("2026-03-29T22:00:00Z", 1_000),
    ] {
        log(&store, at, cost, |_| ()).await;
    }
    let query = query("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", Every::Day, Dimension::Model);
    let usage = store.usage().read(Scope::All, &query).await.unwrap();
    let days: Vec<_> = usage.buckets.iter().map(|day| (day.at.to_string(), day.totals.cost_nusd)).collect();
    let day = |at: &str, cost| (format!("{at}.000Z"), cost);
    assert_eq!(
        days,
        [day("2026-03-27T23:00:00", 1), day("2026-03-28T23:00:00", 110), day("2026-03-29T22:00:00", 1_000)]
    );
    assert_eq!((usage.time_zone.as_str(), usage.utc_offset), ("Europe/Berlin", 7_200));
    assert_eq!((usage.totals.requests, usage.totals.cost_nusd), (4, 1_111));
    let slices: Vec<i64> = usage.buckets.iter().map(|day| day.slices[0].cost_nusd).collect();
    assert_eq!(slices, [1, 110, 1_000]);
    store.close().await;
}

#[tokio::test]
async fn columns_tell_five_things_apart_and_the_rest_add_up() {
    let home = Home::new();
    let store = home.open().await;
    for n in 1..=8 {
        log(&store, "2026-11-23T08:10:00Z", n * 10, |open| open.model = format!("m{n}")).await;
    }
    let query = query("2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z", Every::Hour, Dimension::Model);
    let usage = store.usage().read(Scope::All, &query).await.unwrap();
    assert_eq!(named(&usage.items)[..2], [("m8".to_owned(), 1, 80), ("m7".to_owned(), 1, 70)]);
    assert_eq!((usage.items.len(), usage.more, usage.buckets.len()), (8, 0, 2));
    let costs: Vec<i64> = usage.buckets[0].slices.iter().map(|slice| slice.cost_nusd).collect();
    assert_eq!(costs, [80, 70, 60, 50, 40, 60]);
    assert!(usage.buckets[1].slices.iter().all(|slice| slice.requests == 0));
    store.close().await;
}

#[tokio::test]
async fn keys_users_and_groups_go_by_todays_names_and_members_see_their_own() {
    let home = Home::new();
    let store = home.open().await;
    let group: NewGroup = serde_json::from_value(serde_json::json!({"name": "lab"})).unwrap();
    store.groups().create(group).await.unwrap();
    let (mia, leo) = (member(&store, "mia").await, member(&store, "leo").await);
    let new = |group: &str| NewKey { name: "laptop".into(), group: Some(group.to_owned()), ..NewKey::default() };
    let hers = store.keys().create(mia.id, new("lab")).await.unwrap().key;
    let his = store.keys().create(leo.id, new("default")).await.unwrap().key;
    for (user_id, key_id, cost) in [(mia.id, hers.id, 50), (leo.id, his.id, 30), (leo.id, 99, 20)] {
        log(&store, "2026-11-23T08:10:00Z", cost, |open| (open.user_id, open.key_id) = (user_id, key_id)).await;
    }
    let read = async |scope, by| {
        let query = query("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z", Every::Day, by);
        let usage = store.usage().read(scope, &query).await.unwrap();
        let period = store.usage().periods(&query)[0];
        assert_eq!(store.usage().period(scope, by, period).await.unwrap(), usage.items, "the export says the same");
        usage
    };
    let by_key = read(Scope::All, Dimension::Key).await;
    assert_eq!(by_key.items[0].username.as_deref(), Some("mia"));
    let row = |name: &str, cost| (name.to_owned(), 1, cost);
    assert_eq!(named(&by_key.items), [row("laptop", 50), row("laptop", 30), row("Some(99)", 20)]);
    let groups = named(&read(Scope::All, Dimension::Group).await.items);
    assert_eq!(groups, [row("lab", 50), row("default", 30), row("None", 20)]);
    let users = named(&read(Scope::All, Dimension::User).await.items);
    assert_eq!(users, [row("mia", 50), ("leo".to_owned(), 2, 50)].into_iter().rev().collect::<Vec<_>>());
    let own = read(Scope::User(mia.id), Dimension::Model).await;
    assert_eq!((own.totals.requests, own.totals.cost_nusd), (1, 50));
    store.close().await;
}
