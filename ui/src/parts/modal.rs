//! What every overlay does: it is a native `<dialog>`, so the page behind is inert, the keyboard stays inside, and
//! Escape closes it; the keyboard returns to where it came from.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use crate::web;

#[derive(Properties, PartialEq)]
pub(crate) struct ModalProps {
    /// Id of the heading that names it.
    pub(crate) labelled_by: AttrValue,
    #[prop_or_default]
    pub(crate) described_by: Option<AttrValue>,
    pub(crate) class: Classes,
    /// The person wants out: Escape, or a click on the scrim.
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Modal(props: &ModalProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = web::document().active_element();
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // Fails only if it is open already.
                let _open = dialog.show_modal();
                // A control that asks for the keyboard, else the heading: the first button is rarely what a person wants.
                let controls = dialog.query_selector("input[autofocus], button[autofocus]");
                let first = controls.ok().flatten().or_else(|| dialog.query_selector("[autofocus]").ok().flatten());
                if let Some(first) = first {
                    web::focus_on(&first);
                }
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
                if let Some(before) = before.filter(Element::is_connected_now) {
                    web::focus_on(&before);
                }
            }
        });
    }
    let on_close = props.on_close.clone();
    let oncancel = Callback::from(move |event: Event| {
        event.prevent_default();
        on_close.emit(());
    });
    let on_close = props.on_close.clone();
    let scrim = node.clone();
    let onmousedown = Callback::from(move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // The scrim belongs to the dialog; its content covers the rest.
        if target.is_some() && target == scrim.cast::<Element>() {
            on_close.emit(());
        }
    });
    html! {
        <dialog ref={node} class={props.class.clone()} aria-labelledby={&props.labelled_by}
            aria-describedby={&props.described_by} {oncancel} {onmousedown}>
            {props.children.clone()}
        </dialog>
    }
}

trait Connected {
    fn is_connected_now(&self) -> bool;
}

impl Connected for Element {
    fn is_connected_now(&self) -> bool {
        web::document().body().is_some_and(|body| body.contains(Some(self)))
    }
}
