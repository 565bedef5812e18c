//! What models cost, and since when.

mod wire;

use serde::{Deserialize, Serialize};

use crate::{
    Fields, Time, Validate,
    bill::{MOST_TOKENS, PriceClass},
    validate,
    words::words,
};

/// The highest price of a million tokens, a request or a picture: 1,000 USD in nano-USD. Twice [`MOST_TOKENS`] at this price and the
/// highest multiplier of a group still fit into an `i64`.
pub const MOST_NUSD: i64 = 1_000_000_000_000;

/// The most pictures that one request is charged for.
pub const MOST_IMAGES: i64 = 1_000;

/// What a model costs. A class without a price of its own costs what it is a part of: what is cached costs as input, an hour's cache as
/// five minutes', reasoning as output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pricing {
    /// Nano-USD per million tokens, as all that end so.
    pub input_nusd_per_mtok: i64,
    pub output_nusd_per_mtok: i64,
    pub cache_read_nusd_per_mtok: Option<i64>,
    pub cache_write_5m_nusd_per_mtok: Option<i64>,
    pub cache_write_1h_nusd_per_mtok: Option<i64>,
    pub reasoning_nusd_per_mtok: Option<i64>,
    pub input_audio_nusd_per_mtok: Option<i64>,
    pub input_image_nusd_per_mtok: Option<i64>,
    pub output_audio_nusd_per_mtok: Option<i64>,
    /// For each request.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub per_request_nusd: i64,
    /// For each picture that is made.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub per_image_nusd: i64,
    /// Other prices for requests with long inputs, the shortest first.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub tiers: Vec<PriceTier>,
}

/// Prices for the whole of a request whose input is longer than this. What is absent costs what it costs below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceTier {
    pub above_input_tokens: i64,
    pub input_nusd_per_mtok: Option<i64>,
    pub output_nusd_per_mtok: Option<i64>,
    pub cache_read_nusd_per_mtok: Option<i64>,
    pub cache_write_5m_nusd_per_mtok: Option<i64>,
    pub cache_write_1h_nusd_per_mtok: Option<i64>,
    pub reasoning_nusd_per_mtok: Option<i64>,
    pub input_audio_nusd_per_mtok: Option<i64>,
    pub input_image_nusd_per_mtok: Option<i64>,
    pub output_audio_nusd_per_mtok: Option<i64>,
}

words!(
    /// Who said what a model costs.
    PriceSource {
        /// A person. Wins over the catalogue.
        User = "user",
        /// The program's built-in catalogue of public prices.
        Catalogue = "catalogue",
    }
);

/// What a model costs from a moment on. Never changes: a new price is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    pub id: i64,
    pub valid_from: Time,
    pub source: PriceSource,
    /// The catalogue's date, if it is the catalogue's.
    pub catalogue: Option<String>,
    /// `null`: from here on people say nothing, and the catalogue's price holds.
    pub pricing: Option<Pricing>,
    /// Whether requests are charged by it now.
    pub in_effect: bool,
    pub created_at: Time,
}

/// Every price of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceHistory {
    /// The latest first, those that are still to come in front.
    pub items: Vec<Price>,
    /// What the catalogue says now.
    pub catalogue: Option<Pricing>,
    /// The catalogue's date.
    pub catalogue_date: String,
}

/// A price to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    pub pricing: Pricing,
    /// At once if absent. Not in the past: what was charged stays charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Time>,
}

impl Pricing {
    /// The price that is said of a class, without what it falls back to.
    pub const fn own(&self, class: PriceClass) -> Option<i64> {
        match class {
            PriceClass::Input => Some(self.input_nusd_per_mtok),
            PriceClass::Output => Some(self.output_nusd_per_mtok),
            PriceClass::CacheRead => self.cache_read_nusd_per_mtok,
            PriceClass::CacheWrite5m => self.cache_write_5m_nusd_per_mtok,
            PriceClass::CacheWrite1h => self.cache_write_1h_nusd_per_mtok,
            PriceClass::Reasoning => self.reasoning_nusd_per_mtok,
            PriceClass::InputAudio => self.input_audio_nusd_per_mtok,
            PriceClass::InputImage => self.input_image_nusd_per_mtok,
            PriceClass::OutputAudio => self.output_audio_nusd_per_mtok,
            PriceClass::Request => Some(self.per_request_nusd),
            PriceClass::Image => Some(self.per_image_nusd),
        }
    }

