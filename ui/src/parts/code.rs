//! Lines to paste elsewhere.

use yew::prelude::*;

use crate::parts::copy::CopyButton;

#[derive(Properties, PartialEq)]
pub(crate) struct CodeProps {
    /// What the lines are, above them.
    pub(crate) title: AttrValue,
    pub(crate) text: AttrValue,
    /// Names the copy button.
    pub(crate) copy_label: AttrValue,
}

#[component]
pub(crate) fn Code(props: &CodeProps) -> Html {
    html! {
        <div class="code">
            <div class="flex items-center h-8 pl-3 pr-1 border-b border-line font-sans text-ink-2">
                <span class="flex-1 truncate">{&props.title}</span>
                <CopyButton text={&props.text} label={&props.copy_label} />
            </div>
            <pre tabindex="0">{&props.text}</pre>
        </div>
    }
}
