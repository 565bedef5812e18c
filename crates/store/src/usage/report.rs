//! Reading what requests came to, by day and by thing. All numbers of one answer are of one moment.

use std::collections::HashMap;

use api::Time;
use api::dashboard::{Bucket, Dimension, Slice, Totals};
use api::usage::{Usage, UsageItem, UsageQuery};
use sqlx::{AnyConnection, Connection};

use super::periods::Periods;
use super::{COLUMNS, Counts};
use crate::dashboard::{add, column, names, push_sum, push_sums, read_sums, rest, summed};
use crate::error::Error;
use crate::keys::Scope;
use crate::sql::{Columns, Sql};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
pub struct UsageReports<'s> {
    pub(crate) store: &'s Store,
}

impl UsageReports<'_> {
    /// What the requests of a range came to. The query must be valid.
    pub async fn read(self, scope: Scope, query: &UsageQuery) -> Result<Usage, Error> {
        let zone = self.store.inner.calendar.zone();
        let periods = Periods::of(query, zone.rules());
        let (from, to) = periods.bounds();
        let mut connection = self.store.read().await?;
        let mut tx = connection.begin().await?;
        let (found, count) = items(&mut tx, scope, query.by, (from, to), Some(Usage::MAX_ITEMS)).await?;
        let counts = by_period(&mut tx, scope, &periods).await?;
        let series: Vec<&Found> = found.iter().take(Usage::SERIES).collect();
        let slices = by_series(&mut tx, scope, query.by, &periods, &series).await?;
        let items = named(&mut tx, query.by, &found).await?;
        tx.commit().await?;

        let mut totals = [0; COLUMNS.len()];
        for counts in counts.values() {
            add(&mut totals, counts);
        }
        let others = count > i64::try_from(series.len()).unwrap_or(0);
        let bucket = |(index, (at, _)): (i64, (Time, Time))| {
            let totals = counts.get(&index).map(summed).unwrap_or_default();
            let slice = |found: &&Found| slices.get(&(index, found.subject.clone())).copied().unwrap_or_default();
            let mut slices: Vec<Slice> = series.iter().map(slice).collect();
            if others {
                slices.push(rest(&totals, &slices));
            }
            Bucket { at, totals, slices }
        };
        Ok(Usage {
            from: Time::from_millis(from),
            to: Time::from_millis(to),
            time_zone: zone.name().to_owned(),
            utc_offset: periods.utc_offset(),
            totals: summed(&totals),
            buckets: (0..).zip(periods.each()).map(bucket).collect(),
            more: count - i64::try_from(items.len()).unwrap_or(count),
            items,
        })
    }

    /// The first moment of each of a valid query's columns, and the first one after it.
    pub fn periods(self, query: &UsageQuery) -> Vec<(Time, Time)> {
        Periods::of(query, self.store.inner.calendar.zone().rules()).each().collect()
    }

    /// Everything that has requests in one column, what cost most first.
    pub async fn period(self, scope: Scope, by: Dimension, (from, to): (Time, Time)) -> Result<Vec<UsageItem>, Error> {
        let mut connection = self.store.read().await?;
        let range = (from.as_millis(), to.as_millis());
        let (found, _) = items(&mut connection, scope, by, range, None).await?;
        named(&mut connection, by, &found).await
    }
}

/// A subject as the database writes it, and what its requests came to.
struct Found {
    subject: String,
    totals: Totals,
}

fn push_range(sql: &mut Sql, scope: Scope, (from, to): (i64, i64)) {
    sql.push_bind(" FROM usage_hourly WHERE hour >= ", from).push_bind(" AND hour < ", to);
    scope.restrict(sql, "user_id");
}

/// The first of a dimension, and how many there are.
async fn items(
    connection: &mut AnyConnection,
    scope: Scope,
    by: Dimension,
    range: (i64, i64),
    limit: Option<i64>,
) -> Result<(Vec<Found>, i64), Error> {
    let mut sql = Sql::new("SELECT CAST(");
    sql.push(column(by)).push(" AS TEXT) AS subject, COUNT(*) OVER () AS subjects");
    push_sums(&mut sql);
    push_range(&mut sql, scope, range);
    sql.push(" GROUP BY ").push(column(by));
    sql.push(" ORDER BY SUM(cost_nusd) DESC, SUM(requests) DESC, ").push(column(by));
    sql.push_bind(" LIMIT ", limit.unwrap_or(i64::MAX));
    let rows = sql.build().fetch_all(connection).await?;
    let mut count = 0;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = Columns { table: "usage_hourly", row };
        count = row.get("subjects")?;
        found.push(Found { subject: row.get("subject")?, totals: summed(&read_sums(&row)?) });
    }
    Ok((found, count))
}

async fn by_period(tx: &mut AnyConnection, scope: Scope, periods: &Periods) -> Result<HashMap<i64, Counts>, Error> {
    let mut sql = Sql::new("SELECT ");
    periods.push_index(&mut sql);
    sql.push(" AS period");
    push_sums(&mut sql);
    push_range(&mut sql, scope, periods.bounds());
    sql.push(" GROUP BY 1");
    let rows = sql.build().fetch_all(tx).await?;
    let read = rows.iter().map(|row| {
        let row = Columns { table: "usage_hourly", row };
        Ok((row.get("period")?, read_sums(&row)?))
    });
    read.collect()
}

async fn by_series(
    tx: &mut AnyConnection,
    scope: Scope,
    by: Dimension,
    periods: &Periods,
    series: &[&Found],
) -> Result<HashMap<(i64, String), Slice>, Error> {
    if series.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new("SELECT ");
    periods.push_index(&mut sql);
    sql.push(" AS period, CAST(").push(column(by)).push(" AS TEXT) AS subject");
    push_sum(&mut sql, "requests", "requests");
    push_sum(&mut sql, "input_tokens + output_tokens", "tokens");
    push_sum(&mut sql, "cost_nusd", "cost_nusd");
    push_range(&mut sql, scope, periods.bounds());
    sql.push(" AND CAST(").push(column(by)).push(" AS TEXT) IN (");
    sql.bind_list(series.iter().map(|found| found.subject.as_str())).push(") GROUP BY 1, 2");
    let rows = sql.build().fetch_all(tx).await?;
    let read = rows.iter().map(|row| {
        let row = Columns { table: "usage_hourly", row };
        let slice =
            Slice { requests: row.get("requests")?, tokens: row.get("tokens")?, cost_nusd: row.get("cost_nusd")? };
        Ok(((row.get("period")?, row.get("subject")?), slice))
    });
    read.collect()
}

/// With the names that the ids have today.
async fn named(connection: &mut AnyConnection, by: Dimension, found: &[Found]) -> Result<Vec<UsageItem>, Error> {
    let ids: Vec<i64> = match by {
        Dimension::Model | Dimension::Group => Vec::new(),
        Dimension::Key | Dimension::Channel | Dimension::User => {
            found.iter().filter_map(|found| found.subject.parse().ok()).collect()
        }
    };
    let known = names(connection, by, &ids).await?;
    let item = |found: &Found| {
        let id = match by {
            Dimension::Model | Dimension::Group => None,
            Dimension::Key | Dimension::Channel | Dimension::User => found.subject.parse().ok(),
        };
        let (name, username) = match (by, id) {
            (Dimension::Group, _) => (Some(found.subject.clone()).filter(|name| !name.is_empty()), None),
            (_, None) => (Some(found.subject.clone()), None),
            (_, Some(id)) => known.get(&id).cloned().unwrap_or_default(),
        };
        UsageItem { id, name, username, totals: found.totals }
    };
    Ok(found.iter().map(item).collect())
}