    /// Says what a class costs.
    pub const fn set(&mut self, class: PriceClass, nusd: i64) {
        match class {
            PriceClass::Input => self.input_nusd_per_mtok = nusd,
            PriceClass::Output => self.output_nusd_per_mtok = nusd,
            PriceClass::CacheRead => self.cache_read_nusd_per_mtok = Some(nusd),
            PriceClass::CacheWrite5m => self.cache_write_5m_nusd_per_mtok = Some(nusd),
            PriceClass::CacheWrite1h => self.cache_write_1h_nusd_per_mtok = Some(nusd),
            PriceClass::Reasoning => self.reasoning_nusd_per_mtok = Some(nusd),
            PriceClass::InputAudio => self.input_audio_nusd_per_mtok = Some(nusd),
            PriceClass::InputImage => self.input_image_nusd_per_mtok = Some(nusd),
            PriceClass::OutputAudio => self.output_audio_nusd_per_mtok = Some(nusd),
            PriceClass::Request => self.per_request_nusd = nusd,
            PriceClass::Image => self.per_image_nusd = nusd,
        }
    }

    /// Adds a sentence for each price that can't be accepted; `at` is where it stands.
    pub(crate) fn check_at(&self, fields: &mut Fields, at: &str) {
        for class in PriceClass::ALL {
            if let Some(nusd) = self.own(*class) {
                amount(fields, at, *class, nusd);
            }
        }
        validate::at_most(fields, &format!("{at}.tiers"), self.tiers.len(), 8);
        let mut below = 0;
        for (index, tier) in self.tiers.iter().enumerate() {
            let at = format!("{at}.tiers[{index}]");
            let above = tier.above_input_tokens;
            if !(below + 1..=MOST_TOKENS).contains(&above) {
                let fault = "Use more tokens than the tier before, up to 2,147,483,648.";
                fields.insert(format!("{at}.above_input_tokens"), fault.to_owned());
            }
            below = above.clamp(below, MOST_TOKENS - 1);
            let rates = PriceClass::ALL.iter().filter_map(|class| Some((*class, tier.own(*class)?)));
            for (class, nusd) in rates {
                amount(fields, &at, class, nusd);
            }
        }
    }
}

impl PriceTier {
    /// The price that is said of a class, without what it falls back to.
    pub const fn own(&self, class: PriceClass) -> Option<i64> {
        match class {
            PriceClass::Input => self.input_nusd_per_mtok,
            PriceClass::Output => self.output_nusd_per_mtok,
            PriceClass::CacheRead => self.cache_read_nusd_per_mtok,
            PriceClass::CacheWrite5m => self.cache_write_5m_nusd_per_mtok,
            PriceClass::CacheWrite1h => self.cache_write_1h_nusd_per_mtok,
            PriceClass::Reasoning => self.reasoning_nusd_per_mtok,
            PriceClass::InputAudio => self.input_audio_nusd_per_mtok,
            PriceClass::InputImage => self.input_image_nusd_per_mtok,
            PriceClass::OutputAudio => self.output_audio_nusd_per_mtok,
            PriceClass::Request | PriceClass::Image => None,
        }
    }

    /// Says what a class costs; a request and a picture cost the same in every tier.
    pub const fn set(&mut self, class: PriceClass, nusd: i64) {
        let own = match class {
            PriceClass::Input => &mut self.input_nusd_per_mtok,
            PriceClass::Output => &mut self.output_nusd_per_mtok,
            PriceClass::CacheRead => &mut self.cache_read_nusd_per_mtok,
            PriceClass::CacheWrite5m => &mut self.cache_write_5m_nusd_per_mtok,
            PriceClass::CacheWrite1h => &mut self.cache_write_1h_nusd_per_mtok,
            PriceClass::Reasoning => &mut self.reasoning_nusd_per_mtok,
            PriceClass::InputAudio => &mut self.input_audio_nusd_per_mtok,
            PriceClass::InputImage => &mut self.input_image_nusd_per_mtok,
            PriceClass::OutputAudio => &mut self.output_audio_nusd_per_mtok,
            PriceClass::Request | PriceClass::Image => return,
        };
        *own = Some(nusd);
    }
}

