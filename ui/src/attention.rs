//! What waits for the reader, wherever in the console they are.

use ::api::attention::Attention;
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{api, web};

/// How often it is asked for, in milliseconds, besides after each change of a channel.
const EVERY: u32 = 60_000;

/// The newest answer while `on`; it asks only while somebody looks.
#[hook]
pub(crate) fn use_attention(on: bool) -> Attention {
    let attention = use_state_eq(Attention::default);
    let asked = use_mut_ref(|| 0_u32);
    let ask = use_callback((), {
        let attention = attention.setter();
        move |(), ()| {
            let number = {
                let mut asked = asked.borrow_mut();
                *asked += 1;
                *asked
            };
            let (attention, asked) = (attention.clone(), asked.clone());
            spawn_local(async move {
                // A later question has an answer of its own; without an answer the last one stands.
                if let (Ok(answer), true) = (api::attention::read().await, *asked.borrow() == number) {
                    attention.set(answer);
                }
            });
        }
    });
    use_effect_with(on, move |on| {
        let timer = on.then(|| {
            ask.emit(());
            api::attention::on_channels_changed(ask.clone());
            Interval::new(EVERY, move || {
                if !web::document().hidden() {
                    ask.emit(());
                }
            })
        });
        move || {
            api::attention::on_channels_changed(Callback::noop());
            drop(timer);
        }
    });
    (*attention).clone()
}
