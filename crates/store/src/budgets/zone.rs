//! The time zone that budgets go by, and what becomes of the times that run when it is another one.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use api::budgets::Period;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use super::window::Windows;
use super::{Budgets, columns};
use crate::error::Error;
use crate::ledger::batch::places;
use crate::settings;
use crate::sql::{Columns, json};

/// A time zone of the IANA database, which is built in: what the machine knows of zones doesn't matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such time zone; use one such as Europe/Berlin or Asia/Shanghai")]
pub struct NoSuchZone;

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// As the database writes it: `Asia/Shanghai`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub(crate) const fn rules(&self) -> &TimeZone {
        &self.0
    }

    pub(crate) fn windows(&self, now: api::Time) -> Windows {
        Windows::at(now, &self.0)
    }
}

impl FromStr for Zone {
    type Err = NoSuchZone;

    fn from_str(name: &str) -> Result<Self, NoSuchZone> {
        let zone = TimeZone::get(name).map_err(|_| NoSuchZone)?;
        // A zone without a name couldn't be found again.
        if zone.iana_name().is_some() { Ok(Self(zone)) } else { Err(NoSuchZone) }
    }
}

impl TryFrom<String> for Zone {
    type Error = NoSuchZone;

    fn try_from(name: String) -> Result<Self, NoSuchZone> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The setting that holds the zone which the windows in the database were counted by last.
const COUNTED_BY: &str = "budget_time_zone";

impl Budgets<'_> {
    /// Counts days, weeks and months in this zone from now on. What is gone of those that run stays gone: they begin at another
    /// moment, not anew.
    pub async fn set_time_zone(self, zone: Zone) -> Result<(), Error> {
        let calendar = Arc::clone(&self.store.inner.calendar);
        let (clock, before) = (Arc::clone(&self.store.inner.clock), calendar.zone());
        let changing = Arc::clone(&calendar);
        let moved = self.store.write(move |tx| {
            Box::pin(async move {
                let counted_by = settings::get(tx, COUNTED_BY).await?.and_then(|name| name.parse().ok());
                let counted_by: Zone = counted_by.unwrap_or(Zone::UTC);
                if counted_by != zone {
                    let now = clock.now();
                    carry(tx, &counted_by.windows(now), &zone.windows(now)).await?;
                    settings::set(tx, COUNTED_BY, zone.name()).await?;
                }
                // Before the commit: whoever writes next decides by the windows that it finds.
                changing.set(zone);
                Ok::<_, Error>(())
            })
        });
        let moved = moved.await;
        if moved.is_err() {
            calendar.set(before);
        }
        moved
    }
}

/// Goes on in the windows of another zone where those of the one before stand.
async fn carry(tx: &mut AnyConnection, before: &Windows, after: &Windows) -> Result<(), Error> {
    let mut moves = HashMap::new();
    for period in [Period::Daily, Period::Weekly, Period::Monthly] {
        let (from, to) = (before.of(period).starts_at, after.of(period).starts_at);
        if from == to {
            continue;
        }
        // What isn't of requests charged to this window counts as if their rows were gone, so that it can be counted again. A
        // zone that comes back finds a window with a sum of its own, of which the larger one holds.
        sqlx::query(
            "INSERT INTO budget_windows (budget_id, starts_at, used_nusd, reserved_nusd, pruned_nusd, warned_at)
             SELECT budget_id, $1, used_nusd, reserved_nusd, used_nusd, warned_at
             FROM budget_windows JOIN budgets ON budgets.id = budget_id WHERE period = $2 AND starts_at = $3
             ON CONFLICT (budget_id, starts_at) DO UPDATE
             SET pruned_nusd = budget_windows.pruned_nusd + CASE WHEN excluded.used_nusd > budget_windows.used_nusd
                     THEN excluded.used_nusd - budget_windows.used_nusd ELSE 0 END,
                 used_nusd = CASE WHEN excluded.used_nusd > budget_windows.used_nusd
                     THEN excluded.used_nusd ELSE budget_windows.used_nusd END,
                 reserved_nusd = budget_windows.reserved_nusd + excluded.reserved_nusd,
                 warned_at = COALESCE(budget_windows.warned_at, excluded.warned_at)",
        )
        .bind(to)
        .bind(period.as_str())
        .bind(from)
        .execute(&mut *tx)
        .await?;
        let budgets =
            sqlx::query("SELECT id FROM budgets WHERE period = $1").bind(period.as_str()).fetch_all(&mut *tx).await?;
        for row in &budgets {
            let id: i64 = columns(row).get("id")?;
            sqlx::query("UPDATE budget_windows SET reserved_nusd = 0 WHERE budget_id = $1 AND starts_at = $2")
                .bind(id)
                .bind(from)
                .execute(&mut *tx)
                .await?;
            moves.insert((id, from), to);
        }
    }
    if moves.is_empty() {
        return Ok(());
    }
    // What runs holds its room in the window that goes on, and is charged to it.
    let running = sqlx::query(
        "SELECT id, budgets FROM requests WHERE state <> 'done' AND state = 'open' AND budgets IS NOT NULL",
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &running {
        let mut places = places(&Columns { table: "requests", row })?;
        for place in &mut places {
            if let Some(to) = moves.get(place) {
                place.1 = *to;
            }
        }
        sqlx::query("UPDATE requests SET budgets = $1 WHERE id = $2")
            .bind(json(&places))
            .bind(row.try_get::<String, _>("id")?)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_name_however_it_is_written() {
        for (name, zone) in [("asia/shanghai", "Asia/Shanghai"), ("UTC", "UTC"), ("utc", "UTC")] {
            assert_eq!(name.parse::<Zone>().map(|zone| zone.to_string()).as_deref(), Ok(zone));
        }
        assert_eq!("utc".parse(), Ok(Zone::UTC));
        for name in ["", "Mars/Olympus", "Etc/Unknown", "+08:00", "Asia/Shanghai "] {
            assert_eq!(name.parse::<Zone>(), Err(NoSuchZone), "{name}");
        }
    }
}
