//! What stands in the search field. It runs ahead of the address while a person types, and follows it when they go back.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// After how long a search is asked for, in milliseconds; most people type faster.
const PAUSE: u32 = 150;

/// The field's text, and what takes what is typed. `searched` is what the address says; `on_search` is told when the pause ends.
#[hook]
pub(super) fn use_typed(searched: String, on_search: Callback<Option<String>>) -> (Rc<String>, Callback<String>) {
    let typed = use_state(|| Rc::new(searched.clone()));
    let sent = use_mut_ref(|| searched.clone());
    let timer = use_mut_ref(|| None::<Timeout>);
    {
        let (typed, sent, timer) = (typed.setter(), sent.clone(), timer.clone());
        use_effect_with(searched, move |searched| {
            if sent.borrow().as_str() != searched {
                timer.replace(None);
                sent.replace(searched.clone());
                typed.set(Rc::new(searched.clone()));
            }
        });
    }
    let on_type = {
        let typed = typed.setter();
        Callback::from(move |text: String| {
            typed.set(Rc::new(text.clone()));
            let (sent, on_search) = (sent.clone(), on_search.clone());
            timer.replace(Some(Timeout::new(PAUSE, move || {
                let words = text.trim().to_owned();
                sent.replace(words.clone());
                on_search.emit(Some(words).filter(|words| !words.is_empty()));
            })));
        })
    };
    ((*typed).clone(), on_type)
}
