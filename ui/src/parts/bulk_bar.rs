//! What can be done to every selected row at once. Floats above the list while there is a selection.

use yew::prelude::*;

use crate::{i18n::use_text, parts::icon::Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct BulkBarProps {
    pub(crate) count: usize,
    pub(crate) on_clear: Callback<()>,
    /// Actions; what destroys comes last, as [`bulk_danger`].
    pub(crate) children: Html,
}

#[component]
pub(crate) fn BulkBar(props: &BulkBarProps) -> Html {
    let t = use_text();
    if props.count == 0 {
        return Html::default();
    }
    html! {
        <div class="bulk-bar" role="toolbar" aria-label={t.table_selection()}>
            <span class="font-medium mr-2 whitespace-nowrap">{t.table_selected(props.count)}</span>
            {props.children.clone()}
            <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.do_clear_selection()} title={t.do_clear_selection()}
                onclick={props.on_clear.reform(|_: MouseEvent| ())}>{Icon::X.view()}</button>
        </div>
    }
}

pub(crate) fn bulk_action(icon: Icon, label: &'static str, run: &Callback<()>) -> Html {
    html! {
        <button type="button" class="btn btn-ghost btn-sm" onclick={run.reform(|_: MouseEvent| ())}>{icon.small()}{label}</button>
    }
}

/// What destroys, apart from the rest.
pub(crate) fn bulk_danger(icon: Icon, label: &'static str, run: &Callback<()>) -> Html {
    html! {<>
        <span class="w-px h-5 bg-base-300 mx-1"></span>
        <button type="button" class="btn btn-ghost btn-sm !text-error" onclick={run.reform(|_: MouseEvent| ())}>{icon.small()}{label}</button>
    </>}
}
