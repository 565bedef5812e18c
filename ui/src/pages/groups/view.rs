//! Multipliers as people read and write them.

use api::groups::ONE_PPM;

/// Parts per million of `0.8`, `1` or `.5`; nothing of what has more than six decimals or isn't a number.
pub(crate) fn parts(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('×').trim();
    let (whole, fraction) = text.split_once(['.', '。']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(ONE_PPM)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::decimal;

    #[test]
    fn a_multiplier_is_read_as_it_is_written() {
        for (text, ppm) in [("0.8", 800_000), ("1", ONE_PPM), ("0", 0), ("12.000001", 12_000_001), ("0.05", 50_000)] {
            assert_eq!(parts(text), Some(ppm));
            assert_eq!(decimal(ppm), text);
        }
        assert_eq!(parts(" ×.5 "), Some(500_000));
    }

    #[test]
    fn what_is_no_multiplier_is_not_guessed_at() {
        for text in ["", ".", "-1", "1,5", "0.0000001", "1e3", "half", "99999999999999999999"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
