//! One key in a drawer: what it may do, and for how long.

use std::rc::Rc;

use ::api::{groups::Group, keys::Key};
use yew::prelude::*;

use super::{
    actions::Keys,
    draft::{Draft, Now},
    form::KeyForm,
    rows::state_words,
    view::State,
};
use crate::{
    api,
    i18n::use_text,
    parts::{editor::EditorFrame, form::use_form, status::status, time::Ago},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditProps {
    pub(crate) one: Key,
    /// For admins only.
    pub(crate) groups: Option<Rc<Vec<Group>>>,
    pub(crate) keys: Keys,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn EditKey(props: &EditProps) -> Html {
    let t = use_text();
    let key = &props.one;
    let start = || Draft::of(key, t, web::utc_offset(key.expires_at.map_or_else(web::now, ::api::Time::as_millis)));
    let form = use_form(start);
    let on_save = {
        let (form, id) = (form.clone(), key.id);
        let (keys, on_close) = (props.keys.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (keys, on_close) = (keys.clone(), on_close.clone());
            let now = web::now();
            let request = form.draft().patch(form.initial(), Now { millis: now, offset: web::utc_offset(now) });
            form.send(
                request,
                move |patch| async move { api::keys::update(id, &patch).await },
                move |key: Key| {
                    keys.toaster.done(t.keys_saved(&key.name));
                    keys.put(key);
                    on_close.emit(());
                },
            );
        })
    };
    let (glyph, word) = state_words(t, State::of(key, web::now()));
    html! {
        <EditorFrame title={key.name.clone()} subtitle={status(glyph, &word)} progress={form.progress()} is_new=false {on_save} on_close={&props.on_close}>
            <dl class="kv text-sm">
                <dt>{t.keys_column_key()}</dt><dd class="font-mono text-xs leading-5">{format!("sk-aigw-{}-…{}", key.public_id, key.last4)}</dd>
                <dt>{t.keys_owner()}</dt><dd>{&key.username}</dd>
                <dt>{t.keys_column_created()}</dt><dd><Ago time={key.created_at} /></dd>
                <dt>{t.keys_column_used()}</dt><dd>{key.last_used_at.map_or_else(|| html! { {t.keys_never_used()} }, |time| html! { <Ago {time} /> })}</dd>
            </dl>
            <KeyForm draft={form.draft().clone()} on_change={form.set(|draft, changed| *draft = changed)} faults={form.faults().clone()}
                groups={props.groups.clone()} budget={key.budget.clone()} />
        </EditorFrame>
    }
}
