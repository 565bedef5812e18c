//! What models cost, and since when. A row never changes: a new price, also a return to the catalogue's, is another row.
//!
//! Of people's rows and of the catalogue's, the latest that has begun counts; people's wins unless it says nothing.

use std::collections::HashMap;
use std::sync::Arc;

use api::Time;
use api::bill::{Bill, Usage};
use api::models::Model;
use api::prices::{Price, PriceSource, Pricing};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Error;
use crate::sql::{Columns, Sql, chunks, json};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct Prices<'s> {
    pub(crate) store: &'s Store,
}

/// What a model costs, and the row that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceInEffect {
    pub id: i64,
    pub source: PriceSource,
    pub valid_from: Time,
    pub pricing: Pricing,
}

/// What a model costs from now on: each price with the moment at which it begins, the first one now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceTimeline(Vec<(Time, Option<Arc<PriceInEffect>>)>);

impl PriceTimeline {
    /// `None` if nobody says what the model costs.
    pub fn at(&self, time: Time) -> Option<&Arc<PriceInEffect>> {
        let begun = self.0.partition_point(|(from, _)| *from <= time);
        self.0.get(begun.saturating_sub(1))?.1.as_ref()
    }
}

/// What a request is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charge {
    pub price_id: Option<i64>,
    /// The cost is its total.
    pub bill: Bill,
    /// The request used something that nobody said the price of.
    pub unpriced: bool,
}

