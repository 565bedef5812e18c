//! The playground: a prompt to up to four models at once, through the very path that clients' requests take.

mod answer;
mod ask;
mod composer;
mod panels;
mod play;
mod run;

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use ::api::playground::PlaygroundModel;
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Element, HtmlSelectElement};
use yew::prelude::*;

use self::{
    answer::View,
    ask::{Faults, Prompt, Settings},
    composer::Composer,
    panels::Panels,
    play::{Column, MOST_COLUMNS, Play},
    run::{Run, State},
};
use crate::{
    api::{self, playground::Broken},
    i18n::{Text, use_text},
    load::use_load,
    pages::models::words,
    parts::{
        async_view::async_view,
        empty::Empty,
        header::PageHeader,
        icon::Icon,
        link::PageLink,
        segmented::{Choice, Segmented},
    },
    routes::Route,
    session::use_session,
    web::{self, use_title},
};

/// How often running times are read again, in milliseconds.
const TICK: u32 = 200;
/// Nearer than this to the end, in pixels, the reader is taken along with what arrives.
const NEAR: i32 = 80;

#[component]
pub(crate) fn PlaygroundPage() -> Html {
    let t = use_text();
    use_title(t.playground_title());
    let session = use_session();
    let models = use_load(api::playground::models);
    let redraw = use_force_update();
    let play = use_mut_ref(Play::default);
    let stops = use_mut_ref(HashMap::<(u32, usize), AbortController>::new);
    let settings = use_state(|| Rc::new(Settings::new()));
    let faults = use_state(Faults::new);
    let view = use_state(|| View::Answers);
    let base_url = use_state(|| web::window().location().origin().unwrap_or_default());
    let scroll = use_node_ref();
    {
        let (base_url, stops) = (base_url.setter(), stops.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                if let Ok(about) = api::about().await {
                    base_url.set(about.base_url);
                }
            });
            // Leaving the page stops what still runs.
            move || stops.borrow_mut().drain().for_each(|(_, stop)| stop.abort())
        });
    }
    {
        // The first model that chats stands ready.
        let (play, redraw) = (play.clone(), redraw.clone());
        use_effect_with(models.value().cloned(), move |models| {
            let first = models.as_ref().and_then(|models| first_model(models));
            let empty = play.borrow().columns.is_empty();
            if let Some(first) = first.filter(|_| empty) {
                play.borrow_mut().add(first);
                redraw.force_update();
            }
        });
    }
    let running = play.borrow().is_running();
    {
        let redraw = redraw.clone();
        use_effect_with(running, move |running| {
            let timer = running.then(|| Interval::new(TICK, move || redraw.force_update()));
            move || drop(timer)
        });
    }
    // Whether the reader is at the end, and so is taken along with what arrives.
    let follow = use_mut_ref(|| true);
    {
        let (scroll, follow) = (scroll.clone(), follow.clone());
        use_effect(move || {
            if let (Some(area), true) = (scroll.cast::<Element>(), *follow.borrow()) {
                area.set_scroll_top(area.scroll_height());
            }
        });
    }
    let onscroll = {
        let follow = follow.clone();
        Callback::from(move |event: Event| {
            let area = event.target_unchecked_into::<Element>();
            *follow.borrow_mut() = area.scroll_height() - area.scroll_top() - area.client_height() < NEAR;
        })
    };

    let on_send = {
        let (play, stops, redraw) = (play.clone(), stops.clone(), redraw.clone());
        let (settings, faults) = (settings.clone(), faults.setter());
        Callback::from(move |prompt: Prompt| {
            let members = match settings.members() {
                Ok(members) => members,
                Err(found) => {
                    faults.set(found);
                    return false;
                }
            };
            faults.set(Faults::new());
            let mut now = play.borrow_mut();
            let (round, turn) = (now.round, now.prompts.len());
            let Play { prompts, columns, .. } = &mut *now;
            for column in columns.iter_mut() {
                let before = prompts.iter().zip(column.runs.iter().map(Option::as_ref));
                let body = settings.request(&members, &column.model, before, &prompt);
                column.runs.push(Some(Run::new(column.model.clone(), body.clone(), web::now())));
                start(&play, &stops, &redraw, (round, column.id, turn), body);
            }
            prompts.push(prompt);
            drop(now);
            *follow.borrow_mut() = true;
            redraw.force_update();
            true
        })
    };
    let on_stop = {
        let stops = stops.clone();
        Callback::from(move |()| stops.borrow_mut().drain().for_each(|(_, stop)| stop.abort()))
    };
    let add = {
        let (play, redraw, models) = (play.clone(), redraw.clone(), models.clone());
        move |_: MouseEvent| {
            let used: Vec<String> = play.borrow().columns.iter().map(|column| column.model.clone()).collect();
            let unused = models.value().and_then(|models| {
                let other = models.iter().find(|model| chats(model) && !used.contains(&model.name));
                other.map(|model| model.name.clone()).or_else(|| first_model(models))
            });
            if let Some(name) = unused {
                play.borrow_mut().add(name);
                redraw.force_update();
            }
        }
    };
    let clear = {
        let (play, redraw, on_stop) = (play.clone(), redraw.clone(), on_stop.clone());
        move |_: MouseEvent| {
            on_stop.emit(());
            play.borrow_mut().clear();
            redraw.force_update();
        }
    };
    let views = vec![
        Choice::new(View::Answers, t.playground_view_answers()),
        Choice::new(View::Raw, t.playground_view_raw()),
        Choice::new(View::Events, t.playground_view_events()),
    ];
    let (set_view, set_settings) = (view.setter(), settings.setter());
    let columns = play.borrow().columns.len();
    let asked = !play.borrow().prompts.is_empty();

    let content = |models: &Vec<PlaygroundModel>| {
        if models.is_empty() {
            let admin = session.is_admin();
            return html! {
                <div class="border-t border-line flex-1 flex">
                    <Empty title={t.playground_empty_headline()} text={if admin { t.playground_empty_text() } else { t.playground_empty_member() }}>
                        if admin { <PageLink to={Route::NewChannel} class="btn btn-sm mt-6">{Icon::Plus.small()}{t.channels_add()}</PageLink> }
                    </Empty>
                </div>
            };
        }
        let now = web::now();
        let play_now = play.borrow();
        let wide = match columns {
            0 | 1 => "md:grid-cols-1",
            2 => "md:grid-cols-2",
            3 => "md:grid-cols-3",
            _ => "md:grid-cols-4",
        };
        let heads = play_now.columns.iter().map(|column| head(t, column, models, columns, &play, &redraw));
        let turns = play_now.prompts.iter().enumerate().map(|(turn, prompt)| {
            html! {
                <section key={turn} class="contents">
                    {said(t, prompt)}
                    <div class={classes!("grid", "md:divide-x", "divide-line", wide)}>
                        for column in &play_now.columns {
                            <div key={column.id} class="px-4 md:px-6 py-4 min-w-0 text-base max-md:border-b max-md:border-line">
                                <p class="md:hidden mb-1 text-xs text-ink-3">{&column.model}</p>
                                {match column.runs.get(turn).and_then(Option::as_ref) {
                                    Some(run) => html! {
                                        <div class="max-w-[860px]">
                                            if run.model != column.model { <p class="mb-1 text-xs text-ink-3">{&run.model}</p> }
                                            {answer::answer(t, *view, run, &base_url, now)}
                                        </div>
                                    },
                                    None => html! { <p class="text-sm text-ink-3">{t.playground_not_asked()}</p> },
                                }}
                            </div>
                        }
                    </div>
                </section>
            }
        });
        html! {<>
            <Panels settings={(*settings).clone()} faults={(*faults).clone()} on_change={move |new| set_settings.set(Rc::new(new))} />
            <div ref={scroll} {onscroll} class="flex-1 min-h-0 md:overflow-y-auto flex flex-col" tabindex="0" role="region" aria-label={t.playground_conversation()}>
                <div class={classes!("grid", "divide-line", "md:divide-x", "border-b", "border-line", "bg-base-100", "md:sticky", "top-0", "z-[2]", wide)}>{for heads}</div>
                {for turns}
                if !asked {
                    <p class="flex-1 grid place-items-center px-6 py-10 text-ink-3 text-center">{t.playground_start()}</p>
                }
            </div>
            <Composer models={columns} {running} on_send={&on_send} on_stop={&on_stop} />
        </>}
    };
    html! {<>
        <PageHeader title={t.playground_title()}>
            <Segmented<View> label={t.playground_view()} choices={views} value={*view} on_choose={move |value| set_view.set(value)} />
            if asked { <button type="button" class="btn btn-sm" onclick={clear}>{Icon::Trash2.small()}<span class="max-md:sr-only">{t.playground_clear()}</span></button> }
            <button type="button" class="btn btn-sm" disabled={columns >= MOST_COLUMNS || models.value().is_none_or(|models| models.is_empty())} onclick={add}>
                {Icon::Plus.small()}{t.models_column_model()}</button>
        </PageHeader>
        {async_view(&models, content)}
    </>}
}

