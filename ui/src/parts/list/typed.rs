//! What stands in the search field. It runs ahead of the address while a person types, and follows it when they go back.

use std::{cell::RefCell, rc::Rc};

use ::api::list::{Asked, ListQuery};
use gloo_timers::callback::Timeout;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::routes::Route;

/// After how long a search is asked for, in milliseconds; most people type faster.
const PAUSE: u32 = 150;

/// The field's text, and what takes what is typed. `searched` is what the address says, `here` where the person is when the pause ends.
#[hook]
pub(super) fn use_typed<Q: ListQuery>(
    searched: String,
    navigator: Option<Navigator>,
    here: Rc<RefCell<(Route, Q)>>,
) -> (Rc<String>, Callback<String>) {
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
            let (navigator, sent, here) = (navigator.clone(), sent.clone(), here.clone());
            timer.replace(Some(Timeout::new(PAUSE, move || {
                let words = text.trim().to_owned();
                sent.replace(words.clone());
                let search = Some(words).filter(|words| !words.is_empty());
                if let Some(navigator) = navigator {
                    let (route, query) = here.borrow().clone();
                    // One step back leaves the search; it doesn't take away letters. Plain texts and numbers always serialise.
                    let _ok =
                        navigator.replace_with_query(&route, &query.with(Asked { search, page: 1, ..query.asked() }));
                }
            })));
        })
    };
    ((*typed).clone(), on_type)
}
