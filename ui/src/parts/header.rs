//! The top of a page: what it is, how much of it there is, and what can be done.

use yew::prelude::*;

use crate::parts::icon::Icon;

#[derive(Properties, PartialEq)]
pub(crate) struct PageHeaderProps {
    pub(crate) title: AttrValue,
    /// A count or a total, in the second voice.
    #[prop_or_default]
    pub(crate) note: Html,
    /// Actions: ghost before plain before primary.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn PageHeader(props: &PageHeaderProps) -> Html {
    html! {
        <div class="head">
            <h1>{&props.title}</h1>
            if props.note != Html::default() { <span class="text-sm text-ink-2">{props.note.clone()}</span> }
            <div class="ml-auto flex items-center gap-2">{props.children.clone()}</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct AddButtonProps {
    pub(crate) label: AttrValue,
    pub(crate) on_add: Callback<()>,
}

/// The page's primary action; `N` runs it too, which the page registers with `use_hotkey`.
#[component]
pub(crate) fn AddButton(props: &AddButtonProps) -> Html {
    html! {
        <button type="button" class="btn btn-primary btn-sm" onclick={props.on_add.reform(|_: MouseEvent| ())}>
            {Icon::Plus.small()}{&props.label}
            <kbd class="kbd kbd-xs max-md:hidden !bg-transparent !text-primary-content !border-current/40" aria-hidden="true">{"N"}</kbd>
        </button>
    }
}