fn chats(model: &PlaygroundModel) -> bool {
    model.kind.is_none_or(|kind| kind == ::api::models::ModelKind::Chat)
}

fn first_model(models: &[PlaygroundModel]) -> Option<String> {
    models.iter().find(|model| chats(model)).or(models.first()).map(|model| model.name.clone())
}

/// Sends a request and puts what arrives where it belongs.
fn start(
    play: &Rc<RefCell<Play>>,
    stops: &Rc<RefCell<HashMap<(u32, usize), AbortController>>>,
    redraw: &UseForceUpdateHandle,
    (round, column, turn): (u32, u32, usize),
    body: String,
) {
    let Ok(stop) = AbortController::new() else { return };
    let signal = stop.signal();
    stops.borrow_mut().insert((column, turn), stop);
    let (play, stops, redraw) = (play.clone(), stops.clone(), redraw.clone());
    spawn_local(async move {
        let ended = api::playground::chat(&body, &signal, |piece| {
            if let Some(run) = play.borrow_mut().run(round, column, turn) {
                run.take(piece, web::now());
            }
            redraw.force_update();
        })
        .await;
        stops.borrow_mut().remove(&(column, turn));
        if let Some(run) = play.borrow_mut().run(round, column, turn) {
            let state = match ended {
                Ok(()) => State::Done,
                Err(Broken::Stopped) => State::Stopped,
                Err(Broken::Lost) => State::Failed,
            };
            run.end(state, web::now());
        }
        redraw.force_update();
    });
}

