//! Nothing here yet: a drawing, the consequence, what the thing is, and the next steps.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct EmptyProps {
    #[prop_or_default]
    pub(crate) drawing: Html,
    pub(crate) title: AttrValue,
    pub(crate) text: AttrValue,
    #[prop_or_default]
    pub(crate) children: Html,
    /// There is no page around it: its title is the page's.
    #[prop_or_default]
    pub(crate) whole_page: bool,
}

const TITLE: &str = "mt-6 text-lg font-semibold tracking-[-0.01em]";

#[component]
pub(crate) fn Empty(props: &EmptyProps) -> Html {
    html! {
        <div class="flex-1 grid place-items-center px-4 py-10"><div class="empty">
            {props.drawing.clone()}
            if props.whole_page {
                <h1 class={TITLE}>{&props.title}</h1>
            } else {
                <h2 class={TITLE}>{&props.title}</h2>
            }
            <p class="mt-1 text-base text-ink-2">{&props.text}</p>
            {props.children.clone()}
        </div></div>
    }
}
