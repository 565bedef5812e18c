//! Which requests fit into their budgets, and what becomes of the budgets' sums.
//!
//! A request that runs holds what it may come to at most; when it is settled it lets go of that and is charged what it came to.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::Time;
use api::budgets::Period;
use sqlx::AnyConnection;

use crate::budgets::near::warns_from;
use crate::budgets::window::{Window, Windows};
use crate::budgets::{Owner, owner, starts_at};
use crate::error::Error;
use crate::sql::{Columns, Sql, chunks};

/// What a request may come to, and the budgets that it has to fit into.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Budgets' ids. One that isn't there any more is no hindrance.
    pub budgets: Arc<[i64]>,
    /// Nano-USD; none of the budgets must lack it. Nothing at all fits always.
    pub amount_nusd: i64,
}

/// The budget that a request doesn't fit into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    pub owner: Owner,
    pub period: Period,
    /// What the request may have come to, in nano-USD.
    pub amount_nusd: i64,
    pub limit_nusd: i64,
    /// Neither used nor held; less than nothing if requests came to more than was estimated.
    pub left_nusd: i64,
    /// `None`: never.
    pub resets_at: Option<Time>,
}

/// A budget's window: its id, and the window's first millisecond.
pub(crate) type Place = (i64, i64);

/// What a batch adds to the sums of windows.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<Place, Change>);

#[derive(Debug, Default, Clone, Copy)]
struct Change {
    used: i64,
    reserved: i64,
}

impl Changes {
    /// Charges `used` and holds `reserved` more, or less.
    pub(super) fn add(&mut self, places: &[Place], used: i64, reserved: i64) {
        for place in places {
            let change = self.0.entry(*place).or_default();
            change.used = change.used.saturating_add(used);
            change.reserved = change.reserved.saturating_add(reserved);
        }
    }

    /// Adds them to windows, of which those that aren't there yet begin, unless their budget is gone.
    pub(super) async fn write(&self, tx: &mut AnyConnection) -> Result<(), Error> {
        let changes: Vec<(&Place, &Change)> = self.0.iter().collect();
        for rows in chunks(&changes) {
            let mut sql = Sql::new("WITH change (budget_id, starts_at, used, reserved) AS (VALUES ");
            sql.tuples(rows, |tuple, ((budget_id, starts_at), change)| {
                tuple.bind(*budget_id).bind(*starts_at).bind(change.used).bind(change.reserved);
            })
            .push(
                ") INSERT INTO budget_windows (budget_id, starts_at, used_nusd, reserved_nusd)
                 SELECT budget_id, starts_at, used, reserved FROM change
                 WHERE EXISTS (SELECT 1 FROM budgets WHERE budgets.id = change.budget_id)
                 ON CONFLICT (budget_id, starts_at) DO UPDATE
                 SET used_nusd = budget_windows.used_nusd + excluded.used_nusd,
                     reserved_nusd = budget_windows.reserved_nusd + excluded.reserved_nusd",
            );
            sql.build().execute(&mut *tx).await?;
        }
        Ok(())
    }
}

/// Budgets as they stand while a batch is decided.
#[derive(Debug, Default)]
pub(super) struct Room(BTreeMap<i64, Standing>);

#[derive(Debug, Clone)]
struct Standing {
    owner: Owner,
    period: Period,
    window: Window,
    limit: i64,
    /// Used and held.
    gone: i64,
    /// How much must be gone for a warning; `None` if nobody wants one or it was given.
    warns_from: Option<i64>,
}

/// A budget of which so much is gone that its owner wants to know. Once in a window.
#[derive(Debug)]
pub(super) struct Warning {
    pub(super) place: Place,
    standing: Standing,
}

impl Warning {
    /// For whoever watches the log; the console shows how the budget stands.
    pub(super) fn tell(&self) {
        let Standing { owner, period, window, limit, gone, .. } = &self.standing;
        let resets_at = window.ends_at.map(|at| Time::from_millis(at).to_string());
        tracing::warn!(
            budget.id = self.place.0,
            budget.owner = ?owner,
            budget.period = period.as_str(),
            budget.limit_nusd = limit,
            budget.gone_nusd = gone,
            budget.resets_at = resets_at,
            "a budget comes to its end"
        );
    }
}

