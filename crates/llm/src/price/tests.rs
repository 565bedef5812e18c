use api::prices::PriceTier;
use proptest::prelude::*;

use super::*;

/// Dollars for a million tokens, in nano-USD.
const USD: i64 = 1_000_000_000;

fn sonnet() -> Pricing {
    Pricing {
        input_nusd_per_mtok: 3 * USD,
        output_nusd_per_mtok: 15 * USD,
        cache_read_nusd_per_mtok: Some(3 * USD / 10),
        cache_write_5m_nusd_per_mtok: Some(3_750_000_000),
        cache_write_1h_nusd_per_mtok: Some(6 * USD),
        tiers: vec![PriceTier {
            above_input_tokens: 200_000,
            input_nusd_per_mtok: Some(6 * USD),
            output_nusd_per_mtok: Some(22_500_000_000),
            cache_read_nusd_per_mtok: Some(6 * USD / 10),
            ..PriceTier::default()
        }],
        ..Pricing::default()
    }
}

fn lines(pricing: &Pricing, usage: Usage, ppm: i64) -> Vec<(&'static str, i64, i64, i64)> {
    let bill = bill(pricing, &usage, ppm);
    bill.lines.iter().map(|line| (line.class.as_str(), line.quantity, line.rate_nusd, line.cost_nusd)).collect()
}

#[test]
fn each_class_has_its_line() {
    let usage = Usage {
        input: 10_000,
        output: 500,
        cache_read: 6_000,
        cache_write: 2_000,
        cache_write_1h: 500,
        reasoning: 200,
        ..Usage::default()
    };
    assert_eq!(
        lines(&sonnet(), usage, ONE_PPM),
        [
            ("input", 2_000, 3 * USD, 6_000_000),
            ("cache_read", 6_000, 300_000_000, 1_800_000),
            ("cache_write_5m", 1_500, 3_750_000_000, 5_625_000),
            ("cache_write_1h", 500, 6 * USD, 3_000_000),
            ("output", 300, 15 * USD, 4_500_000),
            ("reasoning", 200, 15 * USD, 3_000_000),
        ]
    );
    assert_eq!(bill(&sonnet(), &usage, ONE_PPM).total(), 23_925_000);
}

#[test]
fn a_long_input_has_other_prices_for_the_whole_request() {
    for (input, expected) in [(200_000, (3 * USD, 15 * USD)), (200_001, (6 * USD, 22_500_000_000))] {
        let bill = bill(&sonnet(), &Usage { input, output: 1, ..Usage::default() }, ONE_PPM);
        assert_eq!((bill.lines[0].rate_nusd, bill.lines[1].rate_nusd), expected, "{input}");
    }
    // What the tier doesn't name costs what it costs below.
    let usage = Usage { input: 300_000, cache_write: 300_000, ..Usage::default() };
    assert_eq!(bill(&sonnet(), &usage, ONE_PPM).lines[0].rate_nusd, 3_750_000_000);
}

#[test]
fn a_class_without_a_price_costs_what_it_is_a_part_of() {
    let pricing = Pricing { input_nusd_per_mtok: 2 * USD, output_nusd_per_mtok: 8 * USD, ..Pricing::default() };
    let usage = Usage {
        input: 6,
        output: 3,
        cache_read: 1,
        cache_write: 2,
        cache_write_1h: 1,
        input_audio: 1,
        input_image: 1,
        reasoning: 1,
        output_audio: 1,
        images: 4,
    };
    let bill_of = |pricing: &Pricing| -> Vec<i64> {
        bill(pricing, &usage, ONE_PPM).lines.iter().map(|line| line.rate_nusd / USD).collect()
    };
    assert_eq!(bill_of(&pricing), [2, 2, 2, 2, 2, 2, 8, 8, 8]);
    let pricing = Pricing { cache_write_5m_nusd_per_mtok: Some(5 * USD), ..pricing };
    assert_eq!(bill_of(&pricing), [2, 2, 5, 5, 2, 2, 8, 8, 8]);
}

#[test]
fn a_request_and_its_pictures_are_charged_for_themselves() {
    let pricing = Pricing { per_request_nusd: 1_000_000, per_image_nusd: 40_000_000, ..Pricing::default() };
    let usage = Usage { input: 7, images: 2, ..Usage::default() };
    assert_eq!(
        lines(&pricing, usage, 1_500_000),
        [("input", 7, 0, 0), ("request", 1, 1_000_000, 1_500_000), ("image", 2, 40_000_000, 120_000_000)]
    );
    // Exactly what the request costs, so that a budget for a hundred serves a hundred.
    assert_eq!(reserve(&pricing, Estimate { input: 9_999, output: 4_096, images: 0 }, ONE_PPM), 1_000_000);
}

#[test]
fn a_half_is_rounded_up_in_each_line() {
    let pricing = Pricing { input_nusd_per_mtok: 500_000, output_nusd_per_mtok: 499_999, ..Pricing::default() };
    let usage = Usage { input: 1, output: 1, ..Usage::default() };
    assert_eq!(lines(&pricing, usage, ONE_PPM), [("input", 1, 500_000, 1), ("output", 1, 499_999, 0)]);
}

