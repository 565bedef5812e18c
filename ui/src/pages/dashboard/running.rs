//! The newest requests, as they happen.

use std::rc::Rc;

use ::api::logs::{Log, LogQuery};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api,
    i18n::{Text, use_text},
    live::{Live, use_live},
    pages::logs::{
        data::{Action, Rows},
        view,
    },
    parts::{
        link::PageLink,
        status::{Glyph, status},
    },
    routes::Route,
    web,
};

const SHOWN: usize = 8;

#[derive(Properties, PartialEq)]
pub(crate) struct RunningProps {
    pub(crate) running: i64,
    /// Something changed: the numbers above are older than what is shown here.
    pub(crate) on_change: Callback<()>,
}

#[component]
pub(crate) fn Running(props: &RunningProps) -> Html {
    let t = use_text();
    let rows = use_reducer(Rows::default);
    let questions = use_mut_ref(|| 0_u32);
    let load = {
        let rows = rows.dispatcher();
        use_callback((), move |(), ()| {
            let question = {
                let mut count = questions.borrow_mut();
                *count += 1;
                *count
            };
            let rows = rows.clone();
            rows.dispatch(Action::Ask(question));
            spawn_local(async move {
                let query = LogQuery { limit: Some(20), ..LogQuery::default() };
                let answer = api::logs::list(&query).await;
                rows.dispatch(Action::Answer { question, more: false, query, answer });
            });
        })
    };
    use_effect_with((), {
        let load = load.clone();
        move |()| load.emit(())
    });
    let on_live = {
        let (rows, on_change) = (rows.dispatcher(), props.on_change.clone());
        Callback::from(move |event: Live| match event {
            Live::Changed(changes) => {
                rows.dispatch(Action::Changed { logs: changes.items, query: LogQuery::default(), wait: false });
                on_change.emit(());
            }
            Live::Open => {
                load.emit(());
                on_change.emit(());
            }
            Live::Lost | Live::Refused => {}
        })
    };
    use_live(true, on_live);
    html! {
        <section class="border-t border-line" aria-labelledby="newest">
            <div class="flex items-center gap-2 px-4 md:px-6 pt-4 pb-1">
                <h2 id="newest" class="h2">{t.dashboard_newest()}</h2>
                <span class="st text-xs text-ink-2">{Glyph::Ring.view()}{t.dashboard_running(props.running)}</span>
                <PageLink to={Route::Logs} class="act text-xs ml-auto">{t.dashboard_open_log()}</PageLink>
            </div>
            <div class="overflow-x-auto"><table class="dt dt-dense dt-stack" aria-label={t.dashboard_newest()}>
                <thead><tr>
                    <th scope="col">{t.logs_column_state()}</th><th scope="col">{t.logs_column_model()}</th><th scope="col">{t.logs_column_channel()}</th>
                    <th scope="col">{t.logs_column_key()}</th><th scope="col">{t.logs_column_time()}</th>
                    <th scope="col" class="n">{t.logs_column_first_token()}</th><th scope="col" class="n">{t.logs_column_duration()}</th>
                    <th scope="col" class="n">{t.logs_speed()}</th><th scope="col" class="n">{t.logs_column_cost()}</th>
                </tr></thead>
                <tbody>for log in rows.items.iter().take(SHOWN) { {row(t, log)} }</tbody>
            </table></div>
            if rows.loaded && rows.items.is_empty() { <p class="px-4 md:px-6 py-3 text-sm text-ink-2">{t.dashboard_no_request()}</p> }
        </section>
    }
}

fn row(t: Text, log: &Rc<Log>) -> Html {
    let (glyph, word) = view::state(t, log);
    let then = log.created_at.as_millis();
    let offset = web::utc_offset(then);
    let millis = |millis: Option<i64>| millis.map_or_else(|| "—".to_owned(), |millis| t.millis(millis));
    html! {
        <tr key={log.id.clone()}>
            <td data-m="sub">{status(glyph, &word)}</td>
            <td data-m="title" class="font-medium max-w-[240px] truncate"><PageLink to={Route::Log { id: log.id.clone() }} row=true>{if log.model.is_empty() { "—" } else { log.model.as_str() }}</PageLink></td>
            <td class="max-w-[200px] truncate">{log.channel_name.clone().unwrap_or_else(|| "—".to_owned())}</td>
            <td class="text-ink-2 max-w-[160px] truncate">{&log.key_name}</td>
            <td class="text-ink-3 font-mono text-xs"><time datetime={log.created_at.to_string()} title={t.exact(then, offset)}>{t.clock(then, offset)}</time></td>
            <td class="n">{millis(log.ttft_ms)}</td>
            <td class="n" data-m="end">{millis(log.duration_ms)}</td>
            <td class="n text-ink-2" data-m="end2">{view::speed(t, log).unwrap_or_else(|| "—".to_owned())}</td>
            <td class="n">{t.money(log.cost_nusd)}</td>
        </tr>
    }
}