impl PriceClass {
    /// Where a [`Pricing`] says it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Input => "input_nusd_per_mtok",
            Self::Output => "output_nusd_per_mtok",
            Self::CacheRead => "cache_read_nusd_per_mtok",
            Self::CacheWrite5m => "cache_write_5m_nusd_per_mtok",
            Self::CacheWrite1h => "cache_write_1h_nusd_per_mtok",
            Self::Reasoning => "reasoning_nusd_per_mtok",
            Self::InputAudio => "input_audio_nusd_per_mtok",
            Self::InputImage => "input_image_nusd_per_mtok",
            Self::OutputAudio => "output_audio_nusd_per_mtok",
            Self::Request => "per_request_nusd",
            Self::Image => "per_image_nusd",
        }
    }
}

impl Validate for NewPrice {
    fn check(&self, fields: &mut Fields) {
        self.pricing.check_at(fields, "pricing");
    }
}

fn amount(fields: &mut Fields, at: &str, class: PriceClass, nusd: i64) {
    if !(0..=MOST_NUSD).contains(&nusd) {
        fields.insert(format!("{at}.{}", class.field()), "Use a price from 0 to 1,000 USD.".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(pricing: &serde_json::Value) -> Vec<String> {
        let new: NewPrice = serde_json::from_value(json!({ "pricing": pricing })).unwrap();
        new.validate().err().unwrap_or_default().into_keys().collect()
    }

    #[test]
    fn a_price_that_cannot_be_charged_is_named_by_its_place() {
        for (pricing, field) in [
            (json!({"input_nusd_per_mtok": -1, "output_nusd_per_mtok": 0}), "pricing.input_nusd_per_mtok"),
            (json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": MOST_NUSD + 1}), "pricing.output_nusd_per_mtok"),
            (
                json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "per_request_nusd": i64::MIN}),
                "pricing.per_request_nusd",
            ),
            (
                json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "tiers": [{"above_input_tokens": 0}]}),
                "pricing.tiers[0].above_input_tokens",
            ),
            (
                json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "tiers": [
                    {"above_input_tokens": 9}, {"above_input_tokens": 9}]}),
                "pricing.tiers[1].above_input_tokens",
            ),
            (
                json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "tiers": [
                    {"above_input_tokens": 9, "reasoning_nusd_per_mtok": -5}]}),
                "pricing.tiers[0].reasoning_nusd_per_mtok",
            ),
        ] {
            assert_eq!(faults(&pricing), [field], "{pricing}");
        }
    }

    #[test]
    fn what_can_be_charged_is_accepted() {
        let pricing = json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": MOST_NUSD, "per_image_nusd": 1, "tiers": [
            {"above_input_tokens": 200_000}, {"above_input_tokens": MOST_TOKENS, "input_nusd_per_mtok": 0}]});
        assert_eq!(faults(&pricing), [""; 0]);
    }

    #[test]
    fn neither_input_nor_output_is_free_by_being_left_out() {
        for pricing in [json!({"input_nusd_per_mtok": 1}), json!({"output_nusd_per_mtok": 1}), json!({})] {
            assert!(serde_json::from_value::<Pricing>(pricing).is_err());
        }
    }

    #[test]
    fn a_class_is_named_as_it_is_written() {
        let pricing = Pricing {
            cache_read_nusd_per_mtok: Some(1),
            cache_write_5m_nusd_per_mtok: Some(1),
            cache_write_1h_nusd_per_mtok: Some(1),
            reasoning_nusd_per_mtok: Some(1),
            input_audio_nusd_per_mtok: Some(1),
            input_image_nusd_per_mtok: Some(1),
            output_audio_nusd_per_mtok: Some(1),
            per_request_nusd: 1,
            per_image_nusd: 1,
            ..Pricing::default()
        };
        let written = serde_json::to_value(&pricing).unwrap();
        assert_eq!(written.as_object().unwrap().len(), PriceClass::ALL.len());
        for class in PriceClass::ALL {
            assert_eq!(written[class.field()], pricing.own(*class).unwrap(), "{class:?}");
        }
    }
}
