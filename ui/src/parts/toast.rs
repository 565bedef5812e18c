//! Short reports of what was done, at the bottom of the page, often with a way back. Errors of a form don't come here.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{icon::Icon, status::Glyph},
    prefs::ProviderProps,
    web,
};

/// How long one stays, in milliseconds. Failures stay until they are closed.
const STAY: u32 = 8_000;

#[derive(Clone, PartialEq)]
struct Toast {
    id: u32,
    text: AttrValue,
    failed: bool,
    undo: Option<Callback<()>>,
}

#[derive(Default)]
struct Toasts {
    next: u32,
    shown: Vec<Toast>,
}

enum Action {
    Show { text: AttrValue, failed: bool, undo: Option<Callback<()>> },
    Hide(u32),
}

impl Reducible for Toasts {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let (mut next, mut shown) = (self.next, self.shown.clone());
        match action {
            Action::Show { text, failed, undo } => {
                // One way back at a time: the last change is the one to undo.
                shown.retain(|toast| toast.failed);
                shown.push(Toast { id: next, text, failed, undo });
                next += 1;
            }
            Action::Hide(id) => shown.retain(|toast| toast.id != id),
        }
        Rc::new(Self { next, shown })
    }
}

#[derive(Clone, PartialEq)]
pub(crate) struct Toaster(UseReducerDispatcher<Toasts>);

impl Toaster {
    pub(crate) fn done(&self, text: impl Into<AttrValue>) {
        self.show(text.into(), false, None);
    }

    pub(crate) fn undoable(&self, text: impl Into<AttrValue>, undo: Callback<()>) {
        self.show(text.into(), false, Some(undo));
    }

    pub(crate) fn failed(&self, text: impl Into<AttrValue>) {
        self.show(text.into(), true, None);
    }

    fn show(&self, text: AttrValue, failed: bool, undo: Option<Callback<()>>) {
        self.0.dispatch(Action::Show { text, failed, undo });
    }
}

#[hook]
pub(crate) fn use_toaster() -> Toaster {
    use_context().expect("the app provides toasts")
}

#[component]
pub(crate) fn ToastProvider(props: &ProviderProps) -> Html {
    let toasts = use_reducer(Toasts::default);
    let hide = {
        let dispatcher = toasts.dispatcher();
        Callback::from(move |id| dispatcher.dispatch(Action::Hide(id)))
    };
    let layer = use_node_ref();
    {
        let layer = layer.clone();
        let shown: Vec<u32> = toasts.shown.iter().map(|toast| toast.id).collect();
        use_effect_with(shown, move |shown| {
            let dialog = web::document().query_selector("dialog[open]").ok().flatten();
            if let Some(layer) = layer.cast::<HtmlElement>() {
                // It fails if it is hidden, or shown, already. Anew, it comes to lie above a dialog that was opened later.
                let _hidden = layer.hide_popover();
                if dialog.is_some() && !shown.is_empty() {
                    let _shown = layer.show_popover();
                }
            }
        });
    }
    html! {
        <ContextProvider<Toaster> context={Toaster(toasts.dispatcher())}>
            {props.children.clone()}
            <div ref={layer} popover="manual" class="toasts flex flex-col items-center gap-2 pointer-events-none" aria-live="polite">
                for toast in &toasts.shown {
                    <ToastView key={toast.id} toast={toast.clone()} on_hide={&hide} />
                }
            </div>
        </ContextProvider<Toaster>>
    }
}

#[derive(Properties, PartialEq)]
struct ToastProps {
    toast: Toast,
    on_hide: Callback<u32>,
}

#[component]
fn ToastView(props: &ToastProps) -> Html {
    let t = use_text();
    let Toast { id, text, failed, undo } = props.toast.clone();
    let hide = {
        let on_hide = props.on_hide.clone();
        Callback::from(move |()| on_hide.emit(id))
    };
    {
        let hide = hide.clone();
        use_effect_with((), move |()| {
            let timer = (!failed).then(|| Timeout::new(STAY, move || hide.emit(())));
            move || drop(timer)
        });
    }
    let undo = undo.map(|undo| {
        let hide = hide.clone();
        html! {
            <button type="button" class="btn btn-ghost btn-sm !text-primary" onclick={move |_| { undo.emit(()); hide.emit(()); }}>
                {t.do_undo()}
            </button>
        }
    });
    html! {
        <div class="toast-card" role={failed.then_some("alert")}>
            if failed { {Glyph::Triangle.view()} }
            <span class="min-w-0 break-words py-2">{text}</span>
            {undo}
            <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.do_close()} title={t.do_close()}
                onclick={move |_| hide.emit(())}>{Icon::X.view()}</button>
        </div>
    }
}
