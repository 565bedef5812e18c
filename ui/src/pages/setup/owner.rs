//! Who owns the gateway.

use ::api::{Fields, Validate, setup::Setup};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api,
    i18n::use_text,
    parts::{field::TextField, icon::Icon},
    session::{Who, use_session},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct OwnerProps {
    pub(crate) token: String,
    pub(crate) on_done: Callback<()>,
}

#[component]
pub(crate) fn OwnerStep(props: &OwnerProps) -> Html {
    let t = use_text();
    let session = use_session();
    let (username, password, again) = (use_state(String::new), use_state(String::new), use_state(String::new));
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("[aria-invalid='true']");
        }
    });

    let onsubmit = {
        let (username, password, again) = (username.clone(), password.clone(), again.clone());
        let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
        let (token, on_done) = (props.token.clone(), props.on_done.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let setup =
                Setup { token: token.clone(), username: username.trim().to_owned(), password: (*password).clone() };
            let mut found = Fields::new();
            setup.check(&mut found);
            if *again != *password && !found.contains_key("password") {
                found.insert("again".to_owned(), t.setup_again_differs().to_owned());
            }
            if !found.is_empty() {
                return faults.set(found);
            }
            busy.set(true);
            let (faults, refusal, busy, set, on_done) =
                (faults.clone(), refusal.clone(), busy.clone(), session.set.clone(), on_done.clone());
            spawn_local(async move {
                match api::setup::run(&setup).await {
                    Ok(session) => {
                        set.emit(Who::Person(session.user));
                        on_done.emit(());
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(t)));
                        faults.set(found);
                        busy.set(false);
                    }
                }
            });
        })
    };
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    let count = password.chars().count();
    let hint = if count == 0 { t.setup_password_hint().to_owned() } else { t.setup_password_count(count) };
    let (set_username, set_password, set_again) = (username.setter(), password.setter(), again.setter());
    html! {<>
        <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_owner_headline()}</h1>
        <p class="mt-1 text-base text-ink-2 max-w-[520px]">{t.setup_owner_text()}</p>
        <form class="mt-7 grid gap-4 max-w-[380px]" novalidate=true {onsubmit}>
            <TextField id="username" label={t.login_username()} value={(*username).clone()} autocomplete="username" large=true autofocus=true
                error={fault("username")} on_input={move |text| set_username.set(text)} />
            <TextField id="password" label={t.login_password()} kind="password" value={(*password).clone()} autocomplete="new-password" large=true
                error={fault("password")} help={html! { hint }} on_input={move |text| set_password.set(text)} />
            <TextField id="again" label={t.setup_again()} kind="password" value={(*again).clone()} autocomplete="new-password" large=true
                error={fault("again")} on_input={move |text| set_again.set(text)} />
            if let Some(refusal) = &*refusal {
                <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
            <div class="flex items-center gap-3 mt-2"><button class="btn btn-primary" disabled={*busy}>{t.setup_continue()}</button></div>
        </form>
        <p class="mt-8 text-xs text-ink-3 max-w-[520px]">{t.setup_link_note()}</p>
    </>}
}
