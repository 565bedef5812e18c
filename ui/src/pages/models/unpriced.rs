//! Says that models are in use which nobody said the price of.

use yew::prelude::*;
use yew_router::prelude::*;

use ::api::models::{ModelQuery, ModelShow};

use crate::{api, i18n::use_text, load::use_load, parts::icon::Icon, routes::Route, web::with_query};

/// Shown to those who can say it; nothing while all have a price.
#[component]
pub(crate) fn UnpricedBanner() -> Html {
    let t = use_text();
    let navigator = use_navigator();
    let attention = use_load(api::attention::read);
    let unpriced = attention.value().map_or(0, |attention| attention.unpriced);
    if unpriced == 0 {
        return Html::default();
    }
    let query = ModelQuery { show: ModelShow::Unpriced, ..ModelQuery::default() };
    let href = with_query(&Route::Models.to_path(), &query);
    let onclick = move |event: MouseEvent| {
        let elsewhere = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if let (Some(navigator), false) = (&navigator, elsewhere) {
            event.prevent_default();
            // Plain texts and numbers always serialise.
            let _ok = navigator.push_with_query(&Route::Models, &query);
        }
    };
    html! {
        <p class="flex items-start gap-2 px-4 md:px-6 py-2 text-sm border-t border-line bg-base-200" role="status" data-testid="unpriced">
            {Icon::CircleAlert.with("icon mt-0.5 t-warn")}
            <span>{t.price_unpriced(unpriced)}{" "}<a {href} class="act" {onclick}>{t.price_say()}</a></span>
        </p>
    }
}
