//! What the keyboard does, and the keys that work on every page.

use ::api::session::User;
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    i18n::use_text,
    nav,
    parts::{icon::Icon, modal::Modal},
    web,
};

/// Milliseconds in which the second key of `g …` counts.
const SEQUENCE: i64 = 1_500;

/// What a key asks for on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Palette,
    Help,
}

/// Listens to ⌘K, `?`, and `g` followed by a page's letter.
#[hook]
pub(crate) fn use_global_keys(user: &User, on_ask: Callback<Asked>) {
    let navigator = use_navigator();
    let pressed_g = use_mut_ref(|| 0_i64);
    use_effect_with((user.clone(), on_ask), move |(user, on_ask)| {
        let (pages, on_ask) = (nav::pages(user), on_ask.clone());
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&web::document(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let chord = event.ctrl_key() || event.meta_key();
            if chord && !event.shift_key() && !event.alt_key() && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                return on_ask.emit(Asked::Palette);
            }
            if chord || event.alt_key() || web::is_taken(event) {
                return;
            }
            let after_g = web::now() - *pressed_g.borrow() < SEQUENCE;
            *pressed_g.borrow_mut() = 0;
            let key = event.key();
            match key.as_str() {
                "?" => on_ask.emit(Asked::Help),
                "g" => *pressed_g.borrow_mut() = web::now(),
                _ if after_g => {
                    let page = pages.iter().find(|entry| key.chars().eq([entry.key]));
                    if let (Some(page), Some(navigator)) = (page, &navigator) {
                        event.prevent_default();
                        navigator.push(&(page.route)());
                    }
                }
                _ => {}
            }
        });
        move || drop(listener)
    });
}

#[derive(Properties, PartialEq)]
pub(crate) struct ShortcutsProps {
    pub(crate) user: User,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Shortcuts(props: &ShortcutsProps) -> Html {
    let t = use_text();
    let everywhere: [(&[&str], &str); 7] = [
        (&["⌘ / Ctrl", "K"], t.shortcuts_palette()),
        (&["?"], t.shortcuts_title()),
        (&["/"], t.shortcuts_search()),
        (&["N"], t.shortcuts_new()),
        (&["↑", "↓"], t.shortcuts_rows()),
        (&["⌘ / Ctrl", "Enter"], t.shortcuts_save()),
        (&["Esc"], t.shortcuts_close()),
    ];
    let keys =
        |keys: &[&str]| -> Html { keys.iter().map(|key| html! { <kbd class="kbd kbd-sm">{*key}</kbd> }).collect() };
    let line = |name: &str, pressed: Html| {
        html! {
            <div class="flex items-center gap-3 h-8 border-b border-line last:border-0">
                <dt class="flex-1 truncate">{name}</dt><dd class="flex gap-1">{pressed}</dd>
            </div>
        }
    };
    let on_close = props.on_close.clone();
    html! {
        <Modal labelled_by="shortcuts-title" class="dialog w-[min(680px,calc(100vw-24px))]" on_close={&props.on_close}>
            <div class="dialog-body"><div class="p-6">
                <div class="flex items-center">
                    <h2 id="shortcuts-title" class="text-lg font-semibold tracking-[-0.01em]">{t.shortcuts_title()}</h2>
                    <button type="button" class="btn btn-ghost btn-sm btn-square ml-auto -mr-2" autofocus=true aria-label={t.do_close()} title={t.do_close()}
                        onclick={move |_| on_close.emit(())}>{Icon::X.view()}</button>
                </div>
                <div class="mt-3 grid md:grid-cols-2 gap-x-8 gap-y-4">
                    <section><h3 class="h2 mb-1">{t.shortcuts_everywhere()}</h3>
                        <dl>for (pressed, name) in everywhere { {line(name, keys(pressed))} }</dl></section>
                    <section><h3 class="h2 mb-1">{t.shortcuts_go()}</h3>
                        <dl>for entry in nav::pages(&props.user) {
                            {line((entry.label)(t), keys(&["G", &entry.key.to_uppercase().to_string()]))}
                        }</dl></section>
                </div>
            </div></div>
        </Modal>
    }
}
