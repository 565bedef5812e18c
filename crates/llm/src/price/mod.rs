//! What a request costs: exact, in nano-USD, rounded once per line.
//!
//! Every amount goes through `amount`, which bounds what it is given, so that neither a price that someone typed nor a number that an
//! upstream sent can overflow.

pub mod catalogue;

use api::{
    bill::{Bill, BillLine, MOST_TOKENS, PriceClass, Usage},
    groups::ONE_PPM,
    prices::{MOST_IMAGES, MOST_NUSD, Pricing},
};

/// What a request may come to at most, for reserving it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    pub input: i64,
    pub output: i64,
    pub images: i64,
}

/// What a request costs that used this; `multiplier_ppm` is its group's.
pub fn bill(pricing: &Pricing, usage: &Usage, multiplier_ppm: i64) -> Bill {
    let tiers = tiers_up_to(pricing, usage.input);
    let mut lines = Vec::with_capacity(4);
    let mut add = |class, quantity: i64, rate_nusd: i64| {
        if quantity > 0 {
            let cost_nusd = amount(class, quantity, rate_nusd, multiplier_ppm);
            lines.push(BillLine { class, quantity, rate_nusd, cost_nusd });
        }
    };
    for (class, quantity) in quantities(usage) {
        add(class, quantity, rate(pricing, tiers, class));
    }
    for (class, quantity, nusd) in [
        (PriceClass::Request, 1, pricing.per_request_nusd),
        (PriceClass::Image, usage.images.clamp(0, MOST_IMAGES), pricing.per_image_nusd),
    ] {
        if nusd > 0 {
            add(class, quantity, nusd);
        }
    }
    Bill { multiplier_ppm, lines }
}

/// The most that [`bill`] can come to, in nano-USD, for a request that uses no more than this: all input at the dearest input price,
/// all output at the dearest output price, at the dearest tier that it may reach.
pub fn reserve(pricing: &Pricing, most: Estimate, multiplier_ppm: i64) -> i64 {
    let reached = tiers_up_to(pricing, most.input);
    let dearest = |classes: &[PriceClass]| {
        let of_tier = |tiers| classes.iter().map(move |class| rate(pricing, tiers, *class));
        (0..=reached).flat_map(of_tier).max().unwrap_or(0)
    };
    let tokens = |classes: &[PriceClass], quantity| {
        let cost = amount(PriceClass::Input, quantity, dearest(classes), multiplier_ppm);
        // Each line may be rounded up by a half, and this one down.
        let rounded = i64::try_from(classes.len() / 2 + 1).unwrap_or(i64::MAX);
        if quantity > 0 && dearest(classes) > 0 && multiplier_ppm > 0 { cost.saturating_add(rounded) } else { 0 }
    };
    [
        tokens(&INPUT, most.input),
        tokens(&OUTPUT, most.output),
        amount(PriceClass::Request, 1, pricing.per_request_nusd, multiplier_ppm),
        amount(PriceClass::Image, most.images.clamp(0, MOST_IMAGES), pricing.per_image_nusd, multiplier_ppm),
    ]
    .into_iter()
    .fold(0, i64::saturating_add)
}

const INPUT: [PriceClass; 6] = [
    PriceClass::Input,
    PriceClass::CacheRead,
    PriceClass::CacheWrite5m,
    PriceClass::CacheWrite1h,
    PriceClass::InputAudio,
    PriceClass::InputImage,
];

const OUTPUT: [PriceClass; 3] = [PriceClass::Output, PriceClass::Reasoning, PriceClass::OutputAudio];

/// Each token in one class. What was cached is priced as such, whatever it is of; parts never come to more than the whole.
fn quantities(usage: &Usage) -> [(PriceClass, i64); 9] {
    let mut input = usage.input.clamp(0, MOST_TOKENS);
    let mut output = usage.output.clamp(0, MOST_TOKENS);
    let cache_read = take(&mut input, usage.cache_read);
    let mut cache_write = take(&mut input, usage.cache_write);
    let cache_write_1h = take(&mut cache_write, usage.cache_write_1h);
    let input_audio = take(&mut input, usage.input_audio);
    let input_image = take(&mut input, usage.input_image);
    let reasoning = take(&mut output, usage.reasoning);
    let output_audio = take(&mut output, usage.output_audio);
    [
        (PriceClass::Input, input),
        (PriceClass::CacheRead, cache_read),
        (PriceClass::CacheWrite5m, cache_write),
        (PriceClass::CacheWrite1h, cache_write_1h),
        (PriceClass::InputAudio, input_audio),
        (PriceClass::InputImage, input_image),
        (PriceClass::Output, output),
        (PriceClass::Reasoning, reasoning),
        (PriceClass::OutputAudio, output_audio),
    ]
}

/// Takes a part out of what is left.
fn take(left: &mut i64, part: i64) -> i64 {
    let taken = part.clamp(0, *left);
    *left -= taken;
    taken
}

/// How many tiers an input of this length has passed.
fn tiers_up_to(pricing: &Pricing, input: i64) -> usize {
    pricing.tiers.iter().take_while(|tier| input > tier.above_input_tokens).count()
}

/// The price of a class after so many tiers: that of the highest of them which names it, then the base's, then that of what the class is
/// a part of.
fn rate(pricing: &Pricing, tiers: usize, class: PriceClass) -> i64 {
    let own = pricing.tiers[..tiers].iter().rev().find_map(|tier| tier.own(class)).or_else(|| pricing.own(class));
    match (own, part_of(class)) {
        (Some(own), _) => own,
        (None, Some(whole)) => rate(pricing, tiers, whole),
        (None, None) => 0,
    }
}

const fn part_of(class: PriceClass) -> Option<PriceClass> {
    match class {
        PriceClass::CacheWrite1h => Some(PriceClass::CacheWrite5m),
        PriceClass::CacheRead | PriceClass::CacheWrite5m | PriceClass::InputAudio | PriceClass::InputImage => {
            Some(PriceClass::Input)
        }
        PriceClass::Reasoning | PriceClass::OutputAudio => Some(PriceClass::Output),
        PriceClass::Input | PriceClass::Output | PriceClass::Request | PriceClass::Image => None,
    }
}

/// Nano-USD, rounded half up.
fn amount(class: PriceClass, quantity: i64, rate_nusd: i64, multiplier_ppm: i64) -> i64 {
    let unit = match class {
        PriceClass::Request | PriceClass::Image => 1,
        _ => 1_000_000,
    };
    let product = i128::from(quantity.clamp(0, MOST_TOKENS))
        * i128::from(rate_nusd.clamp(0, MOST_NUSD))
        * i128::from(multiplier_ppm.clamp(0, 1_000 * ONE_PPM));
    let divisor = unit * i128::from(ONE_PPM);
    i64::try_from((product + divisor / 2) / divisor).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
