use api::Time;
use api::bill::{PriceClass, Usage};
use api::logs::LogState;
use api::models::{Model, ModelPatch, NewModel};
use api::prices::{PriceSource, Pricing};
use store::{Charge, PriceError, Scope, Store};

use crate::support::{Home, NOW, channel, outcome, request};

const HOUR: i64 = 60 * 60 * 1000;

fn costs(input: i64) -> Pricing {
    Pricing { input_nusd_per_mtok: input, output_nusd_per_mtok: 2 * input, ..Pricing::default() }
}

fn says(pricing: Option<Pricing>) -> ModelPatch {
    ModelPatch { pricing: Some(pricing), ..ModelPatch::default() }
}

async fn model(store: &Store, pricing: Option<Pricing>) -> Model {
    let new = NewModel { name: "m".to_owned(), pricing, ..NewModel::default() };
    store.models().create(new).await.unwrap()
}

/// What the catalogue of a date says of every model.
async fn catalogue(store: &Store, date: &str, input: Option<i64>) {
    let models = store.models().all().await.unwrap();
    store.prices().follow_catalogue(date, &models, |_| input.map(costs)).await.unwrap();
}

#[tokio::test]
async fn peoples_price_wins_and_going_back_leaves_the_catalogues() {
    let home = Home::new();
    let store = home.open().await;
    store.channels().create(channel("main", &[], &["m"])).await.unwrap();
    let id = store.models().all().await.unwrap()[0].id;
    let read = async || {
        let model = store.models().get(id).await.unwrap().unwrap();
        (model.pricing.map(|pricing| pricing.input_nusd_per_mtok), model.price_source)
    };
    assert_eq!(read().await, (None, None));
    catalogue(&store, "2026-11-01", Some(10)).await;
    assert_eq!(read().await, (Some(10), Some(PriceSource::Catalogue)));
    home.clock.set(Time::from_millis(NOW.as_millis() + HOUR));
    let changed = store.models().update(id, says(Some(costs(7)))).await.unwrap().unwrap();
    assert_eq!(changed.priced_since, Some(Time::from_millis(NOW.as_millis() + HOUR)));
    // Neither the same catalogue nor a new one touches what people said, and only what differs is written.
    catalogue(&store, "2026-11-01", Some(10)).await;
    catalogue(&store, "2026-12-01", Some(10)).await;
    catalogue(&store, "2026-12-01", Some(20)).await;
    catalogue(&store, "2027-01-01", None).await;
    assert_eq!(read().await, (Some(7), Some(PriceSource::User)));
    // Saying the same again, or nothing, is no change.
    store.models().update(id, says(Some(costs(7)))).await.unwrap();
    store.models().update(id, ModelPatch::default()).await.unwrap();
    store.models().update(id, says(None)).await.unwrap();
    store.models().update(id, says(None)).await.unwrap();
    assert_eq!(read().await, (Some(20), Some(PriceSource::Catalogue)));
    let history = store.prices().history(id).await.unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|price| {
            (
                price.source,
                price.catalogue.as_deref(),
                price.pricing.as_ref().map(|p| p.input_nusd_per_mtok),
                price.in_effect,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (PriceSource::User, None, None, false),
            (PriceSource::Catalogue, Some("2026-12-01"), Some(20), true),
            (PriceSource::User, None, Some(7), false),
            (PriceSource::Catalogue, Some("2026-11-01"), Some(10), false),
        ]
    );
    store.close().await;
}

#[tokio::test]
async fn a_price_begins_when_it_is_said_to() {
    let home = Home::new();
    let store = home.open().await;
    let made = model(&store, Some(costs(1))).await;
    let at = |hours: i64| Time::from_millis(NOW.as_millis() + hours * HOUR);
    for (hours, input) in [(2, 3), (1, 2)] {
        assert!(store.prices().set(made.id, costs(input), Some(at(hours))).await.unwrap().is_some());
    }
    let past = store.prices().set(made.id, costs(9), Some(at(-1))).await;
    assert!(matches!(past, Err(PriceError::Past)));
    assert_eq!(store.prices().set(made.id + 1, costs(9), None).await.unwrap(), None, "there is no such model");
    let timeline = store.models().for_relay().await.unwrap().remove(0).prices;
    let seen: Vec<_> =
        [0, 1, 2, 3].map(|hours| timeline.at(at(hours)).map(|price| price.pricing.input_nusd_per_mtok)).to_vec();
    assert_eq!(seen, [Some(1), Some(2), Some(3), Some(3)]);
    home.clock.set(at(1));
    let model = store.models().get(made.id).await.unwrap().unwrap();
    assert_eq!((model.pricing, model.priced_since), (Some(costs(2)), Some(at(1))));
    // Going back to the catalogue's takes what was to come along.
    store.models().update(made.id, says(None)).await.unwrap();
    let history = store.prices().history(made.id).await.unwrap();
    assert_eq!(history.len(), 3);
    assert!(history.iter().all(|price| price.valid_from <= at(1) && !price.in_effect));
    store.close().await;
}

