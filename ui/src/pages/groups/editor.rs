//! A group as a short form.

use ::api::{
    Fields, Validate,
    groups::{Group, GroupPatch, NewGroup, ONE_PPM},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::view::parts;
use crate::{
    api,
    format::decimal,
    i18n::use_text,
    parts::{dialog::Dialog, field::TextField, form::refusal_note},
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) group: Option<Group>,
    pub(crate) on_saved: Callback<Group>,
    pub(crate) on_close: Callback<()>,
}

/// Said where the text isn't a number at all, in the server's words for one that is too large.
const NO_MULTIPLIER: i64 = -1;

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let name = use_state(|| props.group.as_ref().map(|group| group.name.clone()).unwrap_or_default());
    let price = use_state(|| decimal(props.group.as_ref().map_or(ONE_PPM, |group| group.multiplier_ppm)));
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));

    let onsubmit = {
        let (name, price, known) = (name.clone(), price.clone(), props.group.clone());
        let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
        let (on_saved, on_close) = (props.on_saved.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let multiplier_ppm = parts(&price).unwrap_or(NO_MULTIPLIER);
            let new = NewGroup { name: name.trim().to_owned(), multiplier_ppm };
            if let Err(found) = new.validate() {
                return faults.set(found);
            }
            busy.set(true);
            let (faults, refusal, busy, known) = (faults.clone(), refusal.clone(), busy.clone(), known.clone());
            let (on_saved, on_close) = (on_saved.clone(), on_close.clone());
            spawn_local(async move {
                let answer = match known {
                    None => api::groups::create(&new).await,
                    Some(known) => {
                        let patch = GroupPatch { multiplier_ppm: Some(multiplier_ppm), ..GroupPatch::default() };
                        api::groups::update(&known.name, &patch).await
                    }
                };
                match answer {
                    Ok(group) => {
                        on_saved.emit(group);
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
    let fault = |field: &str| faults.get(field).map(|fault| AttrValue::from(t.server(fault)));
    let close = props.on_close.clone();
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={move |_| close.emit(())}>{t.do_cancel()}</button>
        <button type="submit" form="group" class="btn btn-primary btn-sm" disabled={*busy}>{t.do_save()}</button>
    </>};
    let title = props.group.as_ref().map_or_else(|| t.groups_add().to_owned(), |group| group.name.clone());
    let (set_name, set_price) = (name.setter(), price.setter());
    html! {
        <Dialog {title} on_close={&props.on_close} {footer} class="w-[min(460px,calc(100vw-24px))]">
            <form id="group" class="mt-4 grid gap-4" novalidate=true {onsubmit}>
                {refusal_note(refusal.as_deref())}
                if props.group.is_none() {
                    <TextField id="name" label={t.groups_name()} value={(*name).clone()} autofocus=true error={fault("name")}
                        help={html! { t.groups_name_help() }} on_input={move |text| set_name.set(text)} />
                }
                <TextField id="multiplier_ppm" label={t.groups_price()} value={(*price).clone()} inputmode="decimal" autofocus={props.group.is_some()}
                    error={fault("multiplier_ppm")} help={html! { t.groups_price_help() }} on_input={move |text| set_price.set(text)} />
            </form>
        </Dialog>
    }
}
