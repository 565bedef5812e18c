//! Personal tokens: for one's own scripts.

use ::api::{
    Time,
    tokens::{NewToken, Token, TokenCreated},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::page;
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{
        async_view::async_view,
        code::Code,
        copy::CopyButton,
        dialog::{Confirm, Dialog},
        field::TextField,
        form::{checked, refusal_note, submit, use_form},
        icon::Icon,
        segmented::{Choice, Segmented},
        time::Ago,
        toast::use_toaster,
    },
    web::{self, use_hotkey},
};

const DAY: i64 = 24 * 60 * 60 * 1_000;

#[component]
pub(crate) fn Tokens() -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let tokens = use_load(api::account::tokens);
    let (adding, deleting) = (use_state(|| false), use_state(|| None::<Token>));
    let add = use_callback((), {
        let adding = adding.setter();
        move |(), ()| adding.set(true)
    });
    use_hotkey("n", add.clone());

    let list = |all: &Vec<Token>| {
        let ask = {
            let deleting = deleting.setter();
            Callback::from(move |token| deleting.set(Some(token)))
        };
        let content = html! {<>
            if all.is_empty() {
                <p class="py-4 border-t border-line text-ink-2">{t.tokens_empty()}</p>
            } else {
                <ul>for token in all { {line(t, token, &ask)} }</ul>
            }
            <div class="border-t border-line pt-4">
                <button type="button" class="btn btn-sm" onclick={add.reform(|_: MouseEvent| ())}>{Icon::Plus.small()}{t.tokens_new()}</button>
            </div>
        </>};
        page(t.settings_tokens(), t.settings_tokens_text(), content)
    };
    let dialog = if *adding {
        let (tokens, close) = (tokens.clone(), adding.setter());
        let on_created = move |token: Token| tokens.edit(move |all| all.insert(0, token.clone()));
        html! { <NewTokenDialog {on_created} on_close={move |()| close.set(false)} /> }
    } else if let Some(token) = (*deleting).clone() {
        let title = t.keys_delete(&token.name);
        let close = deleting.setter();
        let run = {
            let (tokens, deleting) = (tokens.clone(), deleting.setter());
            move |()| {
                let (tokens, toaster, deleting, token) =
                    (tokens.clone(), toaster.clone(), deleting.clone(), token.clone());
                spawn_local(async move {
                    match api::account::delete_token(token.id).await {
                        Err(error) if !error.is_status(404) => toaster.failed(error.sentence(t)),
                        Ok(()) | Err(_) => {
                            toaster.done(t.keys_deleted(&token.name));
                            tokens.edit(move |all| all.retain(|known| known.id != token.id));
                        }
                    }
                    deleting.set(None);
                });
            }
        };
        html! { <Confirm {title} text={t.tokens_delete_text()} action={t.do_delete()} on_confirm={run} on_close={move |()| close.set(None)} /> }
    } else {
        Html::default()
    };
    html! {<>{async_view(&tokens, list)}{dialog}</>}
}

