use api::Time;
use api::dashboard::{Dashboard, DashboardQuery, Dimension};
use api::logs::LogState;
use store::{Scope, Store};

use crate::support::{Home, NOW, channel, charge, member, outcome, request};

const HOUR: i64 = 60 * 60 * 1000;

/// The hour that `NOW` lies in.
const THIS_HOUR: i64 = NOW.as_millis() - NOW.as_millis() % HOUR;

async fn read(store: &Store, scope: Scope, hours: i64, step: i64, by: Dimension) -> Dashboard {
    let query = DashboardQuery {
        from: Time::from_millis(THIS_HOUR - (hours - 1) * HOUR),
        to: Time::from_millis(THIS_HOUR + HOUR),
        step_minutes: step * 60,
        by,
    };
    store.dashboards().read(scope, &query).await.unwrap()
}

/// A finished request `hours` ago.
async fn add(store: &Store, user_id: i64, key_id: i64, model: &str, hours: i64, cost_nusd: i64) {
    let mut open = request(user_id, key_id);
    model.clone_into(&mut open.model);
    open.created_at = Time::from_millis(THIS_HOUR - hours * HOUR + 1);
    let mut settle = outcome(&open, LogState::Done);
    settle.charge = charge(cost_nusd);
    store.ledger().reject(open, settle).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn a_range_stands_beside_the_one_before_and_slices_add_up() {
    let home = Home::new();
    let store = home.open().await;
    for (index, model) in ["a", "b", "c", "d", "e", "f", "g"].into_iter().enumerate() {
        let cost = 100 - i64::try_from(index).unwrap();
        add(&store, 1, 10, model, 0, cost).await;
        add(&store, 1, 10, model, 3, cost).await;
    }
    // The range before, and one too far back.
    add(&store, 1, 10, "a", 24, 1).await;
    add(&store, 1, 10, "a", 48, 1).await;

    let answer = read(&store, Scope::All, 24, 2, Dimension::Model).await;
    assert_eq!((answer.totals.requests, answer.before.requests), (14, 1));
    assert_eq!(answer.totals.cost_nusd, 2 * (100 + 99 + 98 + 97 + 96 + 95 + 94));
    assert_eq!(
        (answer.buckets.len(), answer.buckets[11].totals.requests, answer.buckets[10].totals.requests),
        (12, 7, 7)
    );
    let names: Vec<_> = answer.series.iter().filter_map(|rank| rank.name.as_deref()).collect();
    assert_eq!((names, answer.others), (vec!["a", "b", "c", "d", "e"], 2));
    assert_eq!(answer.models.len(), 7);
    for bucket in &answer.buckets {
        assert_eq!(bucket.slices.len(), 6);
        assert_eq!(bucket.slices.iter().map(|slice| slice.requests).sum::<i64>(), bucket.totals.requests);
        assert_eq!(bucket.slices.iter().map(|slice| slice.cost_nusd).sum::<i64>(), bucket.totals.cost_nusd);
        assert_eq!(bucket.slices.iter().map(|slice| slice.tokens).sum::<i64>(), bucket.totals.tokens());
    }
    assert_eq!(answer.buckets[11].slices[5].cost_nusd, 95 + 94);
    // 80 ms each: within the first column.
    assert_eq!((answer.totals.ttft_p50_ms, answer.totals.ttft_p95_ms), (Some(50), Some(95)));
    assert_eq!(answer.totals.duration_ms, Some(130));
    store.close().await;
}

/// Three hours of requests that came to all sorts of ends.
async fn busy_hours(store: &Store) {
    for n in 0..90_i64 {
        let mut open = request(1 + n % 2, 10 + n % 3);
        open.model = format!("m{}", n % 7);
        open.created_at = Time::from_millis(THIS_HOUR - 2 * HOUR + n * 2 * 60_000 + 500);
        // As the gateway makes ids: of their moment.
        let seconds = u64::try_from(open.created_at.as_millis() / 1_000).unwrap();
        open.id = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 500_000_000));
        let states = [LogState::Done, LogState::Failed, LogState::Cancelled, LogState::Rejected, LogState::Interrupted];
        let mut settle = outcome(&open, states[usize::try_from(n % 5).unwrap()]);
        settle.status = Some(if n % 3 == 0 { 503 } else { 200 });
        settle.channel_id = (n % 4 > 0).then_some(n % 4);
        settle.ttft_ms = (n % 6 > 0).then_some(n * n * 7 % 40_000);
        settle.duration_ms = n * 30;
        settle.charge = charge(n * 1_000);
        settle.attempts.truncate(usize::from(n % 11 > 0));
        if n % 9 == 0 {
            let again = settle.attempts.clone();
            settle.attempts.extend(again);
        } else if n % 9 == 1 {
            for attempt in &mut settle.attempts {
                attempt.error = Some(r#"{"channel_id":1,"channel_id":2}"#.to_owned());
            }
        }
        store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    }
}

