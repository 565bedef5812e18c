//! What a model costs, as lists and bills show it.

use api::{bill::PriceClass, prices::Pricing};
use yew::prelude::*;

use crate::i18n::Text;

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
