//! Icons, from the sprite in index.html. They repeat a word, so they are hidden from screen readers.

use yew::prelude::*;

include!(concat!(env!("OUT_DIR"), "/icon.rs"));

impl Icon {
    /// 16 px.
    pub(crate) fn view(self) -> Html {
        svg(self, "icon")
    }

    /// 14 px, beside text of 12 or 13 px.
    pub(crate) fn small(self) -> Html {
        svg(self, "icon icon-sm")
    }

    pub(crate) fn with(self, class: &'static str) -> Html {
        svg(self, class)
    }
}

fn svg(icon: Icon, class: &'static str) -> Html {
    html! { <svg {class} aria-hidden="true"><use href={icon.href()} /></svg> }
}
