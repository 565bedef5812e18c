//! The built-in catalogue of public prices: `catalogue.txt`, a line for each model that a vendor sells, written by `cargo xtask prices`.
//!
//! A vendor's own price comes first. For a vendor whose prices aren't known, a model costs what its maker takes for it.

use std::{collections::HashMap, sync::LazyLock};

use api::{
    bill::PriceClass,
    prices::{PriceTier, Pricing},
};

use crate::{catalogue::without_date, vendor::Vendor};

const TEXT: &str = include_str!("catalogue.txt");

/// What a line says of one model.
type Words = &'static str;

/// By vendor and name, also other names.
static LINES: LazyLock<HashMap<(&str, &str), Words>> = LazyLock::new(|| {
    let mut lines = HashMap::new();
    for (vendor, model, words) in rows() {
        lines.insert((vendor, model), words);
        for (part, value) in words.split(' ').filter_map(|word| word.split_once('=')) {
            if part == "also" {
                lines.extend(value.split(',').map(|name| ((vendor, name), words)));
            }
        }
    }
    lines
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str, Words)> {
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (vendor, rest) = line.split_once(' ')?;
        let (model, words) = rest.split_once(' ')?;
        Some((vendor, model, words))
    })
}

/// The day of the prices, such as `2026-11-23`.
pub fn date() -> &'static str {
    TEXT.lines().find_map(|line| line.strip_prefix("# date ")).unwrap_or_default()
}

/// What a vendor (by its slug; `None` if nobody knows) takes for what it calls `model`. What runs on one's own machine is free.
pub fn find(vendor: Option<&str>, model: &str) -> Option<Pricing> {
    let known = vendor.and_then(Vendor::find);
    if known.is_some_and(|vendor| vendor.local) {
        return Some(Pricing::default());
    }
    let model = model.to_lowercase();
    let names = spellings(&model);
    let makers = Vendor::all().iter().filter(|vendor| vendor.maker);
    let mut vendors = known.into_iter().chain(makers);
    let words = vendors.find_map(|vendor| names.iter().find_map(|name| LINES.get(&(vendor.slug, *name))))?;
    parse(words)
}

/// How a model's name may stand in the catalogue, the closest first: as it is, without the maker's prefix, without a version or a date.
fn spellings(model: &str) -> Vec<&str> {
    let bare = model.strip_prefix("models/").unwrap_or(model);
    let own = bare.rsplit('/').next().unwrap_or(bare);
    let mut names = vec![model, bare, own];
    for name in [bare, own] {
        let name = name.split('@').next().unwrap_or(name);
        names.extend([name, without_date(name)]);
    }
    names
}

fn parse(words: &str) -> Option<Pricing> {
    let mut pricing = Pricing::default();
    for (part, value) in words.split(' ').filter_map(|word| word.split_once('=')) {
        if part == "also" {
            continue;
        }
        let (part, above) = part.split_once('>').map_or((part, None), |(part, above)| (part, Some(above)));
        let class = PriceClass::ALL.iter().copied().find(|class| class.as_str() == part)?;
        let nusd = nano(value)?;
        match above {
            None => pricing.set(class, nusd),
            Some(above) => tier(&mut pricing.tiers, above.parse().ok()?).set(class, nusd),
        }
    }
    Some(pricing)
}

/// The tier that begins above so many tokens, made in its place if it isn't there.
fn tier(tiers: &mut Vec<PriceTier>, above_input_tokens: i64) -> &mut PriceTier {
    let at = tiers.binary_search_by_key(&above_input_tokens, |tier| tier.above_input_tokens).unwrap_or_else(|at| {
        tiers.insert(at, PriceTier { above_input_tokens, ..PriceTier::default() });
        at
    });
    &mut tiers[at]
}

