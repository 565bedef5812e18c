//! Budgets that are spent, or so far gone that somebody wants to know.

use api::Time;
use api::attention::{BudgetOwner, NearBudget};

use super::{Budgets, Owner, columns, owner, starts_at};
use crate::error::Error;
use crate::keys::Scope;
use crate::sql::Sql;

/// What of a limit must be gone for a warning; nothing if nobody wants one. `SQL` has it in its own words.
pub(crate) fn warns_from(limit_nusd: i64, warn_percent: Option<i64>) -> Option<i64> {
    let nusd = i128::from(limit_nusd) * i128::from(warn_percent?) / 100;
    Some(i64::try_from(nusd).unwrap_or(i64::MAX))
}

/// `limit * percent / 100`, rounded down, without ever being larger than the limit.
const WARNS_FROM: &str = "limit_nusd / 100 * warn_percent + limit_nusd % 100 * warn_percent / 100";

impl Budgets<'_> {
    /// The fullest of those that `scope` may see, and how many there are. What is switched off spends nothing, and a limit of nothing
    /// is how it should be.
    pub async fn near(self, scope: Scope, most: i64) -> Result<(Vec<NearBudget>, i64), Error> {
        let (now, windows) = (self.store.now(), self.store.windows());
        let mut sql = Sql::new(
            "SELECT key_id, budgets.user_id AS user_id, budgets.group_name AS group_name, period, gone, limit_nusd,
                 COALESCE(keys.name, users.username, budgets.group_name) AS name, COUNT(*) OVER () AS near
             FROM (SELECT budgets.*, COALESCE(used_nusd, 0) + COALESCE(reserved_nusd, 0) AS gone
                   FROM budgets LEFT JOIN budget_windows ON budget_id = id AND starts_at = ",
        );
        starts_at(&mut sql, &windows);
        sql.push(
            ") AS budgets
             LEFT JOIN keys ON keys.id = budgets.key_id
             LEFT JOIN users ON users.id = COALESCE(budgets.user_id, keys.user_id)
             WHERE limit_nusd > 0 AND (gone >= limit_nusd OR gone >= ",
        );
        sql.push(WARNS_FROM)
            .push(") AND (users.id IS NULL OR users.enabled = 1) AND (keys.id IS NULL OR keys.status = 'enabled')");
        sql.push_bind(" AND (keys.expires_at IS NULL OR keys.expires_at > ", now.as_millis()).push(")");
        scope.restrict(&mut sql, "users.id");
        sql.push_bind(" ORDER BY gone / (limit_nusd / 100 + 1) DESC, budgets.id LIMIT ", most);
        let rows = sql.build().fetch_all(&mut *self.store.read().await?).await?;
        let mut count = 0;
        let mut near = Vec::with_capacity(rows.len());
        for row in &rows {
            let row = columns(row);
            count = row.get("near")?;
            let (owner, id) = match owner(&row)? {
                Owner::Key(id) => (BudgetOwner::Key, Some(id)),
                Owner::User(id) => (BudgetOwner::User, Some(id)),
                Owner::Group(_) => (BudgetOwner::Group, None),
                Owner::Gateway => (BudgetOwner::Gateway, None),
            };
            let (gone, limit): (i64, i64) = (row.get("gone")?, row.get("limit_nusd")?);
            let percent = i128::from(gone) * 100 / i128::from(limit.max(1));
            let period = row.word("period")?;
            near.push(NearBudget {
                owner,
                id,
                name: row.get("name")?,
                period,
                percent: i64::try_from(percent).unwrap_or(i64::MAX),
                resets_at: windows.of(period).ends_at.map(Time::from_millis),
            });
        }
        Ok((near, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_comes_with_its_share_of_the_limit() {
        for (limit, percent, from) in
            [(100, Some(80), Some(80)), (1, Some(80), Some(0)), (7, Some(100), Some(7)), (9, None, None)]
        {
            assert_eq!(warns_from(limit, percent), from);
        }
        assert_eq!(warns_from(i64::MAX, Some(100)), Some(i64::MAX));
    }
}
