//! A thing of the list, opened beside it to be made or changed: what it is on top, its form, Cancel and Save at the end.
//!
//! Enter in a field and ⌘ Enter anywhere save; whoever leaves with something unsaved is asked.

use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{
        dialog::Confirm,
        form::{Progress, refusal_note, submit},
        icon::Icon,
        modal::Modal,
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorFrameProps {
    pub(crate) title: AttrValue,
    #[prop_or_default]
    pub(crate) tile: Html,
    #[prop_or_default]
    pub(crate) subtitle: Html,
    /// Beside the close button.
    #[prop_or_default]
    pub(crate) actions: Html,
    /// At the start of the footer.
    #[prop_or_default]
    pub(crate) aside: Html,
    pub(crate) progress: Progress,
    /// Nothing is there yet, so that there is something to save from the start.
    pub(crate) is_new: bool,
    /// The verb of what is new; else it is saved.
    #[prop_or_default]
    pub(crate) verb: Option<AttrValue>,
    pub(crate) on_save: Callback<()>,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn EditorFrame(props: &EditorFrameProps) -> Html {
    let t = use_text();
    let leaving = use_state(|| false);
    let Progress { dirty, busy, refusal } = &props.progress;
    let may_save = !busy && (*dirty || props.is_new);
    let close = {
        let (leaving, on_close, dirty) = (leaving.setter(), props.on_close.clone(), *dirty);
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let onsubmit = submit(&props.on_save);
    let onkeydown = {
        let on_save = props.on_save.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.meta_key() || event.ctrl_key()) {
                // Some browsers would submit as well.
                event.prevent_default();
                if may_save {
                    on_save.emit(());
                }
            }
        })
    };
    let verb = props.verb.clone().filter(|_| props.is_new).unwrap_or_else(|| t.do_save().into());
    let stay = leaving.setter();
    html! {<>
        <Modal labelled_by="drawer-title" class="sheet md:!w-[660px]" on_close={&close}>
            <form class="flex-1 min-h-0 flex flex-col" novalidate=true {onsubmit} {onkeydown}>
                <header class="flex items-start gap-3 px-4 md:px-6 pt-4 pb-3 border-b border-line">
                    {props.tile.clone()}
                    <div class="min-w-0 flex-1">
                        <h2 id="drawer-title" tabindex="-1" autofocus=true class="outline-none text-lg font-semibold tracking-[-0.01em] leading-6 break-words">{&props.title}</h2>
                        <div class="text-xs text-ink-2 flex flex-wrap items-center gap-x-2">{props.subtitle.clone()}</div>
                    </div>
                    <div class="ml-auto flex items-center gap-1">
                        {props.actions.clone()}
                        <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.do_close()} title={t.do_close()}
                            onclick={close.reform(|_: MouseEvent| ())}>{Icon::X.view()}</button>
                    </div>
                </header>
                <div class="flex-1 overflow-y-auto px-4 md:px-6 py-5 flex flex-col gap-6 [&>*]:shrink-0">{props.children.clone()}</div>
                if refusal.is_some() {
                    <div class="px-4 md:px-6 py-2.5 border-t border-line">{refusal_note(refusal.as_deref())}</div>
                }
                <footer class="flex items-center gap-2 px-4 md:px-6 h-14 border-t border-line">
                    {props.aside.clone()}
                    <span class="ml-auto"></span>
                    <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
                    <button type="submit" class="btn btn-primary btn-sm" disabled={!may_save} aria-keyshortcuts="Control+Enter Meta+Enter">{verb}</button>
                </footer>
            </form>
        </Modal>
        if *leaving {
            <Confirm title={t.editor_discard()} text={t.editor_discard_text()} action={t.editor_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}
