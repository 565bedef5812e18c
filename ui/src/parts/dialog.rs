//! A question or a thing that must not be missed.

use yew::prelude::*;

use crate::{i18n::use_text, parts::modal::Modal};

#[derive(Properties, PartialEq)]
pub(crate) struct DialogProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) text: Option<AttrValue>,
    pub(crate) on_close: Callback<()>,
    #[prop_or(classes!("w-[min(580px,calc(100vw-24px))]"))]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) children: Html,
    pub(crate) footer: Html,
}

#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    html! {
        <Modal labelled_by="dialog-title" described_by={props.text.as_ref().map(|_| "dialog-text")}
            class={classes!("dialog", props.class.clone())} on_close={&props.on_close}>
            <div class="dialog-body">
                <div class="p-6 pb-5">
                    <h2 id="dialog-title" class="text-lg font-semibold tracking-[-0.01em] break-words">{&props.title}</h2>
                    if let Some(text) = &props.text {
                        <p id="dialog-text" class="mt-1 text-base text-ink-2">{text}</p>
                    }
                    {props.children.clone()}
                </div>
                <footer class="flex items-center gap-2 h-14 px-6 border-t border-line">{props.footer.clone()}</footer>
            </div>
        </Modal>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    /// Names what it is about.
    pub(crate) title: AttrValue,
    pub(crate) text: AttrValue,
    /// The verb.
    pub(crate) action: AttrValue,
    #[prop_or_default]
    pub(crate) busy: bool,
    pub(crate) on_confirm: Callback<()>,
    pub(crate) on_close: Callback<()>,
    #[prop_or_default]
    pub(crate) children: Html,
}

/// Asks before something that can't be undone. Cancel has the keyboard, so that Enter destroys nothing.
#[component]
pub(crate) fn Confirm(props: &ConfirmProps) -> Html {
    let t = use_text();
    let (on_confirm, on_close) = (props.on_confirm.clone(), props.on_close.clone());
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-sm" autofocus=true onclick={move |_| on_close.emit(())}>{t.do_cancel()}</button>
        <button type="button" class="btn btn-sm !text-error" disabled={props.busy}
            onclick={move |_| on_confirm.emit(())}>{&props.action}</button>
    </>};
    html! {
        <Dialog title={&props.title} text={Some(props.text.clone())} on_close={&props.on_close} {footer}
            class="w-[min(460px,calc(100vw-24px))]">
            {props.children.clone()}
        </Dialog>
    }
}
