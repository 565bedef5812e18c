//! Is it working, what does it cost, whose fault is it.

mod figures;
mod onboarding;
mod panels;
mod running;
pub(crate) mod spend;
pub(crate) mod view;

use std::{cell::RefCell, rc::Rc};

use ::api::dashboard::{Dashboard, Dimension};
use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    onboarding::Onboarding,
    panels::{Health, Times, Top},
    running::Running,
    spend::Spend,
    view::Address,
};
use crate::{
    api::{self, Failure},
    i18n::use_text,
    pages::notices::Notices,
    parts::{
        async_view::FailureView,
        header::PageHeader,
        range::RangeMenu,
        segmented::{Choice, Segmented},
        status::Glyph,
    },
    range::{Range, Span},
    routes::Route,
    session::use_session,
    web::{self, use_title},
};

/// How often the numbers are read again, in milliseconds.
const EVERY: u32 = 60_000;

const OFFERED: [Span; 5] = [Span::Hour, Span::Day, Span::Week, Span::Month, Span::Quarter];

#[component]
pub(crate) fn DashboardPage() -> Html {
    let t = use_text();
    use_title(t.dashboard_title());
    let admin = use_session().is_admin();
    let navigator = use_navigator();
    let address = use_location().and_then(|location| location.query::<Address>().ok()).unwrap_or_default();
    let (range, by) = (address.range(), use_state(Dimension::default));
    // What is shown, and by which dimension: a new one stays unseen until its numbers are here.
    let answer = use_state(|| None::<(Rc<Dashboard>, Range, Dimension)>);
    let failure = use_state(|| None::<Failure>);
    let asked = use_mut_ref(|| 0_u32);

    let load = use_callback((range, *by), {
        let (answer, failure) = (answer.setter(), failure.setter());
        move |(), (range, by): &(Range, Dimension)| {
            let (range, by) = (*range, *by);
            let number = {
                let mut asked = asked.borrow_mut();
                *asked += 1;
                *asked
            };
            let (answer, failure, asked) = (answer.clone(), failure.clone(), asked.clone());
            spawn_local(async move {
                let now = web::now();
                let result = api::dashboard::read(&view::query(range, by, now, web::utc_offset(now))).await;
                // A later question has an answer of its own.
                if *asked.borrow() != number {
                    return;
                }
                match result {
                    Ok(dashboard) => {
                        failure.set(None);
                        answer.set(Some((Rc::new(dashboard), range, by)));
                    }
                    Err(error) => failure.set(Some(error)),
                }
            });
        }
    });
    use_effect_with(load.clone(), |load| {
        load.emit(());
        let load = load.clone();
        let timer = Interval::new(EVERY, move || {
            if !web::document().hidden() {
                load.emit(());
            }
        });
        move || drop(timer)
    });

    let following = use_mut_ref(|| Following { load: Callback::noop(), calm: 0, last: 0, due: false });
    {
        let mut following = following.borrow_mut();
        (following.load, following.calm) = (load.clone(), view::calm(range));
    }
    {
        let following = following.clone();
        use_effect_with((), move |()| move || following.borrow_mut().load = Callback::noop());
    }
    let on_change = use_callback((), move |(), ()| follow(&following));

    let spans = OFFERED.into_iter().map(|span| Choice::new(Range::Last(span), span.short(t))).collect::<Vec<_>>();
    let set_by = by.setter();
    let show = use_callback((), move |range: Range, ()| {
        if let Some(navigator) = &navigator {
            // Plain texts and numbers always serialise.
            let _ok = navigator.push_with_query(&Route::Dashboard, &Address::new(range));
        }
    });
    let note = html! { <span class="st text-xs max-md:hidden">{Glyph::Ring.view()}{t.dashboard_note()}</span> };
    let body = match (&*answer, &*failure) {
        (None, Some(error)) => html! { <FailureView failure={error.clone()} on_retry={load} /> },
        (None, None) => html! { <div class="flex-1 border-t border-line" aria-busy="true"></div> },
        (Some((dashboard, shown, shown_by)), stale) => {
            let (shown, busy) = (*shown, (*shown, *shown_by) != (range, *by) && stale.is_none());
            let by = *shown_by;
            let aside = if admin {
                html! { <Health channels={dashboard.health.clone()} /> }
            } else {
                html! { <Top title={t.dashboard_models()} ranks={dashboard.models.clone()} by={Dimension::Model} range={shown} /> }
            };
            html! {
                <div class={classes!("table-scroll", busy.then_some("is-busy"))} role="region" aria-label={t.dashboard_title()} aria-busy={busy.then_some("true")}>
                    if let Some(error) = stale {
                        <p class="px-4 md:px-6 py-2 text-xs t-err border-t border-line" role="alert">{t.dashboard_stale()}{" "}{error.sentence(t)}</p>
                    }
                    if let Some(from) = dashboard.counted_from.map(::api::Time::as_millis) {
                        <p class="px-4 md:px-6 py-2 text-xs text-ink-2 border-t border-line" role="status">{t.dashboard_counted_from(&t.hour_minute(from, web::utc_offset(from)))}</p>
                    }
                    <Notices budgets=true />
                    <Onboarding requests={dashboard.totals.requests} />
                    {figures::figures(t, dashboard)}
                    <Spend dashboard={dashboard.clone()} {by} {admin} on_by={move |by| set_by.set(by)} />
                    <div class="grid lg:grid-cols-2 xl:grid-cols-3 border-t border-line [&>*]:border-line xl:[&>*+*]:border-l max-xl:[&>*+*]:border-t">
                        <Times dashboard={dashboard.clone()} />
                        <Top title={t.dashboard_top_keys()} ranks={dashboard.keys.clone()} by={Dimension::Key} range={shown} />
                        {aside}
                    </div>
                    <Running running={dashboard.running} {on_change} />
                </div>
            }
        }
    };
    html! {<>
        <PageHeader title={t.dashboard_title()} {note}>
            <Segmented<Range> label={t.range_label()} choices={spans} value={range} on_choose={show.clone()} />
            <RangeMenu id="dashboard-range" {range} on_choose={show} />
        </PageHeader>
        {body}
    </>}
}

/// When the numbers follow what changes.
struct Following {
    load: Callback<()>,
    /// Milliseconds between two readings at least.
    calm: i64,
    last: i64,
    /// A reading is on its way.
    due: bool,
}

/// Reads the numbers again: now, or once it is calm enough, for all that changes until then.
fn follow(following: &Rc<RefCell<Following>>) {
    let wait = {
        let mut following = following.borrow_mut();
        if following.due {
            return;
        }
        following.due = true;
        following.last + following.calm - web::now()
    };
    let following = following.clone();
    let read = move || {
        let load = {
            let mut following = following.borrow_mut();
            (following.last, following.due) = (web::now(), false);
            following.load.clone()
        };
        load.emit(());
    };
    Timeout::new(u32::try_from(wait).unwrap_or(0), read).forget();
}
