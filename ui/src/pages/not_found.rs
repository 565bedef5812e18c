use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    i18n::use_text,
    parts::{empty::Empty, link::PageLink},
    routes::Route,
    web::use_title,
};

#[component]
pub(crate) fn NotFound() -> Html {
    let t = use_text();
    use_title(t.not_found_title());
    let path = use_location().map(|location| location.path().to_owned()).unwrap_or_default();
    let drawing = html! {
        <svg class="mx-auto" width="220" height="72" viewBox="0 0 220 72" fill="none" aria-hidden="true">
            <path class="stroke-line-2" stroke-width="1.5" d="M8 36h76" />
            <path class="stroke-line-2" stroke-width="1.5" stroke-dasharray="3 4" d="M144 36h54" />
            <path stroke="currentColor" stroke-width="5" d="M92 54V24a18 18 0 0 1 36 0v30" />
            <path class="stroke-primary" stroke-width="5" d="M102 36h10M118 36h4" />
        </svg>
    };
    html! {
        <Empty {drawing} whole_page=true title={t.not_found_headline()} text={t.not_found_text(&path)}>
            <div class="mt-6"><PageLink to={Route::Home} class="btn btn-sm">{t.not_found_home()}</PageLink></div>
        </Empty>
    }
}
