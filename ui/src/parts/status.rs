//! A state as shape and word. The shape carries it, colour only repeats it.

use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// Good.
    Disc,
    /// Happening now.
    Ring,
    /// Will change by itself at a known time.
    Clock,
    /// Ended before its time.
    Cut,
    /// Works, but not as well as it should.
    Half,
    /// Hurts now.
    Triangle,
    /// Off, by a person.
    Struck,
    /// Nothing known yet.
    Dotted,
}

impl Glyph {
    pub(crate) const fn tone(self) -> &'static str {
        match self {
            Self::Disc => "t-ok",
            Self::Ring => "t-live",
            Self::Clock | Self::Cut | Self::Half => "t-warn",
            Self::Triangle => "t-err",
            Self::Struck | Self::Dotted => "t-off",
        }
    }

    pub(crate) fn view(self) -> Html {
        let shape = match self {
            Self::Disc => html! { <circle cx="6" cy="6" r="4" fill="currentColor" /> },
            Self::Ring => html! {<>
                <circle cx="6" cy="6" r="2" fill="currentColor" />
                <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.2" />
            </>},
            Self::Clock => html! {<>
                <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M6 3.6V6l1.7 1.2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
            </>},
            Self::Cut => html! {<>
                <path d="M0.8 6H6.4" stroke="currentColor" stroke-width="1.5" />
                <path d="M7.2 2.6V9.4" stroke="currentColor" stroke-width="1.8" />
                <path d="M9.4 6H11.2" stroke="currentColor" stroke-width="1.5" />
            </>},
            Self::Half => html! {<>
                <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M6 1.75a4.25 4.25 0 0 0 0 8.5z" fill="currentColor" />
            </>},
            Self::Triangle => html! {
                <path d="M6 1.4 11.2 10.4H.8z" fill="currentColor" stroke="currentColor" stroke-linejoin="round" />
            },
            Self::Struck => html! {<>
                <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                <path d="M3.2 8.8 8.8 3.2" stroke="currentColor" stroke-width="1.5" />
            </>},
            Self::Dotted => html! {
                <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="1.6 1.74" />
            },
        };
        let pulse = (self == Self::Ring).then_some("pulse");
        html! { <svg class={classes!("glyph", self.tone(), pulse)} viewBox="0 0 12 12" aria-hidden="true">{shape}</svg> }
    }
}

/// Shape and word. A word about trouble has its colour, any other is quiet.
pub(crate) fn status(glyph: Glyph, word: &str) -> Html {
    let class = match glyph {
        Glyph::Triangle | Glyph::Clock | Glyph::Cut | Glyph::Half => classes!("font-medium", glyph.tone()),
        Glyph::Disc | Glyph::Ring | Glyph::Struck | Glyph::Dotted => classes!("text-ink-2"),
    };
    html! { <span class="st">{glyph.view()}<span {class}>{word}</span></span> }
}