#[test]
fn the_most_that_can_be_charged_fits() {
    let most = Pricing {
        input_nusd_per_mtok: MOST_NUSD,
        output_nusd_per_mtok: MOST_NUSD,
        per_request_nusd: MOST_NUSD,
        per_image_nusd: MOST_NUSD,
        ..Pricing::default()
    };
    let usage = Usage { input: i64::MAX, output: i64::MAX, images: i64::MAX, ..Usage::default() };
    let bill = bill(&most, &usage, i64::MAX);
    let exact: i128 = bill.lines.iter().map(|line| i128::from(line.cost_nusd)).sum();
    assert_eq!(i128::from(bill.total()), exact);
    assert!(bill.lines.iter().all(|line| line.cost_nusd < i64::MAX));
}

fn pricing() -> impl Strategy<Value = Pricing> {
    let nusd = || prop_oneof![Just(0), 0..=MOST_NUSD, 0..10_000_000i64];
    let some = move || proptest::option::of(nusd());
    let tier = (1..=MOST_TOKENS, some(), some(), some(), some(), some(), some()).prop_map(|tier| PriceTier {
        above_input_tokens: tier.0,
        input_nusd_per_mtok: tier.1,
        output_nusd_per_mtok: tier.2,
        cache_read_nusd_per_mtok: tier.3,
        cache_write_1h_nusd_per_mtok: tier.4,
        reasoning_nusd_per_mtok: tier.5,
        input_image_nusd_per_mtok: tier.6,
        ..PriceTier::default()
    });
    let base = (nusd(), nusd(), some(), some(), some(), some(), some(), some(), some(), nusd(), nusd());
    (base, proptest::collection::vec(tier, 0..4)).prop_map(|(base, mut tiers)| {
        tiers.sort_by_key(|tier| tier.above_input_tokens);
        Pricing {
            input_nusd_per_mtok: base.0,
            output_nusd_per_mtok: base.1,
            cache_read_nusd_per_mtok: base.2,
            cache_write_5m_nusd_per_mtok: base.3,
            cache_write_1h_nusd_per_mtok: base.4,
            reasoning_nusd_per_mtok: base.5,
            input_audio_nusd_per_mtok: base.6,
            input_image_nusd_per_mtok: base.7,
            output_audio_nusd_per_mtok: base.8,
            per_request_nusd: base.9,
            per_image_nusd: base.10,
            tiers,
        }
    })
}

/// Also what no reader lets through.
fn usage() -> impl Strategy<Value = Usage> {
    let tokens = || prop_oneof![0..5_000i64, 0..=MOST_TOKENS, any::<i64>()];
    let input = (tokens(), tokens(), tokens(), tokens(), tokens(), tokens());
    (input, tokens(), tokens(), tokens(), tokens()).prop_map(|(input, output, reasoning, output_audio, images)| Usage {
        input: input.0,
        cache_read: input.1,
        cache_write: input.2,
        cache_write_1h: input.3,
        input_audio: input.4,
        input_image: input.5,
        output,
        reasoning,
        output_audio,
        images,
    })
}

fn multiplier() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(ONE_PPM), 0..=1_000 * ONE_PPM, any::<i64>()]
}

proptest! {
    #[test]
    fn nothing_overflows_and_the_total_is_the_sum(pricing in pricing(), usage in usage(), ppm in multiplier()) {
        let bill = bill(&pricing, &usage, ppm);
        let exact: i128 = bill.lines.iter().map(|line| i128::from(line.cost_nusd)).sum();
        prop_assert_eq!(i128::from(bill.total()), exact);
        prop_assert!(bill.lines.iter().all(|line| line.cost_nusd >= 0 && line.quantity > 0));
    }

    #[test]
    fn every_token_is_charged_once(pricing in pricing(), usage in usage()) {
        let bill = bill(&pricing, &usage, ONE_PPM);
        let sum = |classes: &[PriceClass]| -> i64 {
            bill.lines.iter().filter(|line| classes.contains(&line.class)).map(|line| line.quantity).sum()
        };
        prop_assert_eq!(sum(&INPUT), usage.input.clamp(0, MOST_TOKENS));
        prop_assert_eq!(sum(&OUTPUT), usage.output.clamp(0, MOST_TOKENS));
    }

    #[test]
    fn no_bill_is_above_what_was_reserved(
        pricing in pricing(), usage in usage(), ppm in multiplier(), more in (0..1_000_000i64, 0..1_000i64, 0..9i64),
    ) {
        let most = Estimate {
            input: usage.input.saturating_add(more.0),
            output: usage.output.saturating_add(more.1),
            images: usage.images.saturating_add(more.2),
        };
        let (bill, reserved) = (bill(&pricing, &usage, ppm), reserve(&pricing, most, ppm));
        prop_assert!(bill.total() <= reserved, "{} > {reserved}: {:?}", bill.total(), bill.lines);
    }

    #[test]
    fn more_output_or_a_higher_multiplier_never_costs_less(
        pricing in pricing(), usage in usage(), ppm in 0..999 * ONE_PPM, more in 0..1_000_000i64,
    ) {
        let total = bill(&pricing, &usage, ppm).total();
        let longer = Usage { output: usage.output.saturating_add(more), ..usage };
        // What was cut off the parts for being more than the whole may become a dearer or a cheaper part of the longer whole.
        if usage.reasoning.max(0).saturating_add(usage.output_audio.max(0)) <= usage.output {
            prop_assert!(total <= bill(&pricing, &longer, ppm).total());
        }
        prop_assert!(total <= bill(&pricing, &usage, ppm + more).total());
    }
}