/// A prompt, as all models got it.
fn said(t: Text, prompt: &Prompt) -> Html {
    html! {
        <div class="px-4 md:px-6 py-3 bg-base-200 border-y border-line -mt-px">
            <h2 class="text-base font-normal whitespace-pre-wrap break-words max-w-[860px] [text-wrap:wrap]"><span class="text-xs text-ink-3 mr-2">{t.playground_you()}</span>{&prompt.text}</h2>
            if !prompt.images.is_empty() {
                <div class="flex flex-wrap gap-2 mt-2">
                    for (at, url) in prompt.images.iter().enumerate() {
                        <img key={at} src={url.clone()} alt={t.playground_image(&(at + 1).to_string())} class="h-20 rounded-field border border-line" />
                    }
                </div>
            }
        </div>
    }
}

fn head(
    t: Text,
    column: &Column,
    models: &[PlaygroundModel],
    columns: usize,
    play: &Rc<RefCell<Play>>,
    redraw: &UseForceUpdateHandle,
) -> Html {
    let id = column.id;
    let onchange = {
        let (play, redraw) = (play.clone(), redraw.clone());
        move |event: Event| {
            let name = event.target_unchecked_into::<HtmlSelectElement>().value();
            if let Some(column) = play.borrow_mut().columns.iter_mut().find(|column| column.id == id) {
                column.model = name;
            }
            redraw.force_update();
        }
    };
    let remove = {
        let (play, redraw) = (play.clone(), redraw.clone());
        move |_: MouseEvent| {
            play.borrow_mut().remove(id);
            redraw.force_update();
        }
    };
    let known = models.iter().find(|model| model.name == column.model);
    let remove_label = t.playground_remove(&column.model);
    html! {
        <div key={id} class="flex items-center gap-2 px-4 md:px-6 h-11 min-w-0">
            <select class="select select-sm !border-transparent !bg-transparent hover:!border-line-2 font-medium min-w-0 flex-1 max-w-72 -ml-2" aria-label={t.models_column_model()} {onchange}>
                if known.is_none() { <option value={column.model.clone()} selected=true>{&column.model}</option> }
                for model in models {
                    <option key={model.name.clone()} value={model.name.clone()} selected={model.name == column.model}>{&model.name}</option>
                }
            </select>
            if let Some(model) = known {
                {words::icons(t, &model.capabilities)}
                <span class="ml-auto text-xs text-ink-3 truncate max-lg:hidden">{model.owner.clone().unwrap_or_default()}</span>
            }
            if columns > 1 {
                <button type="button" class="btn btn-ghost btn-xs btn-square max-lg:ml-auto" aria-label={remove_label.clone()} title={remove_label} onclick={remove}>{Icon::X.view()}</button>
            }
        </div>
    }
}
