//! Money for people.

use std::fmt;

/// Nano-USD as dollars: `$1.25`, `$0.000042`; never fewer than two decimals, never more than it takes.
#[derive(Debug, Clone, Copy)]
pub struct Dollars(pub i64);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DOLLAR: u64 = 1_000_000_000;
        let nano = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let decimals = format!("{:09}", nano % DOLLAR);
        let kept = decimals.trim_end_matches('0').len().max(2);
        write!(f, "{sign}${}.{}", nano / DOLLAR, &decimals[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost_and_none_is_added() {
        for (nusd, text) in [
            (0, "$0.00"),
            (1, "$0.000000001"),
            (1_250_000_000, "$1.25"),
            (100_000_000, "$0.10"),
            (-42_000, "-$0.000042"),
            (i64::MAX, "$9223372036.854775807"),
            (i64::MIN, "-$9223372036.854775808"),
        ] {
            assert_eq!(Dollars(nusd).to_string(), text);
        }
    }
}
