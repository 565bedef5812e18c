//! A line of a section: what it is and what it does left, its control right.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RowProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) text: Html,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Row(props: &RowProps) -> Html {
    html! {
        <div class="grid grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_300px] gap-x-8 gap-y-2 py-3.5 border-t border-line">
            <div class="min-w-0">
                <div class="font-medium">{&props.title}</div>
                <div class="text-xs text-ink-2 max-w-[440px]">{props.text.clone()}</div>
            </div>
            <div class="flex items-center lg:justify-end gap-2 min-w-0">{props.children.clone()}</div>
        </div>
    }
}
