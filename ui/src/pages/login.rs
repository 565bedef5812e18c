//! Signing in.

use ::api::{Fields, session::Login};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api,
    i18n::use_text,
    parts::{field::TextField, icon::Icon, mark::mark},
    prefs::QuickPrefs,
    routes::LoginQuery,
    session::{Who, use_session},
    web::use_title,
};

#[component]
pub(crate) fn LoginPage() -> Html {
    let t = use_text();
    use_title(t.login_title());
    let session = use_session();
    let (username, password) = (use_state(String::new), use_state(String::new));
    let (fault, faults, busy) = (use_state(|| None::<String>), use_state(Fields::new), use_state(|| false));

    let next = use_location().and_then(|location| location.query::<LoginQuery>().ok()).unwrap_or_default().route();
    if matches!(session.who, Who::Person(_)) {
        return html! { <Redirect<crate::routes::Route> to={next} /> };
    }

    let onsubmit = {
        let (username, password) = (username.clone(), password.clone());
        let (fault, faults, busy) = (fault.clone(), faults.clone(), busy.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            let login = Login { username: (*username).clone(), password: (*password).clone() };
            let (fault, faults, busy, set) = (fault.clone(), faults.clone(), busy.clone(), session.set.clone());
            spawn_local(async move {
                match api::session::create(&login).await {
                    Ok(session) => set.emit(Who::Person(session.user)),
                    Err(error) => {
                        faults.set(error.fields());
                        fault.set(Some(error.sentence(t)));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let set_username = username.setter();
    let set_password = password.setter();
    let field_fault = |name: &str| faults.get(name).map(|fault| AttrValue::from(t.server(fault)));
    html! {
        <main class="min-h-screen flex flex-col px-5 py-6">
            <div class="flex justify-end"><QuickPrefs /></div>
            <div class="flex-1 grid place-items-center">
                <div class="w-full max-w-[340px] pb-24">
                    <div class="flex items-center gap-2.5 font-semibold text-base tracking-[-0.01em]">{mark("28")}{t.app_name()}</div>
                    <h1 class="mt-8 text-2xl font-semibold tracking-[-0.02em]">{t.login_headline()}</h1>
                    <form class="mt-6 grid gap-4" novalidate=true {onsubmit}>
                        <TextField id="username" label={t.login_username()} value={(*username).clone()} autocomplete="username" large=true
                            autofocus=true error={field_fault("username")} on_input={move |text| set_username.set(text)} />
                        <TextField id="password" label={t.login_password()} kind="password" value={(*password).clone()} large=true
                            autocomplete="current-password" error={field_fault("password")} on_input={move |text| set_password.set(text)} />
                        if let Some(fault) = &*fault {
                            <p class="help-err !mt-0" role="alert">{Icon::CircleAlert.with("icon icon-sm mt-px")}<span>{fault}</span></p>
                        }
                        <button class="btn btn-primary mt-1" disabled={*busy}>{t.login_submit()}</button>
                    </form>
                </div>
            </div>
        </main>
    }
}
