//! One key in a drawer: what it may do, and for how long.

use std::rc::Rc;

use ::api::{Fields, keys::Key};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{
    actions::Keys,
    draft::{Draft, Now},
    form::{Choices, KeyForm},
    rows::state_words,
    view::State,
};
use crate::{
    api,
    i18n::use_text,
    parts::{dialog::Confirm, drawer::Drawer, icon::Icon, status::status, time::Ago},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditProps {
    pub(crate) one: Key,
    /// For admins only.
    pub(crate) choices: Option<Rc<Choices>>,
    pub(crate) keys: Keys,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn EditKey(props: &EditProps) -> Html {
    let t = use_text();
    let key = &props.one;
    let start = || Draft::of(key, t, web::utc_offset(key.expires_at.map_or_else(web::now, ::api::Time::as_millis)));
    let initial = use_state(start);
    let draft = use_state(start);
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let leaving = use_state(|| false);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });
    let dirty = *draft != *initial;
    let close = {
        let (leaving, on_close) = (leaving.setter(), props.on_close.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let on_submit = {
        let (draft, initial, faults, refusal, busy) =
            (draft.clone(), initial.clone(), faults.clone(), refusal.clone(), busy.clone());
        let (id, keys, on_close) = (key.id, props.keys.clone(), props.on_close.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let now = web::now();
            let patch = match draft.patch(&initial, Now { millis: now, offset: web::utc_offset(now) }) {
                Ok(patch) => patch,
                Err(found) => return faults.set(found),
            };
            busy.set(true);
            let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
            let (keys, on_close) = (keys.clone(), on_close.clone());
            spawn_local(async move {
                match api::keys::update(id, &patch).await {
                    Ok(key) => {
                        keys.toaster.done(t.keys_saved(&key.name));
                        keys.put(key);
                        on_close.emit(());
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
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
        <button type="submit" class="btn btn-primary btn-sm" disabled={*busy || !dirty}>{t.do_save()}</button>
    </>};
    let (glyph, word) = state_words(t, State::of(key, web::now()));
    let set = draft.setter();
    let stay = leaving.setter();
    html! {<>
        <Drawer title={key.name.clone()} subtitle={status(glyph, &word)} on_close={&close} {footer} {on_submit}>
            if let Some(refusal) = &*refusal {
                <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
            <dl class="kv text-sm">
                <dt>{t.keys_column_key()}</dt><dd class="font-mono text-xs leading-5">{format!("sk-aigw-{}-…{}", key.public_id, key.last4)}</dd>
                <dt>{t.keys_owner()}</dt><dd>{&key.username}</dd>
                <dt>{t.keys_column_created()}</dt><dd><Ago time={key.created_at} /></dd>
                <dt>{t.keys_column_used()}</dt><dd>{key.last_used_at.map_or_else(|| html! { {t.keys_never_used()} }, |time| html! { <Ago {time} /> })}</dd>
            </dl>
            <KeyForm draft={(*draft).clone()} on_change={move |draft| set.set(draft)} faults={(*faults).clone()} choices={props.choices.clone()} />
        </Drawer>
        if *leaving {
            <Confirm title={t.channel_discard()} text={t.channel_discard_text()} action={t.channel_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}
