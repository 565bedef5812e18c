//! The mark: an arch with the route passing through.

use yew::prelude::*;

pub(crate) fn mark(size: &'static str) -> Html {
    html! {
        <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
            <path stroke="currentColor" stroke-width="4" d="M7 29V14a9 9 0 0 1 18 0v1M25 23v6" />
            <path class="stroke-primary" stroke-width="4" d="M12 19h20" />
        </svg>
    }
}
