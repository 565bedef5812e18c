//! A point in time: relative to look at, exact on hover.

use api::Time;
use gloo_timers::callback::Interval;
use yew::prelude::*;

use crate::{i18n::use_text, web};

/// How often relative times are read again, in milliseconds.
const TICK: u32 = 15_000;

#[derive(Properties, PartialEq)]
pub(crate) struct AgoProps {
    pub(crate) time: Time,
}

#[component]
pub(crate) fn Ago(props: &AgoProps) -> Html {
    let t = use_text();
    let tick = use_force_update();
    use_effect_with((), move |()| {
        let timer = Interval::new(TICK, move || tick.force_update());
        move || drop(timer)
    });
    let then = props.time.as_millis();
    let offset = web::utc_offset(then);
    html! {
        <time datetime={props.time.to_string()} title={t.exact(then, offset)}>{t.ago(web::now(), then, offset)}</time>
    }
}
