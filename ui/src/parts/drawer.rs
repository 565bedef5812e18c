//! A thing of the list, opened beside it.

use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{icon::Icon, modal::Modal},
};

#[derive(Properties, PartialEq)]
pub(crate) struct DrawerProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) tile: Html,
    #[prop_or_default]
    pub(crate) subtitle: Html,
    /// Beside the close button.
    #[prop_or_default]
    pub(crate) actions: Html,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
    pub(crate) footer: Html,
    /// Enter in a field, or the submit button in the footer.
    pub(crate) on_submit: Callback<()>,
}

#[component]
pub(crate) fn Drawer(props: &DrawerProps) -> Html {
    let t = use_text();
    let on_close = props.on_close.clone();
    let on_submit = props.on_submit.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        on_submit.emit(());
    });
    html! {
        <Modal labelled_by="drawer-title" class="sheet md:!w-[660px]" on_close={&props.on_close}>
            <form class="flex-1 min-h-0 flex flex-col" novalidate=true {onsubmit}>
                <header class="flex items-start gap-3 px-4 md:px-6 pt-4 pb-3 border-b border-line">
                    {props.tile.clone()}
                    <div class="min-w-0 flex-1">
                        <h2 id="drawer-title" tabindex="-1" autofocus=true class="outline-none text-lg font-semibold tracking-[-0.01em] leading-6 break-words">{&props.title}</h2>
                        <div class="text-xs text-ink-2 flex flex-wrap items-center gap-x-2">{props.subtitle.clone()}</div>
                    </div>
                    <div class="ml-auto flex items-center gap-1">
                        {props.actions.clone()}
                        <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.do_close()} title={t.do_close()}
                            onclick={move |_| on_close.emit(())}>{Icon::X.view()}</button>
                    </div>
                </header>
                <div class="flex-1 overflow-y-auto px-4 md:px-6 py-5 flex flex-col gap-6 [&>*]:shrink-0">{props.children.clone()}</div>
                <footer class="flex items-center gap-2 px-4 md:px-6 h-14 border-t border-line">{props.footer.clone()}</footer>
            </form>
        </Modal>
    }
}
