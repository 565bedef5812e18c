//! Requests as they are opened and settled, from the gateway's server-sent events.

use ::api::logs::LogChanges;
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};
use yew::prelude::*;

use crate::api;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Live {
    Changed(LogChanges),
    /// The connection broke; the browser tries again by itself.
    Lost,
    /// It listens; what happened before wasn't told.
    Open,
    /// The gateway said no: signed out, or too many live views.
    Refused,
}

/// Listens while `on`. `on_event` is taken when listening begins, so it must not depend on what changes.
#[hook]
pub(crate) fn use_live(on: bool, on_event: Callback<Live>) {
    use_effect_with(on, move |on| {
        let source = on.then(|| EventSource::new(api::logs::LIVE).ok()).flatten();
        let listeners = source.as_ref().map(|source| listen(source, &on_event));
        move || {
            drop(listeners);
            if let Some(source) = source {
                source.close();
            }
        }
    });
}

fn listen(source: &EventSource, on_event: &Callback<Live>) -> [EventListener; 3] {
    let lost = std::rc::Rc::new(std::cell::Cell::new(false));
    let changed = {
        let on_event = on_event.clone();
        EventListener::new(source, "changed", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            if let Some(changes) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                on_event.emit(Live::Changed(changes));
            }
        })
    };
    let opened = {
        let (on_event, lost) = (on_event.clone(), lost.clone());
        EventListener::new(source, "open", move |_| {
            lost.set(false);
            on_event.emit(Live::Open);
        })
    };
    let failed = {
        let (on_event, source) = (on_event.clone(), source.clone());
        EventListener::new(&source.clone(), "error", move |_| {
            let ended = source.ready_state() == EventSource::CLOSED;
            if ended {
                on_event.emit(Live::Refused);
            } else if !lost.replace(true) {
                on_event.emit(Live::Lost);
            }
        })
    };
    [changed, opened, failed]
}
