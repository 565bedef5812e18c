//! One request, beside the list: what it cost and took, phase by phase, and what went wrong.

use std::rc::Rc;

use ::api::{
    bill::{BillLine, PriceClass},
    groups::ONE_PPM,
    logs::{Log, LogState},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::{
    bodies::Bodies,
    query::{Chip, Field},
    timeline::Timeline,
    view::{self, Code},
};
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    pages::models::price::class_name,
    parts::{
        copy::{self, CopyButton},
        icon::Icon,
        menu::{Item, Menu},
        modal::Modal,
        status::{Glyph, status},
        toast::use_toaster,
    },
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct DetailProps {
    /// `None` while it is loaded.
    pub(crate) log: Option<Rc<Log>>,
    /// There is no such request, or it isn't the person's to see.
    pub(crate) missing: bool,
    pub(crate) admin: bool,
    /// To the row above, or below.
    pub(crate) on_walk: Callback<bool>,
    pub(crate) on_filter: Callback<Chip>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Detail(props: &DetailProps) -> Html {
    let t = use_text();
    let onkeydown = {
        let on_walk = props.on_walk.clone();
        Callback::from(move |event: KeyboardEvent| {
            let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            // Menus and the text that scrolls have arrows of their own.
            if inside.is_some_and(|target| target.closest("[popover], pre").is_ok_and(|found| found.is_some())) {
                return;
            }
            match event.key().as_str() {
                "ArrowUp" => on_walk.emit(true),
                "ArrowDown" => on_walk.emit(false),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let content = match &props.log {
        Some(log) => content(t, props, log),
        None if props.missing => html! {
            <header class="flex items-start gap-3 px-4 md:px-6 pt-4">
                <h2 id="log-title" tabindex="-1" autofocus=true class="outline-none text-lg font-semibold">{t.logs_missing()}</h2>
                <span class="ml-auto">{close(t, &props.on_close)}</span>
            </header>
        },
        None => html! {
            <header class="flex items-start gap-3 px-4 md:px-6 pt-4" aria-busy="true">
                <h2 id="log-title" tabindex="-1" autofocus=true class="outline-none text-lg font-semibold text-ink-3">{t.load_waiting()}</h2>
                <span class="ml-auto">{close(t, &props.on_close)}</span>
            </header>
        },
    };
    html! {
        <Modal labelled_by="log-title" class="sheet md:!w-[760px]" on_close={&props.on_close}>
            <div class="flex-1 min-h-0 flex flex-col" {onkeydown}>{content}</div>
        </Modal>
    }
}

fn close(t: Text, on_close: &Callback<()>) -> Html {
    let on_close = on_close.clone();
    html! {
        <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.do_close()} title={t.do_close()}
            onclick={move |_| on_close.emit(())}>{Icon::X.view()}</button>
    }
}

fn content(t: Text, props: &DetailProps, log: &Rc<Log>) -> Html {
    let (glyph, word) = view::state(t, log);
    let then = log.created_at.as_millis();
    let offset = web::utc_offset(then);
    let short = format!("{}…{}", &log.id[..log.id.len().min(8)], &log.id[log.id.len().saturating_sub(4)..]);
    let walk = |up: bool| {
        let on_walk = props.on_walk.clone();
        Callback::from(move |_: MouseEvent| on_walk.emit(up))
    };
    let dash = || "—".to_owned();
    let fact = |name: &str, value: String| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let via = log.channel_name.as_ref().map(|channel| t.logs_via(channel));
    html! {<>
        <header class="px-4 md:px-6 pt-4 pb-3 border-b border-line">
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                {status(glyph, &word)}
                <span class="text-ink-3" aria-hidden="true">{"·"}</span>
                <time class="text-ink-2" datetime={log.created_at.to_string()}>{t.exact(then, offset)}</time>
                <span class="text-ink-3" aria-hidden="true">{"·"}</span>
                <CopyButton text={log.id.clone()} label={t.error_copy_id()} class="font-mono text-xs text-ink-2 inline-flex items-center gap-1 cursor-pointer hover:text-base-content">
                    <span data-testid="log-id" title={log.id.clone()}>{short}</span>
                </CopyButton>
                <div class="ml-auto flex items-center gap-1">
                    <CopyAs log={log.clone()} />
                    <span class="w-px h-5 bg-base-300 mx-1"></span>
                    <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.logs_newer()} title={t.logs_newer()} onclick={walk(true)}>{Icon::ArrowUp.view()}</button>
                    <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.logs_older()} title={t.logs_older()} onclick={walk(false)}>{Icon::ArrowDown.view()}</button>
                    {close(t, &props.on_close)}
                </div>
            </div>
            <h2 id="log-title" tabindex="-1" autofocus=true class="mt-1.5 outline-none text-lg font-semibold tracking-[-0.01em] break-words">
                {if log.model.is_empty() { t.logs_no_model() } else { log.model.as_str() }}{" "}
                <span class="font-normal text-ink-2">{via}{" "}{t.logs_asked_by(&log.key_name)}</span>
            </h2>
            <dl class="facts mt-3">
                {fact(t.logs_column_cost(), if log.state == LogState::Open { dash() } else { t.money(log.cost_nusd) })}
                {fact(t.logs_column_first_token(), log.ttft_ms.map_or_else(dash, |millis| t.millis(millis)))}
                {fact(t.logs_column_duration(), log.duration_ms.map_or_else(dash, |millis| t.millis(millis)))}
                {fact(t.logs_speed(), view::speed(t, log).unwrap_or_else(dash))}
                {fact(t.logs_attempts_name(), t.number(i64::try_from(log.attempts.len()).unwrap_or(0)))}
            </dl>
        </header>
        <div class="flex-1 overflow-y-auto px-4 md:px-6 py-4 flex flex-col gap-5 [&>*]:shrink-0" tabindex="0" role="region" aria-labelledby="log-title">
            if let Some(error) = &log.error {
                <section aria-labelledby="log-error">
                    <div class="code">
                        <div class="flex items-center h-8 pl-3 pr-1 border-b border-line font-sans">
                            <h3 id="log-error" class="flex-1 truncate text-sm font-medium t-err">{t.logs_cause()}</h3>
                            <CopyButton text={error.clone()} label={t.logs_copy_error()} />
                        </div>
                        <pre>{t.server(error)}</pre>
                    </div>
                </section>
            }
            <section>
                <h3 class="h2 mb-2">{t.logs_timeline()}</h3>
                <Timeline log={log.clone()} />
            </section>
            if log.attempts.len() > 1 || log.attempts.iter().any(|attempt| attempt.error.is_some()) { {attempts(t, log)} }
            {tokens(t, log)}
            {origin(t, props, log)}
            if log.has_bodies { <Bodies id={log.id.clone()} /> }
        </div>
    </>}
}

fn attempts(t: Text, log: &Log) -> Html {
    let rows = log.attempts.iter().enumerate().map(|(index, attempt)| {
        let (glyph, word) = match &attempt.error {
            None => (Glyph::Disc, t.logs_answered().to_owned()),
            Some(error) => (Glyph::Triangle, t.server(error)),
        };
        let status = attempt.status.map_or_else(|| "—".to_owned(), |status| status.to_string());
        let name = if attempt.channel_name.is_empty() { format!("#{}", attempt.channel_id) } else { attempt.channel_name.clone() };
        html! {
            <tr key={index} class="last:!border-b-0">
                <td class="text-ink-3">{index + 1}</td>
                <td data-m="title" class="break-words">{name}</td>
                <td class="n" data-m="end">{status}</td>
                <td class="n" data-m="end2">{t.millis(attempt.duration_ms)}</td>
                <td data-m="sub" class="w-full !whitespace-normal break-words"><span class="inline-flex items-baseline gap-1.5">{glyph.view()}<span>{word}</span></span></td>
            </tr>
        }
    });
    html! {
        <section>
            <h3 class="h2 mb-2">{t.logs_attempts_name()}</h3>
            <div class="panel overflow-x-auto" tabindex="0" role="region" aria-label={t.logs_attempts_name()}><table class="dt dt-in dt-stack">
                <thead><tr>
                    <th scope="col"><span class="sr-only">{t.logs_number()}</span></th><th scope="col">{t.logs_column_channel()}</th>
                    <th scope="col" class="n">{t.logs_status()}</th><th scope="col" class="n">{t.logs_column_duration()}</th><th scope="col">{t.logs_outcome()}</th>
                </tr></thead>
                <tbody>{for rows}</tbody>
            </table></div>
        </section>
    }
}

fn tokens(t: Text, log: &Log) -> Html {
    let fresh = log.input_tokens - log.cache_read_tokens - log.cache_write_tokens;
    let lines = [
        (t.logs_tokens_input(), fresh.max(0)),
        (t.logs_tokens_cache_read(), log.cache_read_tokens),
        (t.logs_tokens_cache_write(), log.cache_write_tokens),
        (t.logs_tokens_output(), log.output_tokens - log.reasoning_tokens),
        (t.logs_tokens_reasoning(), log.reasoning_tokens),
    ];
    if !log.lines.is_empty() {
        return priced(t, log);
    }
    html! {
        <section>
            <div class="flex items-baseline mb-2">
                <h3 class="h2">{t.logs_tokens()}</h3>
                {counted(t, log)}
            </div>
            if log.unpriced { <p class="mb-2 text-sm st">{Glyph::Triangle.view()}<span>{t.price_unpriced_request()}</span></p> }
            <div class="panel overflow-hidden"><table class="dt dt-in [&_td]:!h-[28px]">
                <thead><tr><th scope="col" class="w-full">{t.logs_tokens_class()}</th><th scope="col" class="n">{t.logs_tokens()}</th></tr></thead>
                <tbody>
                    for (name, count) in lines { <tr key={name}><td>{name}</td><td class="n">{t.number(count)}</td></tr> }
                    <tr class="font-medium"><td>{t.logs_total()}</td><td class="n">{t.number(log.input_tokens + log.output_tokens)}</td></tr>
                </tbody>
            </table></div>
        </section>
    }
}

/// Who counted, if it wasn't the provider.
fn counted(t: Text, log: &Log) -> Html {
    let text = match (log.estimated, log.anomalous) {
        (_, true) => t.logs_anomalous(),
        (true, false) => t.logs_estimated(),
        (false, false) => return Html::default(),
    };
    html! { <span class="text-xs text-ink-3 ml-2">{text}</span> }
}

/// What it cost, line by line.
fn priced(t: Text, log: &Log) -> Html {
    let row = |line: &BillLine| {
        let each = matches!(line.class, PriceClass::Request | PriceClass::Image);
        let rate = t.price(line.rate_nusd);
        html! {
            <tr key={line.class.as_str()}>
                <td>{class_name(t, line.class)}</td>
                <td class="n">{t.number(line.quantity)}</td>
                <td class="n text-ink-2">{if each { t.price_each(&rate) } else { rate }}</td>
                <td class="n">{t.money_exact(line.cost_nusd)}</td>
            </tr>
        }
    };
    html! {
        <section>
            <div class="flex flex-wrap items-baseline mb-2">
                <h3 class="h2">{t.price_lines()}</h3>
                {counted(t, log)}
            </div>
            <div class="panel overflow-x-auto" tabindex="0" role="region" aria-label={t.price_lines()}><table class="dt dt-in [&_td]:!h-[28px]" data-testid="lines">
                <thead><tr>
                    <th scope="col" class="w-full">{t.logs_tokens_class()}</th><th scope="col" class="n">{t.logs_tokens()}</th>
                    <th scope="col" class="n">{t.price_per_million()}</th><th scope="col" class="n">{t.logs_column_cost()}</th>
                </tr></thead>
                <tbody>
                    {for log.lines.iter().map(row)}
                    <tr class="font-medium">
                        <td>{t.logs_total()}</td><td class="n">{t.number(log.input_tokens + log.output_tokens)}</td>
                        <td class="n">{if log.multiplier_ppm == ONE_PPM { String::new() } else { t.times(log.multiplier_ppm) }}</td>
                        <td class="n">{t.money_exact(log.cost_nusd)}</td>
                    </tr>
                </tbody>
            </table></div>
        </section>
    }
}

fn origin(t: Text, props: &DetailProps, log: &Log) -> Html {
    let plain = |name: &'static str, value: Option<&str>| {
        value.map(|value| html! {<><dt>{name}</dt><dd class="break-words min-w-0">{value.to_owned()}</dd></>})
    };
    let linked = |name: &'static str, field: Field, value: Option<&str>| {
        value.filter(|value| !value.is_empty()).map(|value| {
            let (on_filter, chip) = (props.on_filter.clone(), Chip::new(field, value));
            html! {<>
                <dt>{name}</dt>
                <dd class="min-w-0"><button type="button" class="act cursor-pointer break-words text-left" title={t.logs_filter_by()} onclick={move |_| on_filter.emit(chip.clone())}>{value.to_owned()}</button></dd>
            </>}
        })
    };
    let asked = log.upstream_model.as_deref().filter(|model| *model != log.model);
    html! {
        <section>
            <h3 class="h2 mb-2">{t.logs_origin()}</h3>
            <dl class="kv [&>dd]:[font-variant-numeric:normal]">
                {linked(t.logs_column_model(), Field::Model, Some(&log.model))}
                {plain(t.logs_upstream_model(), asked)}
                {linked(t.logs_column_key(), Field::Key, Some(&log.key_name))}
                {if props.admin { linked(t.logs_column_user(), Field::User, log.username.as_deref()) } else { None }}
                {if props.admin { linked(t.logs_column_channel(), Field::Channel, log.channel_name.as_deref()) } else { plain(t.logs_column_channel(), log.channel_name.as_deref()) }}
                {linked(t.logs_column_endpoint(), Field::Endpoint, Some(&log.endpoint))}
                {plain(t.logs_kind(), Some(if log.stream { t.logs_kind_stream() } else { t.logs_kind_whole() }))}
                {plain(t.logs_client_ip(), log.client_ip.as_deref())}
                {plain(t.logs_user_agent(), log.user_agent.as_deref())}
                <dt>{t.logs_id()}</dt><dd class="font-mono text-xs break-all">{&log.id}</dd>
            </dl>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CopyAsProps {
    log: Rc<Log>,
}

/// The request as code, onto the clipboard.
#[component]
fn CopyAs(props: &CopyAsProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let about = use_load(api::about);
    let base_url = about.value().map(|about| about.base_url.clone());
    let items = Code::ALL
        .into_iter()
        .map(|code| {
            let (log, toaster, base_url) = (props.log.clone(), toaster.clone(), base_url.clone());
            let run = Callback::from(move |()| {
                let text = code.of(base_url.as_deref().unwrap_or_default(), &log);
                let toaster = toaster.clone();
                spawn_local(async move {
                    if copy::write(&text).await {
                        toaster.done(t.logs_copied_as(code.name()));
                    } else {
                        toaster.failed(t.copy_failed());
                    }
                });
            });
            Item::new(Icon::Copy.view(), code.name(), run)
        })
        .collect::<Vec<_>>();
    if base_url.is_none() {
        return Html::default();
    }
    let header = html! { <p class="px-2 pt-1 pb-1.5 text-xs text-ink-2 max-w-64">{t.logs_copy_as_text()}</p> };
    html! {
        <Menu id="copy-as" worded=true label={t.logs_copy_as()} class="btn btn-sm" {items} {header}>
            {Icon::Code.small()}{t.logs_copy_as()}{Icon::ChevronDown.small()}
        </Menu>
    }
}
