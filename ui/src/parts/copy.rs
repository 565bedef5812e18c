//! Copies a text and says so in its own place.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use crate::{
    i18n::use_text,
    parts::{icon::Icon, toast::use_toaster},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct CopyProps {
    pub(crate) text: AttrValue,
    /// What is copied, for screen readers.
    pub(crate) label: AttrValue,
    #[prop_or(classes!("btn", "btn-ghost", "btn-xs"))]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) autofocus: bool,
    /// Shown before the icon instead of “Copy”.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn CopyButton(props: &CopyProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let copied = use_state(|| false);
    {
        let back = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timer = copied.then(|| Timeout::new(2_000, move || back.set(false)));
            move || drop(timer)
        });
    }
    let onclick = {
        let (text, copied) = (props.text.clone(), copied.setter());
        Callback::from(move |_: MouseEvent| {
            let (text, copied, toaster) = (text.clone(), copied.clone(), toaster.clone());
            spawn_local(async move {
                // Browsers offer no clipboard on plain http to another machine.
                if write(&text).await { copied.set(true) } else { toaster.failed(t.copy_failed()) }
            });
        })
    };
    let icon = if *copied { Icon::Check } else { Icon::Copy };
    let own_words = props.children != Html::default();
    let content = if own_words {
        html! {<>{props.children.clone()}{icon.small()}<span class="sr-only">{&props.label}</span></>}
    } else {
        html! {<>{icon.small()}{if *copied { t.copy_done() } else { t.copy_do() }}</>}
    };
    html! {
        <button type="button" class={props.class.clone()} {onclick} aria-label={(!own_words).then(|| props.label.clone())} title={&props.label} autofocus={props.autofocus}>
            {content}
            <span class="sr-only" aria-live="polite">{copied.then_some(t.copy_done())}</span>
        </button>
    }
}

/// Whether the browser took it.
pub(crate) async fn write(text: &str) -> bool {
    let navigator = web::window().navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| value.is_object());
    has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
