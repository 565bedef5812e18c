//! How much may pass in a minute: the generic cell rate algorithm. One number tells when everything that passed will have drained.
//! No clock: callers say when it is.

use std::time::Duration;

const MINUTE: i128 = 60_000_000_000;

/// What passed, in one number. Times are nanoseconds of a clock that never goes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gcra {
    /// When all that passed will have drained.
    drained_at: i128,
}

/// How a rate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) limit: u64,
    /// What may pass now.
    pub(super) remaining: u64,
    /// Until nothing of what passed counts any more.
    pub(super) reset: Duration,
}

impl Gcra {
    /// Lets `amount` pass if the minute that ends now has room for it. What is more than a minute's whole limit passes when the minute
    /// is empty: it never could otherwise.
    ///
    /// # Errors
    /// The time after which it will fit.
    pub(super) fn pass(&mut self, now: i128, limit: u64, amount: u64) -> Result<(), Duration> {
        let wanted = cost(limit, amount.min(limit));
        let drained_at = self.drained_at.max(now);
        let over = drained_at + wanted - now - MINUTE;
        if over > 0 {
            return Err(duration(over));
        }
        // Past the limit it holds up who comes next for as long as it takes.
        self.drained_at = drained_at + cost(limit, amount);
        Ok(())
    }

    /// Corrects by what passed more, or less, than was said.
    pub(super) fn correct(&mut self, limit: u64, more: i64) {
        let by = cost(limit, more.unsigned_abs());
        self.drained_at += if more < 0 { -by } else { by };
    }

    /// Whether nothing of what passed counts any more.
    pub(super) fn is_drained(self, now: i128) -> bool {
        self.drained_at <= now
    }

    pub(super) fn level(&self, now: i128, limit: u64) -> Level {
        let left = (self.drained_at - now).max(0);
        let room = (MINUTE - left).max(0);
        let remaining = u64::try_from(room * i128::from(limit) / MINUTE).unwrap_or(0);
        Level { limit, remaining, reset: duration(left) }
    }
}

/// How long so much takes to drain, rounded up: never faster than the limit.
fn cost(limit: u64, amount: u64) -> i128 {
    let nanos = (u128::from(amount) * MINUTE.unsigned_abs()).div_ceil(u128::from(limit.max(1)));
    i128::try_from(nanos).unwrap_or(i128::MAX)
}

fn duration(nanos: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: i128 = 1_000_000_000;

    #[test]
    fn a_minutes_worth_passes_at_once_and_then_one_at_a_time() {
        let mut gcra = Gcra::default();
        for _ in 0..60 {
            assert_eq!(gcra.pass(0, 60, 1), Ok(()));
        }
        assert_eq!(gcra.pass(0, 60, 1), Err(Duration::from_secs(1)));
        assert_eq!(gcra.level(0, 60), Level { limit: 60, remaining: 0, reset: Duration::from_mins(1) });
        assert_eq!(gcra.pass(SECOND, 60, 1), Ok(()));
        assert_eq!(gcra.pass(SECOND, 60, 1), Err(Duration::from_secs(1)));
        assert_eq!(gcra.level(31 * SECOND, 60).remaining, 30);
        assert_eq!(gcra.level(500 * SECOND, 60), Level { limit: 60, remaining: 60, reset: Duration::ZERO });
    }

    #[test]
    fn who_waits_as_long_as_told_is_let_in() {
        let mut gcra = Gcra::default();
        assert_eq!(gcra.pass(0, 7, 5), Ok(()));
        let wait = gcra.pass(0, 7, 4).unwrap_err();
        assert_eq!(gcra.pass(i128::try_from(wait.as_nanos()).unwrap(), 7, 4), Ok(()));
    }

    #[test]
    fn more_than_a_minutes_worth_passes_alone_and_is_paid_off() {
        let mut gcra = Gcra::default();
        assert_eq!(gcra.pass(0, 100, 250), Ok(()));
        assert_eq!(gcra.pass(0, 100, 1), Err(Duration::from_millis(90_600)));
        assert_eq!(gcra.pass(151 * SECOND, 100, 100), Ok(()));
    }

    #[test]
    fn what_was_reserved_too_much_comes_back() {
        let mut gcra = Gcra::default();
        assert_eq!(gcra.pass(0, 1_000, 900), Ok(()));
        gcra.correct(1_000, -800);
        assert_eq!(gcra.level(0, 1_000).remaining, 900);
        gcra.correct(1_000, 2_000);
        assert_eq!(gcra.level(0, 1_000).remaining, 0);
    }

    proptest! {
        #[test]
        fn no_minute_lets_more_than_twice_its_limit_through(
            limit in 1_u64..500,
            steps in prop::collection::vec((0_i128..5 * SECOND, 1_u64..50), 1..200),
        ) {
            // A full minute's worth at once, and what drains meanwhile: the bound of the algorithm.
            let mut gcra = Gcra::default();
            let (mut now, mut passed) = (0, Vec::new());
            for (wait, amount) in steps {
                now += wait;
                let amount = amount.min(limit);
                if gcra.pass(now, limit, amount).is_ok() {
                    passed.push((now, amount));
                }
                let of_minute: u64 = passed.iter().filter(|(at, _)| now - at < MINUTE).map(|(_, amount)| amount).sum();
                prop_assert!(of_minute <= 2 * limit);
            }
        }
    }
}