fn line(t: Text, token: &Token, ask: &Callback<Token>) -> Html {
    let now = web::now();
    let expiry = token.expires_at.map(|time| {
        let then = time.as_millis();
        let offset = web::utc_offset(then);
        let (words, class) = if then <= now {
            (t.keys_expired().to_owned(), "text-ink-3")
        } else {
            (t.tokens_until(&t.date(now, then, offset)), if then - now < 7 * DAY { "t-warn" } else { "" })
        };
        html! { <time datetime={time.to_string()} title={t.exact(then, offset)} {class}>{words}</time> }
    });
    let own = token.clone();
    let onclick = ask.reform(move |_: MouseEvent| own.clone());
    html! {
        <li key={token.id} class="flex items-center gap-3 py-3 border-t border-line">
            <div class="min-w-0 flex-1">
                <div class="font-medium break-words">{&token.name}</div>
                <div class="text-xs text-ink-2 flex flex-wrap gap-x-3">
                    <span class="font-mono">{format!("aigw-pat-…{}", token.last4)}</span>
                    <span>{t.tokens_made()}{" "}<Ago time={token.created_at} /></span>
                    if let Some(time) = token.last_used_at {
                        <span>{t.settings_session_used()}{" "}<Ago {time} /></span>
                    } else {
                        <span class="text-ink-3">{t.tokens_never_used()}</span>
                    }
                    {expiry}
                </div>
            </div>
            <button type="button" class="btn btn-sm !text-error" {onclick} aria-label={t.tokens_delete_label(&token.name)}>{t.do_delete()}</button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct NewTokenProps {
    on_created: Callback<Token>,
    on_close: Callback<()>,
}

#[derive(Clone, PartialEq)]
struct Draft {
    name: String,
    /// How long it works; for ever if 0.
    days: i64,
}

#[component]
fn NewTokenDialog(props: &NewTokenProps) -> Html {
    let t = use_text();
    let form = use_form(|| Draft { name: String::new(), days: 90 });
    let created = use_state(|| None::<TokenCreated>);
    if let Some(created) = &*created {
        return html! { <CreatedToken created={created.clone()} on_close={&props.on_close} /> };
    }
    let make = {
        let (form, created, on_created) = (form.clone(), created.setter(), props.on_created.clone());
        Callback::from(move |()| {
            let Draft { name, days } = form.draft();
            let expires_at = (*days > 0).then(|| Time::from_millis(web::now() + days * DAY));
            let (created, on_created) = (created.clone(), on_created.clone());
            form.send(
                checked(NewToken { name: name.trim().to_owned(), expires_at }),
                |new| async move { api::account::create_token(&new).await },
                move |answer: TokenCreated| {
                    on_created.emit(answer.token.clone());
                    created.set(Some(answer));
                },
            );
        })
    };
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={move |_| close.emit(())}>{t.do_cancel()}</button>
        <button type="submit" form="new-token" class="btn btn-primary btn-sm" disabled={form.is_busy()}>{t.tokens_create()}</button>
    </>};
    let choices = vec![
        Choice::new(30, t.keys_days(30)),
        Choice::new(90, t.keys_days(90)),
        Choice::new(365, t.keys_days(365)),
        Choice::new(0, t.keys_never()),
    ];
    html! {
        <Dialog title={t.tokens_new()} text={Some(AttrValue::from(t.tokens_new_text()))} on_close={&props.on_close} {footer}>
            <form id="new-token" class="mt-4 grid gap-4" novalidate=true onsubmit={submit(&make)}>
                {refusal_note(form.refusal())}
                <TextField id="name" label={t.setup_key_name()} value={form.draft().name.clone()} autofocus=true error={form.fault(&["name"])}
                    help={html! { t.tokens_name_help() }} on_input={form.set(|draft: &mut Draft, text| draft.name = text)} />
                <div class="field">
                    <span class="flabel">{t.keys_expires()}</span>
                    <Segmented<i64> label={t.keys_expires()} {choices} value={form.draft().days} class="max-md:seg-wide" on_choose={form.set(|draft: &mut Draft, days| draft.days = days)} />
                    if let Some(fault) = form.fault(&["expires_at"]) {
                        <p class="help-err" role="alert">{Icon::CircleAlert.with("icon icon-sm mt-px")}<span>{fault}</span></p>
                    }
                </div>
            </form>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct CreatedProps {
    created: TokenCreated,
    on_close: Callback<()>,
}

/// The one time that the token is shown.
#[component]
fn CreatedToken(props: &CreatedProps) -> Html {
    let t = use_text();
    let stored = use_state(|| false);
    let (on_close, may_close) = (props.on_close.clone(), *stored);
    let close = Callback::from(move |()| {
        if may_close {
            on_close.emit(());
        }
    });
    let set = stored.setter();
    let onchange = move |event: Event| set.set(event.target_unchecked_into::<web_sys::HtmlInputElement>().checked());
    let done = close.clone();
    let footer = html! {<>
        <label class="flex items-center gap-2 text-sm cursor-pointer">
            <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" checked={*stored} {onchange} />{t.keys_stored()}
        </label>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-sm" disabled={!*stored} onclick={move |_| done.emit(())}>{t.keys_done()}</button>
    </>};
    let secret = &props.created.secret;
    let address = web::window().location().origin().unwrap_or_default();
    let line = format!("curl {address}/api/keys \\\n  -H \"Authorization: Bearer {secret}\"");
    html! {
        <Dialog title={t.keys_copy_now(&props.created.token.name)} text={Some(AttrValue::from(t.tokens_copy_text()))} on_close={close} {footer}
            class="w-[min(640px,calc(100vw-24px))]">
            <div class="mt-4 flex items-center gap-2 rounded-box border border-line-2 bg-base-200 p-1.5 pl-3">
                <code class="font-mono text-[13px] flex-1 min-w-0 break-all leading-5" data-testid="secret">{secret}</code>
                <CopyButton text={secret.clone()} label={t.tokens_copy_secret()} class="btn btn-primary btn-sm" autofocus=true />
            </div>
            <div class="mt-4"><Code title={t.keys_first_request()} text={line} copy_label={t.keys_copy_lines()} /></div>
        </Dialog>
    }
}