#[tokio::test]
async fn minutes_add_up_to_what_the_hours_say() {
    let home = Home::new();
    let store = home.open().await;
    busy_hours(&store).await;
    for scope in [Scope::All, Scope::User(2)] {
        for by in [Dimension::Model, Dimension::Key, Dimension::Channel, Dimension::User] {
            let hours = read(&store, scope, 3, 1, by).await;
            let query = DashboardQuery { from: hours.from, to: hours.to, step_minutes: 2, by };
            let minutes = store.dashboards().read(scope, &query).await.unwrap();
            assert_eq!((hours.buckets.len(), minutes.buckets.len()), (3, 90));
            assert_eq!((minutes.totals, minutes.before), (hours.totals, hours.before));
            assert_eq!((&minutes.series, minutes.others), (&hours.series, hours.others));
            assert_eq!(
                (&minutes.models, &minutes.keys, &minutes.channels),
                (&hours.models, &hours.keys, &hours.channels)
            );
            for (hour, minutes) in hours.buckets.iter().zip(minutes.buckets.chunks(30)) {
                let sum = |of: fn(&api::dashboard::Bucket) -> i64| minutes.iter().map(of).sum::<i64>();
                assert_eq!(sum(|minute| minute.totals.requests), hour.totals.requests);
                assert_eq!(sum(|minute| minute.totals.retried), hour.totals.retried);
                assert_eq!(sum(|minute| minute.slices[0].cost_nusd), hour.slices[0].cost_nusd);
            }
            assert!(hours.totals.requests > 40 && hours.totals.retried > 0 && hours.totals.failed > 0);
        }
    }
    let query = DashboardQuery {
        from: Time::from_millis(THIS_HOUR),
        to: Time::from_millis(THIS_HOUR + 4 * 60_000),
        step_minutes: 1,
        by: Dimension::Model,
    };
    let few = store.dashboards().read(Scope::All, &query).await.unwrap();
    let requests: Vec<_> = few.buckets.iter().map(|bucket| bucket.totals.requests).collect();
    assert_eq!((requests, few.before.requests), (vec![1, 0, 1, 0], 2));
    store.close().await;
}

#[tokio::test]
async fn minutes_of_more_requests_than_are_looked_at_say_from_when_they_count() {
    let home = Home::new();
    let store = home.open().await;
    // A thousand each minute: the newest 50,000 are those of the last fifty minutes.
    let mut behind = home.sql().await;
    sqlx::query(
        "INSERT INTO requests (id, created_at, user_id, key_id, key_name, model, endpoint, dialect, stream, input_estimate, state)
         WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 59999)
         SELECT printf('%08x-%04x-7000-8000-%012x', (?1 + n * 60) >> 16, (?1 + n * 60) & 65535, n), ?1 + n * 60, n % 60 / 59, 1, '',
             'm', '', 'chat', 0, 0, 'done' FROM n",
    )
    .bind(THIS_HOUR)
    .execute(&mut behind)
    .await
    .unwrap();
    let minutes = |hours: i64, step_minutes| DashboardQuery {
        from: Time::from_millis(THIS_HOUR - hours * HOUR),
        to: Time::from_millis(THIS_HOUR + HOUR),
        step_minutes,
        by: Dimension::Model,
    };
    let answer = store.dashboards().read(Scope::All, &minutes(0, 1)).await.unwrap();
    assert_eq!(answer.counted_from, Some(Time::from_millis(THIS_HOUR + 10 * 60_000)));
    assert_eq!((answer.totals.requests, answer.before.requests), (50_000, 0));
    let requests: Vec<_> = answer.buckets.iter().map(|bucket| bucket.totals.requests).collect();
    assert_eq!(
        (requests.len(), &requests[..11], requests[59]),
        (60, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_000][..], 1_000)
    );
    assert_eq!(answer.models[0].requests, 50_000);

    let answer = store.dashboards().read(Scope::All, &minutes(2, 50)).await.unwrap();
    let requests: Vec<_> = answer.buckets.iter().map(|bucket| bucket.totals.requests).collect();
    assert_eq!(requests, [0, 0, 0, 30_000], "the last bucket counts whole, and no half of another");

    let own = store.dashboards().read(Scope::User(1), &minutes(0, 1)).await.unwrap();
    assert_eq!((own.counted_from, own.totals.requests), (None, 1_000), "others' requests take no room");
    store.close().await;
}

