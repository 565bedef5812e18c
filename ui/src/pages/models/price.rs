//! What a model costs, as a form holds it: dollars, a text for each class.

use api::{
    Fields,
    bill::PriceClass,
    prices::{PriceTier, Pricing},
};

use yew::prelude::*;

use crate::{
    format::{dollars, nano},
    i18n::Text,
    parts::form::NOT_A_NUMBER,
};

/// A fault that only a form can have; shown in the reader's language.
pub(crate) const NOT_MONEY: &str = "not an amount of dollars";
pub(crate) const BOTH_NEEDED: &str = "input and output have a price";

/// Nobody's own price if all is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PriceDraft {
    /// In the order of [`PriceClass::ALL`].
    texts: [String; PriceClass::ALL.len()],
    pub(crate) tiers: Vec<TierDraft>,
    /// As the browser's field has it; at once if empty.
    pub(crate) valid_from: String,
}

/// What long inputs cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TierDraft {
    pub(crate) above: String,
    /// In the order of [`TIER_CLASSES`].
    pub(crate) texts: [String; TIER_CLASSES.len()],
    /// What else the tier says, which the form has no fields for.
    rest: PriceTier,
}

/// What of a tier has a field.
pub(crate) const TIER_CLASSES: [PriceClass; 3] = [PriceClass::Input, PriceClass::Output, PriceClass::CacheRead];

impl TierDraft {
    fn of(tier: &PriceTier) -> Self {
        let texts = TIER_CLASSES.map(|class| tier.own(class).map(dollars).unwrap_or_default());
        Self { above: tier.above_input_tokens.to_string(), texts, rest: tier.clone() }
    }

    fn read(&self, at: &str, fields: &mut Fields) -> PriceTier {
        let digits: String = self.above.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
        let above_input_tokens = digits.parse().unwrap_or_else(|_| {
            fields.insert(format!("{at}.above_input_tokens"), NOT_A_NUMBER.to_owned());
            1
        });
        let mut amount = |at_class: usize| {
            let text = self.texts[at_class].trim();
            let nusd = nano(text);
            if nusd.is_none() && !text.is_empty() {
                fields.insert(format!("{at}.{}", TIER_CLASSES[at_class].field()), NOT_MONEY.to_owned());
            }
            nusd
        };
        PriceTier {
            above_input_tokens,
            input_nusd_per_mtok: amount(0),
            output_nusd_per_mtok: amount(1),
            cache_read_nusd_per_mtok: amount(2),
            ..self.rest.clone()
        }
    }
}

impl PriceDraft {
    pub(crate) fn of(pricing: &Pricing) -> Self {
        let mut draft = Self { tiers: pricing.tiers.iter().map(TierDraft::of).collect(), ..Self::default() };
        for (text, class) in draft.texts.iter_mut().zip(PriceClass::ALL) {
            // What is free for itself is left out, but for the two that are always said.
            let said = !matches!(class, PriceClass::Request | PriceClass::Image) || pricing.own(*class) != Some(0);
            *text = pricing.own(*class).filter(|_| said).map(dollars).unwrap_or_default();
        }
        draft
    }

    pub(crate) fn text(&self, class: PriceClass) -> String {
        let at = PriceClass::ALL.iter().position(|one| *one == class);
        at.map(|at| self.texts[at].clone()).unwrap_or_default()
    }

    pub(crate) fn with(&self, class: PriceClass, text: String) -> Self {
        let mut draft = self.clone();
        if let Some(at) = PriceClass::ALL.iter().position(|one| *one == class) {
            draft.texts[at] = text;
        }
        draft
    }

    /// What a class costs while nothing is said of it: what it is a part of does.
    pub(crate) fn fallback(&self, class: PriceClass) -> String {
        let whole = match class {
            PriceClass::Input | PriceClass::Output | PriceClass::Request | PriceClass::Image => return String::new(),
            PriceClass::CacheWrite1h => PriceClass::CacheWrite5m,
            PriceClass::Reasoning | PriceClass::OutputAudio => PriceClass::Output,
            _ => PriceClass::Input,
        };
        Some(self.text(whole)).filter(|text| !text.is_empty()).unwrap_or_else(|| self.fallback(whole))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tiers.is_empty() && self.texts.iter().all(|text| text.trim().is_empty())
    }

    /// The same prices from another moment on.
    pub(crate) fn from(&self, valid_from: String) -> Self {
        Self { valid_from, ..self.clone() }
    }

