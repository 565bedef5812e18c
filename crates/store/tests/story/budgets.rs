use std::collections::BTreeMap;

use api::bill::{Bill, BillLine, PriceClass};
use api::budgets::{Budget, NewBudget, Period};
use api::keys::{KeyPatch, NewKey};
use api::logs::LogState;
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use store::{Charge, Hold, LedgerError, Open, Owner, Scope, Store};

use crate::support::{Home, NOW, member, outcome, request};

fn budget(limit_nusd: i64, period: Period) -> NewBudget {
    NewBudget { limit_nusd, period, warn_percent: None }
}

/// Somebody with a key that has a budget: the key, and the budget's id.
async fn key_with(store: &Store, budget: NewBudget) -> (i64, i64) {
    let user = member(store, "mia").await;
    let new = NewKey { name: "laptop".into(), budget: Some(budget), ..NewKey::default() };
    let key = store.keys().create(user.id, new).await.unwrap().key.id;
    (key, id(store, key).await)
}

async fn id(store: &Store, key: i64) -> i64 {
    store.budgets().for_relay().await.unwrap()[&Owner::Key(key)]
}

async fn standing(store: &Store, key: i64) -> Budget {
    store.keys().get(Scope::All, key).await.unwrap().unwrap().budget.unwrap()
}

fn holding(key: i64, budgets: &[i64], amount_nusd: i64) -> Open {
    Open { hold: Some(Hold { budgets: budgets.into(), amount_nusd }), ..request(1, key) }
}

async fn open(store: &Store, open: &Open) -> Result<(), LedgerError> {
    store.ledger().open(open.clone()).await.unwrap().await
}

async fn settle(store: &Store, open: &Open, cost_nusd: i64) {
    let line = BillLine { class: PriceClass::Request, quantity: 1, rate_nusd: cost_nusd, cost_nusd };
    let bill = Bill { multiplier_ppm: 1_000_000, lines: vec![line] };
    let charge = Charge { price_id: None, bill, unpriced: false };
    let settle = store::Settle { charge, ..outcome(open, LogState::Done) };
    store.ledger().settle(settle).unwrap().await.unwrap();
}

#[tokio::test]
async fn of_many_requests_at_once_as_many_are_let_in_as_the_budget_has_room_for() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Total)).await;
    let opens: Vec<_> = (0..2_000).map(|_| holding(key, &[id], 1)).collect();
    let results = join_all(opens.iter().map(|request| open(&store, request))).await;
    let refused = |result: &Result<(), LedgerError>| matches!(result, Err(LedgerError::Spent(_)));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 100);
    assert_eq!(results.iter().filter(|result| refused(result)).count(), 1_900);
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.reserved_nusd), (0, 100));

    let served = opens.iter().zip(&results).filter(|(_, result)| result.is_ok());
    join_all(served.map(|(request, _)| settle(&store, request, 1))).await;
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.reserved_nusd), (100, 0));
    store.close().await;
}

#[tokio::test]
async fn who_is_refused_learns_which_budget_lacks_what_and_until_when() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Daily)).await;
    settle_one(&store, key, id, 40, 70).await;
    let Err(LedgerError::Spent(spent)) = open(&store, &holding(key, &[id], 31)).await else { panic!("let in") };
    assert_eq!((spent.owner, spent.period), (Owner::Key(key), Period::Daily));
    assert_eq!((spent.amount_nusd, spent.limit_nusd, spent.left_nusd), (31, 100, 30));
    assert_eq!(spent.resets_at.unwrap().to_string(), "2026-11-24T00:00:00.000Z");
    store.close().await;
}

async fn settle_one(store: &Store, key: i64, id: i64, held: i64, cost: i64) {
    let request = holding(key, &[id], held);
    open(store, &request).await.unwrap();
    settle(store, &request, cost).await;
}

#[tokio::test]
async fn what_a_request_came_to_is_charged_even_beyond_the_limit() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Total)).await;
    settle_one(&store, key, id, 10, 250).await;
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.reserved_nusd), (250, 0));
    assert!(matches!(open(&store, &holding(key, &[id], 1)).await, Err(LedgerError::Spent(_))));
    store.close().await;
}

#[tokio::test]
async fn a_request_is_charged_to_the_day_that_let_it_in() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Daily)).await;
    let late = holding(key, &[id], 100);
    open(&store, &late).await.unwrap();
    home.clock.set(api::Time::from_millis(NOW.as_millis() + 24 * 60 * 60 * 1_000));
    assert_eq!(standing(&store, key).await.reserved_nusd, 0);
    settle_one(&store, key, id, 60, 60).await;
    settle(&store, &late, 90).await;
    assert_eq!(standing(&store, key).await.used_nusd, 60);
    home.clock.set(NOW);
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.reserved_nusd), (90, 0));
    store.close().await;
}

