//! A new access key: asked for, then shown once.

use ::api::{
    Fields, Time, Validate,
    keys::{KeyCreated, NewKey},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::secret::SecretView;
use crate::{
    api,
    format::end_of_day,
    i18n::use_text,
    parts::{
        chips::Chips,
        dialog::Dialog,
        field::TextField,
        icon::Icon,
        segmented::{Choice, Segmented},
    },
    web,
};

const DAY: i64 = 24 * 60 * 60 * 1_000;

#[derive(Clone, Copy, PartialEq)]
enum Expiry {
    Never,
    Days(i64),
    OnDate,
}

#[derive(Properties, PartialEq)]
pub(crate) struct CreateProps {
    pub(crate) on_created: Callback<KeyCreated>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn CreateKey(props: &CreateProps) -> Html {
    let t = use_text();
    let (name, models) = (use_state(String::new), use_state(Vec::<String>::new));
    let (expiry, date) = (use_state(|| Expiry::Never), use_state(String::new));
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let created = use_state(|| None::<KeyCreated>);

    if let Some(created) = &*created {
        return html! { <CreatedKey created={created.clone()} on_close={&props.on_close} /> };
    }

    let create = {
        let (name, models, expiry, date) = (name.clone(), models.clone(), expiry.clone(), date.clone());
        let (faults, refusal, busy, created) = (faults.clone(), refusal.clone(), busy.clone(), created.setter());
        let on_created = props.on_created.clone();
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let now = web::now();
            let expires_at = match *expiry {
                Expiry::Never => None,
                Expiry::Days(days) => Some(now + days * DAY),
                Expiry::OnDate => match end_of_day(&date, web::utc_offset(now)) {
                    Some(end) => Some(end),
                    None => {
                        return faults.set(Fields::from([("expires_at".to_owned(), t.keys_date_missing().to_owned())]));
                    }
                },
            };
            let new = NewKey {
                name: name.trim().to_owned(),
                expires_at: expires_at.map(Time::from_millis),
                models: (*models).clone(),
                ..NewKey::default()
            };
            if let Err(found) = new.validate() {
                return faults.set(found);
            }
            busy.set(true);
            let (faults, refusal, busy, created, on_created) =
                (faults.clone(), refusal.clone(), busy.clone(), created.clone(), on_created.clone());
            spawn_local(async move {
                match api::keys::create(&new).await {
                    Ok(key) => {
                        on_created.emit(key.clone());
                        created.set(Some(key));
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
    let onsubmit = {
        let create = create.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            create.emit(());
        })
    };
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={move |_| close.emit(())}>{t.do_cancel()}</button>
        <button type="submit" form="new-key" class="btn btn-primary btn-sm" disabled={*busy}>{t.keys_create()}</button>
    </>};
    let choices = vec![
        Choice::new(Expiry::Never, t.keys_never()),
        Choice::new(Expiry::Days(30), t.keys_days(30)),
        Choice::new(Expiry::Days(90), t.keys_days(90)),
        Choice::new(Expiry::OnDate, t.keys_on_date()),
    ];
    let (set_name, set_models, set_expiry, set_date) = (name.setter(), models.setter(), expiry.setter(), date.setter());
    html! {
        <Dialog title={t.keys_new()} text={Some(AttrValue::from(t.keys_new_text()))} on_close={&props.on_close} {footer}>
            <form id="new-key" class="mt-4 grid gap-4" novalidate=true {onsubmit}>
                if let Some(refusal) = &*refusal {
                    <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
                }
                <TextField id="name" label={t.setup_key_name()} value={(*name).clone()} autofocus=true error={fault("name")}
                    help={html! { t.setup_key_name_help() }} on_input={move |text| set_name.set(text)} />
                <div class="field">
                    <span class="flabel">{t.keys_expires()}</span>
                    <Segmented<Expiry> label={t.keys_expires()} {choices} value={*expiry} on_choose={move |value| set_expiry.set(value)} />
                    if *expiry == Expiry::OnDate {
                        <div class="mt-2 w-44"><TextField id="expires_at" label={t.keys_last_day()} kind="date" value={(*date).clone()} error={fault("expires_at")}
                            on_input={move |text| set_date.set(text)} /></div>
                    } else if let Some(fault) = fault("expires_at") {
                        <p class="help-err" role="alert">{Icon::CircleAlert.with("icon icon-sm mt-px")}<span>{fault}</span></p>
                    }
                </div>
                <Chips id="models" label={t.keys_models()} values={(*models).clone()} error={fault("models")} help={html! { t.keys_models_help() }}
                    placeholder={t.keys_models_all()} on_change={move |models| set_models.set(models)} />
            </form>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct CreatedProps {
    created: KeyCreated,
    on_close: Callback<()>,
}

/// The one time that the secret is shown. Escape and the scrim don't close it before the person says that it is stored.
#[component]
fn CreatedKey(props: &CreatedProps) -> Html {
    let t = use_text();
    let stored = use_state(|| false);
    let on_close = props.on_close.clone();
    let may_close = *stored;
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
    html! {
        <Dialog title={t.keys_copy_now(&props.created.key.name)} text={Some(AttrValue::from(t.keys_copy_text()))} on_close={close} {footer}
            class="w-[min(640px,calc(100vw-24px))]">
            <SecretView created={props.created.clone()} />
        </Dialog>
    }
}
