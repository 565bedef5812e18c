//! A line of a section: what it is and what it does left, its control right.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::web;

/// The row that a person looked for, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted(pub(crate) Option<&'static str>);

#[derive(Properties, PartialEq)]
pub(crate) struct RowProps {
    /// By which it is found.
    #[prop_or_default]
    pub(crate) id: AttrValue,
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) text: Html,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Row(props: &RowProps) -> Html {
    let node = use_node_ref();
    let wanted = use_context::<Wanted>().is_some_and(|Wanted(id)| id.is_some_and(|id| id == props.id));
    {
        let node = node.clone();
        use_effect_with(wanted, move |wanted| {
            if let Some(row) = node.cast::<HtmlElement>().filter(|_| *wanted) {
                row.scroll_into_view();
                web::focus_on(&row);
            }
        });
    }
    html! {
        <div ref={node} tabindex={wanted.then_some("-1")}
            class={classes!("setting", wanted.then_some("setting-on"), "grid", "grid-cols-[minmax(0,1fr)]", "lg:grid-cols-[minmax(0,1fr)_300px]", "gap-x-8", "gap-y-2", "py-3.5", "border-t", "border-line")}>
            <div class="min-w-0">
                <div class="font-medium">{&props.title}</div>
                <div class="text-xs text-ink-2 max-w-[440px]">{props.text.clone()}</div>
            </div>
            <div class="flex items-center lg:justify-end gap-2 min-w-0">{props.children.clone()}</div>
        </div>
    }
}