    /// `None` if nothing is said. Faults stand where the server would name them.
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<Pricing> {
        if self.is_empty() {
            return None;
        }
        let tiers = self.tiers.iter().enumerate();
        let tiers = tiers.map(|(index, tier)| tier.read(&format!("pricing.tiers[{index}]"), fields)).collect();
        let mut pricing = Pricing { tiers, ..Pricing::default() };
        for (text, class) in self.texts.iter().zip(PriceClass::ALL) {
            let at = || format!("pricing.{}", class.field());
            let text = text.trim();
            if text.is_empty() {
                if matches!(class, PriceClass::Input | PriceClass::Output) {
                    fields.insert(at(), BOTH_NEEDED.to_owned());
                }
                continue;
            }
            match nano(text) {
                Some(nusd) => pricing.set(*class, nusd),
                None => {
                    fields.insert(at(), NOT_MONEY.to_owned());
                }
            }
        }
        Some(pricing)
    }
}

/// What a class is called, on bills too.
pub(crate) const fn class_name(t: Text, class: PriceClass) -> &'static str {
    match class {
        PriceClass::Input => t.price_input(),
        PriceClass::CacheRead => t.price_cache_read(),
        PriceClass::CacheWrite5m => t.price_cache_write_5m(),
        PriceClass::CacheWrite1h => t.price_cache_write_1h(),
        PriceClass::InputAudio => t.price_input_audio(),
        PriceClass::InputImage => t.price_input_image(),
        PriceClass::Output => t.price_output(),
        PriceClass::Reasoning => t.price_reasoning(),
        PriceClass::OutputAudio => t.price_output_audio(),
        PriceClass::Request => t.price_request(),
        PriceClass::Image => t.price_image(),
    }
}

/// The word for a model that nobody said the price of.
pub(crate) fn no_price(t: Text) -> Html {
    html! { <span class="tag t-warn">{t.price_none()}</span> }
}

/// Whether nothing of it is ever charged.
pub(crate) fn is_free(pricing: &Pricing) -> bool {
    let classes = || PriceClass::ALL.iter();
    classes().all(|class| pricing.own(*class).unwrap_or(0) == 0)
        && pricing.tiers.iter().all(|tier| classes().all(|class| tier.own(*class).unwrap_or(0) == 0))
}

/// `Input $3.00, Output $15.00`: whatever is said, by class.
pub(crate) fn sentence(t: Text, own: impl Fn(PriceClass) -> Option<i64>) -> String {
    let said = |class: &PriceClass| {
        let nusd = own(*class)?;
        let silent = matches!(class, PriceClass::Request | PriceClass::Image) && nusd == 0;
        (!silent).then(|| format!("{} {}", class_name(t, *class), t.price(nusd)))
    };
    PriceClass::ALL.iter().filter_map(said).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(draft: &PriceDraft) -> Result<Option<Pricing>, Vec<String>> {
        let mut fields = Fields::new();
        let pricing = draft.read(&mut fields);
        if fields.is_empty() { Ok(pricing) } else { Err(fields.into_keys().collect()) }
    }

    #[test]
    fn a_price_comes_back_as_it_was() {
        let pricing = Pricing {
            input_nusd_per_mtok: 3_000_000_000,
            output_nusd_per_mtok: 0,
            cache_read_nusd_per_mtok: Some(0),
            cache_write_1h_nusd_per_mtok: Some(83_333_333),
            per_request_nusd: 1_000_000,
            tiers: vec![PriceTier {
                above_input_tokens: 200_000,
                output_nusd_per_mtok: Some(22_500_000_000),
                reasoning_nusd_per_mtok: Some(7),
                ..PriceTier::default()
            }],
            ..Pricing::default()
        };
        assert_eq!(read(&PriceDraft::of(&pricing)), Ok(Some(pricing)));
        assert_eq!(read(&PriceDraft::default()), Ok(None));
    }

    #[test]
    fn what_is_no_price_is_named() {
        let draft = PriceDraft::default().with(PriceClass::Input, "three".to_owned());
        let faults = ["pricing.input_nusd_per_mtok", "pricing.output_nusd_per_mtok"].map(str::to_owned).to_vec();
        assert_eq!(read(&draft), Err(faults));
        let mut draft = PriceDraft::of(&Pricing::default());
        draft.tiers =
            vec![TierDraft { texts: ["cheap".to_owned(), String::new(), String::new()], ..TierDraft::default() }];
        let faults = ["pricing.tiers[0].above_input_tokens", "pricing.tiers[0].input_nusd_per_mtok"].map(str::to_owned);
        assert_eq!(read(&draft), Err(faults.to_vec()));
    }
}