#[tokio::test]
async fn a_killed_gateway_holds_nothing_after_its_next_start() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Total)).await;
    open(&store, &holding(key, &[id], 80)).await.unwrap();
    // Its rows stay open, as if it had been killed.
    store.close().await;
    let store = home.open().await;
    assert_eq!(standing(&store, key).await.reserved_nusd, 0);
    open(&store, &holding(key, &[id], 20)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_budget_that_is_gone_takes_no_charges_with_it() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Total)).await;
    let running = holding(key, &[id], 80);
    open(&store, &running).await.unwrap();
    let patch = KeyPatch { budget: Some(None), ..KeyPatch::default() };
    assert_eq!(store.keys().update(Scope::All, key, patch).await.unwrap().unwrap().budget, None);
    settle(&store, &running, 50).await;
    let patch = KeyPatch { budget: Some(Some(budget(70, Period::Total))), ..KeyPatch::default() };
    let found = store.keys().update(Scope::All, key, patch).await.unwrap().unwrap().budget.unwrap();
    assert_eq!((found.limit_nusd, found.used_nusd, found.reserved_nusd), (70, 0, 0));
    store.close().await;
}

#[tokio::test]
async fn another_time_zone_moves_the_day_and_gives_nothing_back() {
    let home = Home::new();
    let store = home.open().await;
    let (key, id) = key_with(&store, budget(100, Period::Daily)).await;
    settle_one(&store, key, id, 40, 60).await;
    let running = holding(key, &[id], 30);
    open(&store, &running).await.unwrap();
    let zone = async |store: &Store, name: &str| store.budgets().set_time_zone(name.parse().unwrap()).await.unwrap();

    zone(&store, "Asia/Shanghai").await;
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.reserved_nusd), (60, 30));
    assert_eq!(found.resets_at.unwrap().to_string(), "2026-11-23T16:00:00.000Z");
    assert!(matches!(open(&store, &holding(key, &[id], 11)).await, Err(LedgerError::Spent(_))));
    settle(&store, &running, 20).await;
    settle_one(&store, key, id, 5, 5).await;
    assert_eq!(standing(&store, key).await.used_nusd, 85);
    // Back and forth.
    for name in ["UTC", "America/Los_Angeles", "Asia/Shanghai"] {
        zone(&store, name).await;
        assert_eq!(standing(&store, key).await.used_nusd, 85, "{name}");
    }
    assert_eq!(store.verify().await.unwrap().differences, []);
    store.close().await;

    // The gateway starts with another zone than it ended with.
    let store = home.open().await;
    zone(&store, "UTC").await;
    let found = standing(&store, key).await;
    assert_eq!((found.used_nusd, found.resets_at.unwrap().to_string().as_str()), (85, "2026-11-24T00:00:00.000Z"));
    zone(&store, "Asia/Shanghai").await;
    home.clock.set(api::Time::from_millis(NOW.as_millis() + 450 * 60 * 1_000));
    assert_eq!(standing(&store, key).await.used_nusd, 0, "midnight there");
    store.close().await;
}

/// What may happen to a budget, in the words of a person who watches.
#[derive(Debug, Clone)]
enum Step {
    Open {
        amount: i64,
    },
    /// The oldest request that runs, or one that is settled already.
    Settle {
        cost: i64,
        again: bool,
    },
    Limit(i64),
    Period(Period),
    /// The clock goes on by a day, or jumps by some.
    Days(i64),
    /// What is finished leaves the log.
    Prune,
    Kill,
    /// Days are counted elsewhere; the day that runs goes on there.
    Zone(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..60_i64).prop_map(|amount| Step::Open { amount }),
        5 => (0..80_i64, any::<bool>()).prop_map(|(cost, again)| Step::Settle { cost, again }),
        1 => (0..200_i64).prop_map(Step::Limit),
        1 => prop_oneof![Just(Period::Total), Just(Period::Daily)].prop_map(Step::Period),
        1 => prop_oneof![3 => Just(1_i64), 1 => -3..4_i64].prop_map(Step::Days),
        1 => Just(Step::Prune),
        1 => Just(Step::Kill),
        1 => prop_oneof![Just("UTC"), Just("Asia/Kolkata"), Just("Africa/Cairo")].prop_map(Step::Zone),
    ]
}

