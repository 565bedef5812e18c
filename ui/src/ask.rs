//! What the server answers to what a person types: asked after a pause, the newest answer wins.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// In milliseconds; most people type faster.
const PAUSE: u32 = 120;

/// The newest answer with what it answers; it stays until the next one is here. Nothing is asked while `wanted` is `None`.
#[hook]
pub(crate) fn use_ask<A, T, F>(wanted: Option<A>, ask: fn(A) -> F) -> Option<Rc<(A, T)>>
where
    A: Clone + PartialEq + 'static,
    T: 'static,
    F: Future<Output = T> + 'static,
{
    let answer = use_state(|| None::<Rc<(A, T)>>);
    let questions = use_mut_ref(|| 0_u32);
    {
        let answer = answer.setter();
        use_effect_with(wanted, move |wanted| {
            let timer = wanted.clone().map(|wanted| {
                Timeout::new(PAUSE, move || {
                    let question = {
                        let mut count = questions.borrow_mut();
                        *count += 1;
                        *count
                    };
                    spawn_local(async move {
                        let found = ask(wanted.clone()).await;
                        if *questions.borrow() == question {
                            answer.set(Some(Rc::new((wanted, found))));
                        }
                    });
                })
            });
            move || drop(timer)
        });
    }
    (*answer).clone()
}
