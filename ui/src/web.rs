//! The browser: the few things that aren't a component's business.

use gloo_events::EventListener;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ClipboardEvent, Document, Element, HtmlElement, KeyboardEvent, Storage, Window};
use yew::prelude::*;

use crate::i18n::use_text;

pub(crate) fn window() -> Window {
    web_sys::window().expect("the console runs in a window")
}

pub(crate) fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Milliseconds since the Unix epoch, by the reader's clock.
pub(crate) fn now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    let now = js_sys::Date::now() as i64;
    now
}

/// The reader's distance from UTC in seconds at a point in time (in milliseconds).
pub(crate) fn utc_offset(millis: i64) -> i32 {
    #[expect(clippy::cast_precision_loss, reason = "dates are far below 2^53 ms")]
    let date = js_sys::Date::new(&JsValue::from_f64(millis as f64));
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of a day")]
    let minutes_behind = date.get_timezone_offset() as i32;
    -minutes_behind * 60
}

/// Where preferences live; `None` where the browser forbids it.
pub(crate) fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// How the reader's system writes the chord that opens the command palette.
pub(crate) fn command_key() -> &'static str {
    let platform = window().navigator().platform().unwrap_or_default();
    if platform.starts_with("Mac") || platform.starts_with("iP") { "⌘K" } else { "Ctrl K" }
}

/// Shows `page` in the browser's tab.
#[hook]
pub(crate) fn use_title(page: &str) {
    let product = use_text().app_name();
    use_effect_with(page.to_owned(), move |page| {
        document().set_title(&if page.is_empty() { product.to_owned() } else { format!("{page} · {product}") });
    });
}

/// Runs when `key` is pressed alone, unless the person is typing or an overlay is open.
#[hook]
pub(crate) fn use_hotkey(key: &'static str, run: Callback<()>) {
    use_effect_with(run, move |run| {
        let run = run.clone();
        let listener = EventListener::new_with_options(
            &document(),
            "keydown",
            gloo_events::EventListenerOptions::enable_prevent_default(),
            move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let chord = event.ctrl_key() || event.meta_key() || event.alt_key();
                if event.key().eq_ignore_ascii_case(key) && !chord && !is_taken(event) {
                    event.prevent_default();
                    run.emit(());
                }
            },
        );
        move || drop(listener)
    });
}

/// Whether a key belongs to something else: the person is typing, or an overlay is open.
pub(crate) fn is_taken(event: &KeyboardEvent) -> bool {
    is_typing(event) || overlay_is_open()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        matches!(target.tag_name().as_str(), "TEXTAREA" | "SELECT")
            || (target.tag_name() == "INPUT" && target.get_attribute("type").as_deref() != Some("checkbox"))
    })
}

fn overlay_is_open() -> bool {
    // A toast lies above everything and is in nobody's way.
    matches!(document().query_selector("dialog[open], [popover='auto']:popover-open"), Ok(Some(_)))
}

/// Moves the keyboard to the element that `selector` finds.
pub(crate) fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        focus_on(&element);
    }
}

/// Moves the keyboard to the first field that has a fault: that of the overlay, if one is open.
pub(crate) fn focus_fault() {
    let open = matches!(document().query_selector("dialog[open]"), Ok(Some(_)));
    focus(if open { "dialog[open] [aria-invalid='true']" } else { "[aria-invalid='true']" });
}

pub(crate) fn focus_on(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _gone = element.focus();
    }
}

/// Shows what `selector` finds from its top.
pub(crate) fn scroll_up(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        element.set_scroll_top(0);
    }
}

/// Opens another site's page in a tab of its own.
pub(crate) fn open_elsewhere(url: &str) {
    let _blocked = window().open_with_url_and_target_and_features(url, "_blank", "noopener,noreferrer");
}

/// Saves what stands at an address of ours as a file. The page stays where it is, also if the gateway refuses.
pub(crate) fn download(path: &str) {
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        let _valid = link.set_attribute("href", path).and_then(|()| link.set_attribute("download", ""));
        link.click();
    }
}

/// The text that a paste brings.
pub(crate) fn pasted(event: &Event) -> Option<String> {
    event.dyn_ref::<ClipboardEvent>()?.clipboard_data()?.get_data("text").ok()
}

/// `path` with the fields of `query` behind it.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> String {
    match query_text(query) {
        text if text.is_empty() => path.to_owned(),
        text => format!("{path}?{text}"),
    }
}

/// What stands behind an address's question mark; empty if `query` says nothing.
pub(crate) fn query_text(query: &impl Serialize) -> String {
    fields_text(&serde_json::to_value(query).unwrap_or_default())
}

fn fields_text(query: &serde_json::Value) -> String {
    let mut out = String::new();
    for (name, value) in query.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(&String::from(js_sys::encode_uri_component(&value)));
    }
    out
}