impl Room {
    pub(super) async fn read(tx: &mut AnyConnection, windows: &Windows, ids: &[i64]) -> Result<Self, Error> {
        let mut room = Self::default();
        for ids in chunks(ids) {
            let mut sql = Sql::new(
                "SELECT id, key_id, user_id, group_name, period, limit_nusd, warn_percent, warned_at,
                     COALESCE(used_nusd, 0) + COALESCE(reserved_nusd, 0) AS gone
                 FROM budgets LEFT JOIN budget_windows ON budget_id = id AND starts_at = ",
            );
            starts_at(&mut sql, windows);
            sql.push(" WHERE id IN (").bind_list(ids.iter().copied()).push(")");
            for row in &sql.build().fetch_all(&mut *tx).await? {
                let row = Columns { table: "budgets", row };
                let period = row.word("period")?;
                let limit = row.get("limit_nusd")?;
                let is_said = row.get::<Option<i64>>("warned_at")?.is_some();
                let standing = Standing {
                    owner: owner(&row)?,
                    period,
                    window: windows.of(period),
                    limit,
                    gone: row.get("gone")?,
                    warns_from: warns_from(limit, row.get("warn_percent")?).filter(|_| !is_said),
                };
                room.0.insert(row.get("id")?, standing);
            }
        }
        Ok(room)
    }

    /// Takes what a request holds out of every budget of it, or out of none. Where it is charged.
    pub(super) fn take(&mut self, hold: &Hold) -> Result<Vec<Place>, Box<Spent>> {
        let amount = hold.amount_nusd;
        for id in hold.budgets.iter() {
            let Some(budget) = self.0.get(id) else { continue };
            let left = budget.limit.saturating_sub(budget.gone);
            if amount > 0 && amount > left {
                return Err(Box::new(Spent {
                    owner: budget.owner.clone(),
                    period: budget.period,
                    amount_nusd: amount,
                    limit_nusd: budget.limit,
                    left_nusd: left,
                    resets_at: budget.window.ends_at.map(Time::from_millis),
                }));
            }
        }
        let mut places = Vec::with_capacity(hold.budgets.len());
        for id in hold.budgets.iter() {
            if let Some(budget) = self.0.get_mut(id) {
                budget.gone = budget.gone.saturating_add(amount);
                places.push((*id, budget.window.starts_at));
            }
        }
        Ok(places)
    }

    /// Those of which enough is gone for a warning.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let is_near = |budget: &Standing| budget.limit > 0 && budget.warns_from.is_some_and(|from| budget.gone >= from);
        let near = self.0.iter().filter(|(_, budget)| is_near(budget));
        near.map(|(id, budget)| Warning { place: (*id, budget.window.starts_at), standing: budget.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(budgets: &[(i64, i64, i64)]) -> Room {
        let standing = |limit, gone| Standing {
            owner: Owner::Gateway,
            period: Period::Total,
            window: Window { starts_at: 0, ends_at: None },
            limit,
            gone,
            warns_from: Some(limit * 8 / 10),
        };
        Room(budgets.iter().map(|(id, limit, gone)| (*id, standing(*limit, *gone))).collect())
    }

    fn hold(budgets: &[i64], amount_nusd: i64) -> Hold {
        Hold { budgets: budgets.into(), amount_nusd }
    }

    #[test]
    fn a_budget_is_used_to_its_last_nano_dollar_and_no_further() {
        let mut room = room(&[(1, 100, 0)]);
        assert_eq!(room.take(&hold(&[1], 60)), Ok(vec![(1, 0)]));
        assert_eq!(room.take(&hold(&[1], 41)).unwrap_err().left_nusd, 40);
        assert_eq!(room.take(&hold(&[1], 40)), Ok(vec![(1, 0)]));
        assert_eq!(room.take(&hold(&[1], 1)).unwrap_err().left_nusd, 0);
    }

    #[test]
    fn a_request_that_one_budget_refuses_takes_nothing_of_the_others() {
        let mut room = room(&[(1, 100, 0), (2, 10, 0)]);
        assert!(room.take(&hold(&[1, 2], 50)).is_err());
        assert_eq!(room.take(&hold(&[1], 100)), Ok(vec![(1, 0)]));
    }

    #[test]
    fn what_costs_nothing_always_fits() {
        let mut room = room(&[(1, 100, 250)]);
        assert_eq!(room.take(&hold(&[1], 0)), Ok(vec![(1, 0)]));
        assert_eq!(room.take(&hold(&[1], 1)).unwrap_err().left_nusd, -150);
    }

    #[test]
    fn a_budget_that_was_taken_away_hinders_nothing() {
        assert_eq!(room(&[]).take(&hold(&[1], 50)), Ok(vec![]));
    }

    #[test]
    fn a_warning_is_due_as_soon_as_enough_is_gone() {
        let mut room = room(&[(1, 100, 0), (2, 0, 0)]);
        room.take(&hold(&[1, 2], 0)).unwrap();
        room.take(&hold(&[1], 79)).unwrap();
        assert!(room.warnings().is_empty());
        room.take(&hold(&[1], 1)).unwrap();
        assert_eq!(room.warnings().iter().map(|warning| warning.place).collect::<Vec<_>>(), [(1, 0)]);
    }
}