/// Dollars as nano-USD.
fn nano(usd: &str) -> Option<i64> {
    let (whole, fraction) = usd.split_once('.').unwrap_or((usd, ""));
    let fits = !whole.is_empty() && fraction.len() <= 9 && usd.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    fits.then(|| format!("{whole}{fraction:0<9}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use api::{Validate, prices::NewPrice};

    use super::*;

    /// Dollars for a million tokens of input and output.
    fn usd(vendor: &str, model: &str) -> Option<(i64, i64)> {
        let pricing = find(Some(vendor), model)?;
        let dollars = |nusd: i64| nusd / 1_000_000;
        Some((dollars(pricing.input_nusd_per_mtok), dollars(pricing.output_nusd_per_mtok)))
    }

    #[test]
    fn the_catalogue_keeps_its_rules() {
        let keys: Vec<_> = rows().map(|(vendor, model, _)| (vendor, model)).collect();
        assert!(keys.len() >= 300, "{}", keys.len());
        assert!(keys.is_sorted(), "sorted, as the command writes it");
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "each once");
        assert_eq!(keys.len(), TEXT.lines().count() - 3);
        for (vendor, model, words) in rows() {
            assert!(Vendor::find(vendor).is_some(), "{vendor} isn't in the vendor table");
            assert_eq!(model, model.to_lowercase());
            let pricing = parse(words).unwrap_or_else(|| panic!("{vendor} {model}: {words}"));
            assert_eq!(NewPrice { pricing: pricing.clone(), valid_from: None }.validate(), Ok(()), "{vendor} {model}");
            assert_eq!(find(Some(vendor), model), Some(pricing), "{vendor} {model}");
        }
        let date = date();
        assert!(date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{date}");
    }

    #[test]
    fn dollars_are_read_exactly() {
        assert_eq!(nano("0.083333333"), Some(83_333_333));
        assert_eq!(nano("600"), Some(600_000_000_000));
        assert_eq!(nano("0"), Some(0));
        for bad in ["", "-1", "1e3", "0.0000000001", "1.2.3", "99999999999"] {
            assert_eq!(nano(bad), None, "{bad}");
        }
    }

    #[test]
    fn tiers_stand_in_their_order() {
        let pricing = parse("also=x input=1 input>200=3 input>100=2 output=4 output>200=5").unwrap();
        let tiers: Vec<_> = pricing
            .tiers
            .iter()
            .map(|tier| (tier.above_input_tokens, tier.input_nusd_per_mtok, tier.output_nusd_per_mtok))
            .collect();
        assert_eq!(tiers, [(100, Some(2_000_000_000), None), (200, Some(3_000_000_000), Some(5_000_000_000))]);
    }

    #[test]
    fn a_model_is_found_by_the_names_that_people_give_it() {
        for name in
            ["gpt-4o-mini", "GPT-4o-mini", "gpt-4o-mini-2024-07-18", "gpt-4o-mini-2031-01-02", "openai/gpt-4o-mini"]
        {
            assert_eq!(usd("openai", name), Some((150, 600)), "{name}");
        }
        let sonnet = Some((3_000, 15_000));
        for name in
            ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5@20250929", "claude-sonnet-4.5"]
        {
            assert_eq!(usd("anthropic", name), sonnet, "{name}");
        }
        assert_eq!(usd("gemini", "models/gemini-2.5-pro"), Some((1_250, 10_000)));
        assert_eq!(usd("openai", "no-such-model"), None);
    }

    #[test]
    fn a_vendors_own_price_comes_before_the_makers() {
        let own = usd("openrouter", "deepseek/deepseek-v3.2");
        assert!(own.is_some() && own != usd("deepseek", "deepseek-v3.2"), "{own:?}");
        // A vendor that says nothing, one that nobody knows, and no vendor at all.
        let maker = usd("deepseek", "deepseek-v3.2");
        assert_eq!(usd("siliconflow", "deepseek-ai/DeepSeek-V3.2"), maker);
        assert_eq!(usd("my-own", "deepseek-v3.2"), maker);
        assert_eq!(find(None, "deepseek-v3.2"), find(Some("deepseek"), "deepseek-v3.2"));
        // A variant at another price isn't the model.
        assert_eq!(usd("openai", "gpt-4o:free"), None);
    }

    #[test]
    fn what_runs_on_ones_own_machine_is_free() {
        assert_eq!(find(Some("ollama"), "deepseek-r1"), Some(Pricing::default()));
    }
}