impl Charge {
    /// The charge of a request that used something; `multiplier_ppm` is its group's.
    pub fn of(price: Option<&PriceInEffect>, usage: &Usage, multiplier_ppm: i64) -> Self {
        match price {
            Some(price) => Self {
                price_id: Some(price.id),
                bill: llm::price::bill(&price.pricing, usage, multiplier_ppm),
                unpriced: false,
            },
            None => Self { price_id: None, bill: Bill { multiplier_ppm, lines: Vec::new() }, unpriced: true },
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// What was charged stays charged.
    #[error("a price can't begin in the past")]
    Past,
    #[error(transparent)]
    Store(#[from] Error),
}

impl Prices<'_> {
    /// Every price of a model, the latest first.
    pub async fn history(self, model_id: i64) -> Result<Vec<Price>, Error> {
        let now = self.store.now();
        let mut sql = Sql::new(SELECT);
        sql.push_bind("model_id = ", model_id).push(" ORDER BY valid_from DESC, id DESC");
        let rows = sql.build().fetch_all(&mut *self.store.read().await?).await?;
        let mut prices = rows.iter().map(price).collect::<Result<Vec<_>, _>>()?;
        if let Some(id) = in_effect(&prices, now).map(|price| price.id) {
            for price in &mut prices {
                price.in_effect = price.id == id;
            }
        }
        Ok(prices)
    }

    /// What a person says that a model costs, from now on or from a moment to come. Answers the price's id; `None` if there is no such model.
    pub async fn set(
        self,
        model_id: i64,
        pricing: Pricing,
        valid_from: Option<Time>,
    ) -> Result<Option<i64>, PriceError> {
        let now = self.store.now();
        let valid_from = valid_from.unwrap_or(now);
        if valid_from < now {
            return Err(PriceError::Past);
        }
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let model = sqlx::query("SELECT id FROM models WHERE id = $1").bind(model_id);
                    if model.fetch_optional(&mut *tx).await.map_err(Error::from)?.is_none() {
                        return Ok(None);
                    }
                    let row = New {
                        model_id,
                        valid_from,
                        source: PriceSource::User,
                        catalogue: None,
                        pricing: Some(pricing),
                    };
                    Ok(insert(tx, &[row], now).await?)
                })
            })
            .await
    }

    /// Writes down what the catalogue says of each model where it said something else before, or nothing. A price that the catalogue no
    /// longer has stays.
    pub async fn follow_catalogue(
        self,
        date: &str,
        models: &[Model],
        says: impl Fn(&Model) -> Option<Pricing>,
    ) -> Result<(), Error> {
        let now = self.store.now();
        let known = current(&mut *self.store.read().await?, now).await?;
        let said = |model: &Model| {
            let prices = known.get(&model.id).map_or(&[][..], Vec::as_slice);
            let latest = latest(prices, PriceSource::Catalogue, now);
            latest.and_then(|price| price.pricing.clone())
        };
        let rows: Vec<New> = models
            .iter()
            .filter_map(|model| {
                let pricing = says(model).filter(|pricing| said(model).as_ref() != Some(pricing))?;
                Some(New {
                    model_id: model.id,
                    valid_from: now,
                    source: PriceSource::Catalogue,
                    catalogue: Some(date.to_owned()),
                    pricing: Some(pricing),
                })
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        self.store.write(move |tx| Box::pin(async move { insert(tx, &rows, now).await.map(drop) })).await
    }
}

/// What a person says in a change of a model, from `now` on; `None` goes back to the catalogue's, also from what was to come.
pub(crate) async fn say(
    tx: &mut AnyConnection,
    model_id: i64,
    pricing: Option<Pricing>,
    now: Time,
) -> Result<(), Error> {
    if pricing.is_none() {
        // Nothing was charged by these yet.
        sqlx::query("DELETE FROM prices WHERE model_id = $1 AND source = 'user' AND valid_from > $2")
            .bind(model_id)
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await?;
    }
    let known = current(tx, now).await?;
    let prices = known.get(&model_id).map_or(&[][..], Vec::as_slice);
    let said = latest(prices, PriceSource::User, now).and_then(|price| price.pricing.as_ref());
    if said == pricing.as_ref() {
        return Ok(());
    }
    let row = New { model_id, valid_from: now, source: PriceSource::User, catalogue: None, pricing };
    insert(tx, &[row], now).await.map(drop)
}

struct New {
    model_id: i64,
    valid_from: Time,
    source: PriceSource,
    catalogue: Option<String>,
    pricing: Option<Pricing>,
}

/// Answers the last one's id.
async fn insert(tx: &mut AnyConnection, rows: &[New], now: Time) -> Result<Option<i64>, Error> {
    let mut id = None;
    for rows in chunks(rows) {
        let mut sql =
            Sql::new("INSERT INTO prices (model_id, valid_from, source, catalogue, pricing, created_at) VALUES ");
        sql.tuples(rows, |tuple, row| {
            tuple
                .bind(row.model_id)
                .bind(row.valid_from.as_millis())
                .bind(row.source.as_str())
                .bind(row.catalogue.as_deref())
                .bind(row.pricing.as_ref().map(json))
                .bind(now.as_millis());
        });
        sql.push(" RETURNING id");
        for row in &sql.build().fetch_all(&mut *tx).await? {
            id = id.max(Some(row.try_get("id")?));
        }
    }
    Ok(id)
}

const SELECT: &str = "SELECT id, model_id, valid_from, source, catalogue, pricing, created_at FROM prices WHERE ";

/// Of each model the rows that count now or may count later.
pub(crate) async fn current(connection: &mut AnyConnection, now: Time) -> Result<HashMap<i64, Vec<Price>>, Error> {
    let mut sql = Sql::new(SELECT);
    sql.push(
        "NOT EXISTS (SELECT 1 FROM prices AS later
             WHERE later.model_id = prices.model_id AND later.source = prices.source
                 AND (later.valid_from, later.id) > (prices.valid_from, prices.id)",
    )
    .push_bind(" AND later.valid_from <= ", now.as_millis())
    .push(") ORDER BY valid_from, id");
    let rows = sql.build().fetch_all(connection).await?;
    let mut prices: HashMap<i64, Vec<Price>> = HashMap::new();
    for row in &rows {
        prices.entry(row.try_get("model_id")?).or_default().push(price(row)?);
    }
    Ok(prices)
}

/// Prices by their ids.
pub(crate) async fn by_id(
    connection: &mut AnyConnection,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, PriceInEffect>, Error> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut prices = HashMap::new();
    for ids in chunks(&ids) {
        let mut sql = Sql::new(SELECT);
        sql.push("id IN (").bind_list(ids.iter().copied()).push(")");
        for row in &sql.build().fetch_all(&mut *connection).await? {
            prices.extend(charging(&price(row)?).map(|price| (price.id, price)));
        }
    }
    Ok(prices)
}

/// What the rows of a model come to from `now` on.
pub(crate) fn timeline(prices: &[Price], now: Time) -> PriceTimeline {
    let mut moments = vec![now];
    moments.extend(prices.iter().map(|price| price.valid_from.max(now)));
    moments.sort_unstable();
    moments.dedup();
    PriceTimeline(
        moments.into_iter().map(|time| (time, in_effect(prices, time).and_then(charging).map(Arc::new))).collect(),
    )
}

/// The row that requests are charged by.
pub(crate) fn in_effect(prices: &[Price], time: Time) -> Option<&Price> {
    let says = |source| latest(prices, source, time).filter(|price| price.pricing.is_some());
    says(PriceSource::User).or_else(|| says(PriceSource::Catalogue))
}

fn latest(prices: &[Price], source: PriceSource, time: Time) -> Option<&Price> {
    let begun = prices.iter().filter(|price| price.source == source && price.valid_from <= time);
    begun.max_by_key(|price| (price.valid_from, price.id))
}

fn charging(price: &Price) -> Option<PriceInEffect> {
    Some(PriceInEffect {
        id: price.id,
        source: price.source,
        valid_from: price.valid_from,
        pricing: price.pricing.clone()?,
    })
}

fn price(row: &AnyRow) -> Result<Price, Error> {
    let row = Columns { table: "prices", row };
    Ok(Price {
        id: row.get("id")?,
        valid_from: row.time("valid_from")?,
        source: row.word("source")?,
        catalogue: row.get("catalogue")?,
        pricing: if row.get::<Option<String>>("pricing")?.is_some() { Some(row.json("pricing")?) } else { None },
        in_effect: false,
        created_at: row.time("created_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, source: PriceSource, valid_from: i64, input: Option<i64>) -> Price {
        Price {
            id,
            valid_from: Time::from_millis(valid_from),
            source,
            catalogue: None,
            pricing: input.map(|input| Pricing { input_nusd_per_mtok: input, ..Pricing::default() }),
            in_effect: false,
            created_at: Time::from_millis(0),
        }
    }

    fn costs(timeline: &PriceTimeline, time: i64) -> Option<i64> {
        timeline.at(Time::from_millis(time)).map(|price| price.pricing.input_nusd_per_mtok)
    }

    #[test]
    fn peoples_price_wins_while_they_say_one() {
        use PriceSource::{Catalogue, User};
        let rows = [
            row(1, Catalogue, 10, Some(100)),
            row(2, User, 20, Some(7)),
            row(3, Catalogue, 30, Some(200)),
            row(4, User, 40, None),
            row(5, User, 50, Some(8)),
            row(6, User, 50, Some(9)),
        ];
        let all = timeline(&rows, Time::from_millis(0));
        let expected = [(9, None), (10, Some(100)), (20, Some(7)), (39, Some(7)), (40, Some(200)), (50, Some(9))];
        for (time, cost) in expected {
            assert_eq!(costs(&all, time), cost, "at {time}");
        }
        let later = timeline(&rows, Time::from_millis(45));
        assert_eq!((costs(&later, 45), costs(&later, 50)), (Some(200), Some(9)));
        assert_eq!(costs(&later, 1), Some(200), "a clock that is set back makes nothing free");
        assert_eq!(costs(&PriceTimeline::default(), 5), None);
    }

    #[test]
    fn nothing_is_charged_by_a_price_that_is_still_to_come() {
        let rows = [row(1, PriceSource::User, 100, Some(5))];
        assert_eq!(in_effect(&rows, Time::from_millis(99)), None);
        let timeline = timeline(&rows, Time::from_millis(50));
        assert_eq!((costs(&timeline, 60), costs(&timeline, 100)), (None, Some(5)));
    }
}