/// A budget as one would keep it on paper.
#[derive(Debug)]
struct Paper {
    limit: i64,
    period: Period,
    day: i64,
    zone: &'static str,
    /// Used and held, by the day that lets in.
    sums: BTreeMap<Page, (i64, i64)>,
    /// What each holds, and where; nowhere if its budget is gone.
    running: Vec<(Open, i64, Option<Page>)>,
    settled: Option<Open>,
}

/// A day as a zone has it; the same for all time.
type Page = (&'static str, i64);

impl Paper {
    fn page(&self) -> Page {
        if self.period == Period::Total { ("", 0) } else { (self.zone, self.day) }
    }

    /// The page that runs goes on in another zone, where a page of the same day may be that says more.
    fn move_to(&mut self, zone: &'static str) {
        let from = self.page();
        self.zone = zone;
        let to = self.page();
        if from == to {
            return;
        }
        let (used, held) = self.sums.get(&from).copied().unwrap_or_default();
        self.sums.entry(from).or_default().1 = 0;
        let sum = self.sums.entry(to).or_default();
        *sum = (sum.0.max(used), sum.1 + held);
        for (_, _, page) in &mut self.running {
            if *page == Some(from) {
                *page = Some(to);
            }
        }
    }

    fn now(&self) -> (i64, i64) {
        self.sums.get(&self.page()).copied().unwrap_or_default()
    }

    fn add(&mut self, page: Option<Page>, used: i64, held: i64) {
        let Some(page) = page else { return };
        let sum = self.sums.entry(page).or_default();
        *sum = (sum.0 + used, sum.1 + held);
    }
}

async fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let home = Home::new();
    let mut store = home.open().await;
    let (key, mut budget_id) = key_with(&store, budget(100, Period::Total)).await;
    let sums = BTreeMap::new();
    let mut paper =
        Paper { limit: 100, period: Period::Total, day: 1, zone: "UTC", sums, running: Vec::new(), settled: None };
    for step in steps {
        match step {
            Step::Open { amount } => {
                let request = holding(key, &[budget_id], amount);
                let let_in = open(&store, &request).await.is_ok();
                let (used, held) = paper.now();
                prop_assert_eq!(let_in, amount == 0 || used + held + amount <= paper.limit);
                if let_in {
                    let page = Some(paper.page());
                    paper.add(page, 0, amount);
                    paper.running.push((request, amount, page));
                }
            }
            Step::Settle { cost, again } => {
                if let Some(request) = paper.settled.as_ref().filter(|_| again) {
                    settle(&store, request, cost).await;
                } else if !paper.running.is_empty() {
                    let (request, amount, page) = paper.running.remove(0);
                    settle(&store, &request, cost).await;
                    paper.add(page, cost, -amount);
                    paper.settled = Some(request);
                }
            }
            Step::Limit(limit) => {
                let patch = KeyPatch { budget: Some(Some(budget(limit, paper.period))), ..KeyPatch::default() };
                store.keys().update(Scope::All, key, patch).await.unwrap();
                paper.limit = limit;
            }
            Step::Period(period) => {
                let patch = KeyPatch { budget: Some(Some(budget(paper.limit, period))), ..KeyPatch::default() };
                store.keys().update(Scope::All, key, patch).await.unwrap();
                if period != paper.period {
                    paper.sums.clear();
                    paper.period = period;
                    for (_, _, page) in &mut paper.running {
                        *page = None;
                    }
                }
                budget_id = id(&store, key).await;
            }
            Step::Days(days) => {
                paper.day += days;
                let millis = NOW.as_millis() + (paper.day - 1) * 24 * 60 * 60 * 1_000;
                home.clock.set(api::Time::from_millis(millis));
            }
            Step::Prune => {
                let all = api::Time::from_millis(NOW.as_millis() + 1);
                store.logs().prune(all).await.unwrap();
            }
            Step::Kill => {
                store.close().await;
                store = home.open().await;
                store.budgets().set_time_zone(paper.zone.parse().unwrap()).await.unwrap();
                for (_, amount, page) in std::mem::take(&mut paper.running) {
                    paper.add(page, 0, -amount);
                }
            }
            Step::Zone(other) => {
                // At this hour it is the same day in each.
                paper.move_to(other);
                store.budgets().set_time_zone(other.parse().unwrap()).await.unwrap();
            }
        }
        let found = standing(&store, key).await;
        prop_assert_eq!((found.used_nusd, found.reserved_nusd), paper.now());
    }
    prop_assert_eq!(store.verify().await.unwrap().differences, []);
    store.close().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_budget_says_what_paper_says(steps in prop::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(play(steps))?;
    }
}
