//! Amounts of money as people write them into fields.

const DOLLAR: i64 = 1_000_000_000;

/// Nano-USD of `12.5`, `$0.000042` or `1,000`; nothing of what has more than nine decimals or isn't an amount.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('$').trim();
    let (whole, fraction) = text.split_once(['.', '。']).unwrap_or((text, ""));
    let whole: String = whole.chars().filter(|c| !matches!(c, ',' | '，')).collect();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(&whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    whole.checked_mul(DOLLAR)?.checked_add(fraction)
}

/// `12.50` of 12,500,000,000: as [`parse`] reads it, without a digit lost.
pub(crate) fn plain(nusd: i64) -> String {
    let nano = format!("{:09}", nusd % DOLLAR);
    match nano.trim_end_matches('0') {
        "" => (nusd / DOLLAR).to_string(),
        fraction => format!("{}.{fraction:0<2}", nusd / DOLLAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        for (text, nusd) in [("12.50", 12_500_000_000), ("0.000042", 42_000), ("3", 3 * DOLLAR), ("0", 0)] {
            assert_eq!(parse(text), Some(nusd));
            assert_eq!(plain(nusd), text);
        }
        assert_eq!(parse(" $1,000.5 "), Some(1_000_500_000_000));
        assert_eq!(parse(".25"), Some(250_000_000));
    }

    #[test]
    fn what_is_no_amount_is_not_guessed_at() {
        for text in ["", "$", ".", "-1", "1e3", "0.0000000001", "ten", "99999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