#[tokio::test]
async fn a_request_keeps_the_lines_that_its_cost_is_the_sum_of() {
    let home = Home::new();
    let store = home.open().await;
    model(&store, Some(Pricing { per_request_nusd: 5, ..costs(3_000_000_000) })).await;
    let price = store.models().for_relay().await.unwrap().remove(0).prices.at(NOW).cloned().unwrap();
    let usage = Usage {
        input: 100,
        output: 20,
        cache_read: 40,
        cache_write: 10,
        cache_write_1h: 4,
        input_audio: 3,
        input_image: 2,
        reasoning: 7,
        output_audio: 1,
        images: 0,
    };
    let open = request(1, 2);
    let mut settle = outcome(&open, LogState::Done);
    settle.usage = usage;
    settle.anomalous = true;
    settle.charge = Charge::of(Some(&price), &usage, 1_500_000);
    let (id, charge) = (open.id.to_string(), settle.charge.clone());
    // Together, and one after the other.
    store.ledger().reject(open.clone(), settle.clone()).await.unwrap().await.unwrap();
    let together = store.logs().get(Scope::All, &id).await.unwrap().unwrap();
    let mut open = request(1, 2);
    open.price_id = Some(price.id);
    settle.id = open.id;
    let id = open.id.to_string();
    store.ledger().open(open).await.unwrap().await.unwrap();
    store.ledger().settle(settle).unwrap().await.unwrap();
    let apart = store.logs().get(Scope::All, &id).await.unwrap().unwrap();
    for log in [together, apart] {
        assert_eq!(log.lines, charge.bill.lines);
        assert_eq!(log.cost_nusd, log.lines.iter().map(|line| line.cost_nusd).sum::<i64>());
        assert_eq!((log.multiplier_ppm, log.unpriced, log.anomalous), (1_500_000, false, true));
        assert_eq!((log.cache_write_1h_tokens, log.input_audio_tokens, log.input_image_tokens), (4, 3, 2));
        assert_eq!((log.output_audio_tokens, log.reasoning_tokens), (1, 7));
        let request = log.lines.last().unwrap();
        assert_eq!((request.class, request.rate_nusd, request.cost_nusd), (PriceClass::Request, 5, 8));
    }
    store.close().await;
}

#[tokio::test]
async fn what_a_killed_process_left_open_is_charged_by_the_price_that_it_came_at() {
    let home = Home::new();
    let store = home.open().await;
    let made = model(&store, Some(costs(3_000_000_000))).await;
    let price = store.models().for_relay().await.unwrap().remove(0).prices.at(NOW).cloned().unwrap();
    let mut priced = request(1, 2);
    (priced.price_id, priced.multiplier_ppm) = (Some(price.id), 2_000_000);
    let unpriced = request(1, 2);
    let ids = [priced.id.to_string(), unpriced.id.to_string()];
    for open in [priced, unpriced] {
        store.ledger().open(open).await.unwrap().await.unwrap();
    }
    // Neither another price nor the model's end changes what it was asked at.
    store.models().update(made.id, says(Some(costs(1)))).await.unwrap();
    store.models().delete(made.id).await.unwrap();
    store.close().await;

    let store = home.open().await;
    let [priced, unpriced] = [&ids[0], &ids[1]].map(|id| store.logs().get(Scope::All, id));
    let (priced, unpriced) = (priced.await.unwrap().unwrap(), unpriced.await.unwrap().unwrap());
    assert_eq!((priced.state, priced.input_tokens, priced.cost_nusd), (LogState::Interrupted, 40, 240_000));
    assert_eq!((priced.lines.len(), priced.multiplier_ppm, priced.unpriced), (1, 2_000_000, false));
    assert_eq!((unpriced.cost_nusd, unpriced.lines.len(), unpriced.unpriced), (0, 0, true));
    store.close().await;
}

#[tokio::test]
async fn a_new_model_of_an_old_name_has_a_price_of_its_own() {
    let home = Home::new();
    let store = home.open().await;
    let old = model(&store, Some(costs(5))).await;
    store.models().delete(old.id).await.unwrap();
    let new = model(&store, None).await;
    assert_eq!(new.pricing, None);
    assert_eq!(store.prices().history(new.id).await.unwrap(), []);
    store.close().await;
}
