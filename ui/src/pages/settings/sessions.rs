//! Where one is signed in.

use ::api::session::OpenSession;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{device::device, page};
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{async_view::async_view, time::Ago, toast::use_toaster},
    session::{Who, use_session},
};

#[component]
pub(crate) fn Sessions() -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let me = use_session();
    let sessions = use_load(api::account::sessions);
    let end = {
        let (sessions, toaster) = (sessions.clone(), toaster.clone());
        Callback::from(move |ended: Vec<OpenSession>| {
            let (sessions, toaster, me) = (sessions.clone(), toaster.clone(), me.clone());
            spawn_local(async move {
                let count = ended.len();
                for session in ended {
                    match api::account::end_session(&session.id).await {
                        Err(error) if !error.is_status(404) => return toaster.failed(error.sentence(t)),
                        Ok(()) | Err(_) if session.current => return me.set.emit(Who::Nobody),
                        Ok(()) | Err(_) => sessions.edit(move |all| all.retain(|known| known.id != session.id)),
                    }
                }
                toaster.done(t.settings_sessions_ended(count));
            });
        })
    };
    async_view(&sessions, |all| {
        let others: Vec<OpenSession> = all.iter().filter(|session| !session.current).cloned().collect();
        let many = others.len();
        let end_others = {
            let others = others.clone();
            end.reform(move |_: MouseEvent| others.clone())
        };
        let content = html! {<>
            <ul>for session in all.iter().filter(|session| session.current).chain(&others) { {line(t, session, &end)} }</ul>
            if many > 1 {
                <div class="border-t border-line pt-4"><button type="button" class="btn btn-sm" onclick={end_others}>{t.settings_sessions_end_others(many)}</button></div>
            }
        </>};
        page(t.settings_sessions(), t.settings_sessions_text(), content)
    })
}

fn line(t: Text, session: &OpenSession, end: &Callback<Vec<OpenSession>>) -> Html {
    let agent = session.user_agent.clone().unwrap_or_default();
    let name = match device(&agent) {
        (Some(browser), Some(system)) => t.settings_device(browser, system),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => t.settings_device_unknown().to_owned(),
    };
    let label = if session.current { t.nav_sign_out() } else { t.settings_session_end() };
    let ended = session.clone();
    let onclick = end.reform(move |_: MouseEvent| vec![ended.clone()]);
    html! {
        <li key={session.id.clone()} class="flex items-center gap-3 py-3 border-t border-line">
            <div class="min-w-0 flex-1">
                <div class="font-medium flex flex-wrap items-center gap-2" title={agent}>
                    {&name}
                    if session.current { <span class="tag tag-on">{t.settings_session_current()}</span> }
                </div>
                <div class="text-xs text-ink-2 flex flex-wrap gap-x-3">
                    if let Some(address) = &session.client_ip { <span class="font-mono">{address}</span> }
                    <span>{t.settings_session_opened()}{" "}<Ago time={session.created_at} /></span>
                    <span>{t.settings_session_used()}{" "}<Ago time={session.last_used_at} /></span>
                </div>
            </div>
            <button type="button" class="btn btn-sm" {onclick} aria-label={format!("{label}: {name}")}>{label}</button>
        </li>
    }
}