#[tokio::test]
async fn members_see_their_own_numbers_only() {
    let home = Home::new();
    let store = home.open().await;
    let (anna, ben) = (member(&store, "anna").await, member(&store, "ben").await);
    add(&store, anna.id, 10, "a", 0, 5).await;
    add(&store, ben.id, 11, "b", 0, 7).await;
    store.ledger().open(request(ben.id, 11)).await.unwrap().await.unwrap();
    for by in [Dimension::Model, Dimension::Key, Dimension::Channel, Dimension::User] {
        let answer = read(&store, Scope::User(anna.id), 24, 1, by).await;
        assert_eq!((answer.totals.requests, answer.totals.cost_nusd, answer.running), (1, 5, 0));
        assert_eq!((answer.models.len(), answer.keys.len(), answer.series.len()), (1, 1, 1));
        assert_eq!(answer.models[0].name.as_deref(), Some("a"));
    }
    let all = read(&store, Scope::All, 24, 1, Dimension::User).await;
    assert_eq!((all.totals.requests, all.running), (2, 1));
    assert_eq!(all.series[0].name.as_deref(), Some("ben"));
    store.close().await;
}

#[tokio::test]
async fn what_was_deleted_keeps_its_numbers_and_its_id() {
    let home = Home::new();
    let store = home.open().await;
    let anna = member(&store, "anna").await;
    let key = async |name: &str| {
        let new = serde_json::from_value(serde_json::json!({"name": name})).unwrap();
        store.keys().create(anna.id, new).await.unwrap().key
    };
    let (kept, gone) = (key("kept").await, key("gone").await);
    add(&store, anna.id, kept.id, "a", 0, 1).await;
    add(&store, anna.id, gone.id, "a", 0, 2).await;
    store.keys().delete(Scope::All, gone.id).await.unwrap();
    let answer = read(&store, Scope::All, 24, 1, Dimension::Key).await;
    assert_eq!((answer.keys[0].id, answer.keys[0].name.as_deref()), (Some(gone.id), None));
    assert_eq!((answer.keys[1].name.as_deref(), answer.keys[1].username.as_deref()), (Some("kept"), Some("anna")));
    store.close().await;
}

#[tokio::test]
async fn a_channels_health_is_told_hour_by_hour() {
    let home = Home::new();
    let store = home.open().await;
    let main = store.channels().create(channel("main", &["sk-1"], &["m"])).await.unwrap();
    store.channels().create(channel("idle", &["sk-1"], &["m"])).await.unwrap();
    for (state, hours) in [(LogState::Done, 0), (LogState::Failed, 0), (LogState::Failed, 23), (LogState::Done, 24)] {
        let mut open = request(1, 2);
        open.created_at = Time::from_millis(THIS_HOUR - hours * HOUR);
        let mut settle = outcome(&open, state);
        settle.channel_id = Some(main.id);
        store.ledger().reject(open, settle).await.unwrap().await.unwrap();
    }
    let answer = read(&store, Scope::All, 24, 1, Dimension::Channel).await;
    let names: Vec<_> = answer.health.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["idle", "main"]);
    let hours: Vec<_> = answer.health[1].hours.iter().map(|hour| (hour.requests, hour.failed)).collect();
    assert_eq!((hours.len(), hours[0], hours[23]), (24, (1, 1), (2, 1)));
    assert!(hours[1..23].iter().all(|hour| *hour == (0, 0)));
    assert_eq!((answer.health[0].ttft_ms, answer.health[1].ttft_ms), (None, Some(80)));
    assert_eq!(answer.channels[0].name.as_deref(), Some("main"));
    let own = read(&store, Scope::User(1), 24, 1, Dimension::Channel).await;
    assert!(own.health.is_empty());
    store.close().await;
}
