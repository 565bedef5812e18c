//! Signing in.

use ::api::session::{Login, Session as Answer};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api,
    i18n::use_text,
    parts::{
        field::TextField,
        form::{refusal_note, submit, use_form},
        mark::mark,
    },
    prefs::QuickPrefs,
    routes::LoginQuery,
    session::{Who, use_session},
    web::use_title,
};

#[derive(Clone, PartialEq, Default)]
struct Draft {
    username: String,
    password: String,
}

#[component]
pub(crate) fn LoginPage() -> Html {
    let t = use_text();
    use_title(t.login_title());
    let session = use_session();
    let form = use_form(Draft::default);

    let next = use_location().and_then(|location| location.query::<LoginQuery>().ok()).unwrap_or_default().route();
    if matches!(session.who, Who::Person(_)) {
        return html! { <Redirect<crate::routes::Route> to={next} /> };
    }

    let sign_in = {
        let form = form.clone();
        Callback::from(move |()| {
            let Draft { username, password } = form.draft().clone();
            let set = session.set.clone();
            form.send(
                Ok(Login { username, password }),
                |login| async move { api::session::create(&login).await },
                move |answer: Answer| set.emit(Who::Person(answer.user)),
            );
        })
    };
    let draft = form.draft();
    html! {
        <main class="min-h-screen flex flex-col px-5 py-6">
            <div class="flex justify-end"><QuickPrefs /></div>
            <div class="flex-1 grid place-items-center">
                <div class="w-full max-w-[340px] pb-24">
                    <div class="flex items-center gap-2.5 font-semibold text-base tracking-[-0.01em]">{mark("28")}{t.app_name()}</div>
                    <h1 class="mt-8 text-2xl font-semibold tracking-[-0.02em]">{t.login_headline()}</h1>
                    <form class="mt-6 grid gap-4" novalidate=true onsubmit={submit(&sign_in)}>
                        <TextField id="username" label={t.login_username()} value={draft.username.clone()} autocomplete="username" large=true
                            autofocus=true error={form.fault(&["username"])} on_input={form.set(|draft: &mut Draft, text| draft.username = text)} />
                        <TextField id="password" label={t.login_password()} kind="password" value={draft.password.clone()} large=true
                            autocomplete="current-password" error={form.fault(&["password"])} on_input={form.set(|draft: &mut Draft, text| draft.password = text)} />
                        {refusal_note(form.refusal())}
                        <button class="btn btn-primary mt-1" disabled={form.is_busy()}>{t.login_submit()}</button>
                    </form>
                </div>
            </div>
        </main>
    }
}
