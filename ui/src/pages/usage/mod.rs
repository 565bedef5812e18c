//! What it came to, day by day, and what or whom it was for.

mod table;
mod view;

use std::rc::Rc;

use ::api::{
    dashboard::Dimension,
    usage::{Every, Usage},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    table::Table,
    view::{Address, chart, query},
};
use crate::{
    api::{self, Failure},
    i18n::use_text,
    pages::dashboard::spend::Spend,
    parts::{
        async_view::FailureView,
        export::Export,
        header::PageHeader,
        range::RangeMenu,
        segmented::{Choice, Segmented},
    },
    range::{Range, Span},
    routes::Route,
    session::use_session,
    web::{self, use_title, with_query},
};

const OFFERED: [Span; 4] = [Span::Day, Span::Week, Span::Month, Span::Quarter];

#[component]
pub(crate) fn UsagePage() -> Html {
    let t = use_text();
    use_title(t.usage_title());
    let admin = use_session().is_admin();
    let navigator = use_navigator();
    let address = use_location().and_then(|location| location.query::<Address>().ok()).unwrap_or_default();
    let asked = (address.range(), address.by);
    let answer = use_state(|| None::<(Rc<Usage>, Every, (Range, Dimension))>);
    let failure = use_state(|| None::<Failure>);
    let newest = use_mut_ref(|| asked);
    let load = use_callback(asked, {
        let (answer, failure) = (answer.setter(), failure.setter());
        move |(), asked: &(Range, Dimension)| {
            let asked = *asked;
            *newest.borrow_mut() = asked;
            let (answer, failure, newest) = (answer.clone(), failure.clone(), newest.clone());
            spawn_local(async move {
                let query = query(asked.0, asked.1, web::now());
                let result = api::usage::read(&query).await;
                // A later question has an answer of its own.
                if *newest.borrow() != asked {
                    return;
                }
                failure.set(result.as_ref().err().cloned());
                if let Ok(usage) = result {
                    answer.set(Some((Rc::new(usage), query.every, asked)));
                }
            });
        }
    });
    use_effect_with(load.clone(), |load| load.emit(()));

    let go = use_callback((), move |(range, by): (Range, Dimension), ()| {
        if let Some(navigator) = &navigator {
            // Plain texts and numbers always serialise.
            let _ok = navigator.push_with_query(&Route::Usage, &Address::new(range, by));
        }
    });
    let (range, by) = asked;
    let spans = OFFERED.into_iter().map(|span| Choice::new(Range::Last(span), span.short(t))).collect::<Vec<_>>();
    let show = go.reform(move |range| (range, by));
    let path = Callback::from(move |format: &'static str| {
        with_query(&format!("/api/usage/export/{format}"), &query(range, by, web::now()))
    });
    let note = answer
        .as_ref()
        .map(|(usage, ..)| html! { <span class="max-md:hidden">{t.usage_zone(&usage.time_zone)}</span> });
    let body = match (&*answer, &*failure) {
        (None, Some(error)) => html! { <FailureView failure={error.clone()} on_retry={load} /> },
        (None, None) => html! { <div class="flex-1 border-t border-line" aria-busy="true"></div> },
        (Some((usage, every, shown)), stale) => {
            let busy = *shown != asked && stale.is_none();
            let zone = (*every == Every::Day).then_some(usage.utc_offset);
            html! {
                <div class={classes!("table-scroll", busy.then_some("is-busy"))} role="region" aria-label={t.usage_title()} aria-busy={busy.then_some("true")}>
                    if let Some(error) = stale {
                        <p class="px-4 md:px-6 py-2 text-xs t-err border-t border-line" role="alert">{t.dashboard_stale()}{" "}{error.sentence(t)}</p>
                    }
                    <Spend dashboard={Rc::new(chart(usage, *every))} by={shown.1} {admin} {zone} on_by={go.reform(move |by| (range, by))} />
                    if !usage.items.is_empty() { <Table usage={usage.clone()} by={shown.1} range={shown.0} /> }
                </div>
            }
        }
    };
    html! {<>
        <PageHeader title={t.usage_title()} note={note.unwrap_or_default()}>
            <Segmented<Range> label={t.range_label()} choices={spans} value={range} on_choose={&show} />
            <RangeMenu id="usage-range" {range} on_choose={&show} />
            <Export {path} />
        </PageHeader>
        {body}
    </>}
}
