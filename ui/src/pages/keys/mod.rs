//! Access keys: the list, making one, and its secret shown once.

mod create;
mod rows;
pub(crate) mod secret;
mod view;

use ::api::keys::{Key, KeyPatch, KeyStatus};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::{create::CreateKey, rows::Rows, view::Filter};
use crate::{
    api,
    i18n::use_text,
    load::{Loaded, use_load},
    parts::{
        async_view::async_view,
        dialog::Confirm,
        empty::Empty,
        icon::Icon,
        segmented::{Choice, Segmented},
        table::{Density, Search},
        toast::{Toaster, use_toaster},
    },
    web::{self, use_hotkey, use_title},
};

#[component]
pub(crate) fn KeysPage() -> Html {
    let t = use_text();
    use_title(t.keys_title());
    let keys = use_load(api::keys::list);
    let toaster = use_toaster();
    let (search, filter, dense) = (use_state(String::new), use_state(|| Filter::All), use_state(|| false));
    let creating = use_state(|| false);
    let deleting = use_state(|| None::<Key>);

    let add = use_callback((), {
        let creating = creating.setter();
        move |(), ()| creating.set(true)
    });
    use_hotkey("n", add.clone());
    let on_add = add.reform(|_: MouseEvent| ());

    let count = keys.value().map(|keys| keys.len());
    let header = html! {
        <div class="head">
            <h1>{t.keys_title()}</h1>
            if let Some(count @ 1..) = count { <span class="text-sm text-ink-2">{count}</span> }
            <div class="ml-auto flex items-center gap-2">
                <button type="button" class="btn btn-primary btn-sm" onclick={&on_add}>
                    {Icon::Plus.small()}{t.keys_new()}
                    <kbd class="kbd kbd-xs max-md:hidden !bg-transparent !text-primary-content !border-current/40" aria-hidden="true">{"N"}</kbd>
                </button>
            </div>
        </div>
    };

    let set_status = {
        let (keys, toaster) = (keys.clone(), toaster.clone());
        Callback::from(move |(key, status)| change_status(t, &keys, &toaster, &key, status))
    };
    let ask_delete = {
        let deleting = deleting.setter();
        Callback::from(move |key| deleting.set(Some(key)))
    };

    let list = |all: &Vec<Key>| {
        if all.is_empty() {
            return html! {
                <div class="border-t border-line flex-1 flex">
                    <Empty drawing={drawing()} title={t.keys_empty_headline()} text={t.keys_empty_text()}>
                        <button type="button" class="btn btn-sm mt-6" onclick={&on_add}>{Icon::Plus.small()}{t.keys_new()}</button>
                    </Empty>
                </div>
            };
        }
        let now = web::now();
        let shown = view::rows(all, *filter, &search, now);
        let counted = |value: Filter, label: &'static str| Choice {
            count: Some(all.iter().filter(|key| value.admits(key, now)).count()),
            ..Choice::new(value, label)
        };
        let choices = vec![
            counted(Filter::All, t.channels_filter_all()),
            counted(Filter::Active, t.keys_active()),
            counted(Filter::Disabled, t.keys_not_active()),
        ];
        let (set_search, set_filter, set_dense) = (search.setter(), filter.setter(), dense.setter());
        let clear = {
            let (search, filter) = (search.setter(), filter.setter());
            move |_: MouseEvent| {
                search.set(String::new());
                filter.set(Filter::All);
            }
        };
        html! {<>
            <div class="toolbar">
                <Search value={(*search).clone()} placeholder={t.keys_search()} on_input={move |text| set_search.set(text)} />
                <Segmented<Filter> label={t.channels_filter()} {choices} value={*filter} class="max-md:w-full seg-wide-narrow"
                    on_choose={move |value| set_filter.set(value)} />
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            </div>
            if shown.is_empty() {
                <div class="flex-1 px-4 md:px-6 py-10" role="status">
                    <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.keys_none_found()}</h2>
                    <button type="button" class="btn btn-sm mt-3" onclick={clear}>{Icon::X.small()}{t.table_clear_filter()}</button>
                </div>
            } else {
                <Rows {shown} {now} dense={*dense} on_status={&set_status} on_delete={&ask_delete} />
            }
        </>}
    };

    let dialog: Html = creating
        .then(|| {
            let created = {
                let keys = keys.clone();
                move |created: ::api::keys::KeyCreated| keys.edit(move |keys| keys.push(created.key.clone()))
            };
            let close = creating.setter();
            html! { <CreateKey on_created={created} on_close={move |()| close.set(false)} /> }
        })
        .unwrap_or_default();
    let confirm: Html = (*deleting).clone().map(|key| {
        let title = t.keys_delete(&key.name);
        let run = {
            let (keys, toaster, deleting) = (keys.clone(), toaster.clone(), deleting.setter());
            move |()| delete(t, &keys, &toaster, &key, deleting.clone())
        };
        let close = deleting.setter();
        html! { <Confirm {title} text={t.keys_delete_text()} action={t.do_delete()} on_confirm={run} on_close={move |()| close.set(None)} /> }
    }).unwrap_or_default();

    html! {<>
        {header}
        {async_view(&keys, list)}
        {dialog}
        {confirm}
    </>}
}

fn change_status(t: crate::i18n::Text, keys: &Loaded<Vec<Key>>, toaster: &Toaster, key: &Key, status: KeyStatus) {
    let (keys, toaster, before) = (keys.clone(), toaster.clone(), key.clone());
    spawn_local(async move {
        let patch = KeyPatch { status: Some(status), ..KeyPatch::default() };
        match api::keys::update(before.id, &patch).await {
            Ok(key) => {
                let text = match status {
                    KeyStatus::Enabled => t.keys_enabled(&key.name),
                    KeyStatus::Disabled => t.keys_disabled(&key.name),
                };
                let undo = {
                    let (keys, toaster, key) = (keys.clone(), toaster.clone(), key.clone());
                    Callback::from(move |()| change_status(t, &keys, &toaster, &key, before.status))
                };
                keys.edit(move |keys| {
                    if let Some(known) = keys.iter_mut().find(|known| known.id == key.id) {
                        *known = key.clone();
                    }
                });
                toaster.undoable(text, undo);
            }
            Err(error) => toaster.failed(error.sentence(t)),
        }
    });
}

fn delete(
    t: crate::i18n::Text,
    keys: &Loaded<Vec<Key>>,
    toaster: &Toaster,
    key: &Key,
    done: UseStateSetter<Option<Key>>,
) {
    let (keys, toaster, key) = (keys.clone(), toaster.clone(), key.clone());
    spawn_local(async move {
        match api::keys::delete(key.id).await {
            Err(error) if !error.is_status(404) => toaster.failed(error.sentence(t)),
            Ok(()) | Err(_) => {
                toaster.done(t.keys_deleted(&key.name));
                keys.edit(move |keys| keys.retain(|known| known.id != key.id));
            }
        }
        done.set(None);
    });
}

fn drawing() -> Html {
    html! {
        <svg class="mx-auto" width="220" height="72" viewBox="0 0 220 72" fill="none" aria-hidden="true">
            <g class="fill-base-100 stroke-line-2" stroke-width="1.5">
                <g stroke-dasharray="3 3">
                    <rect x="8" y="3" width="14" height="14" rx="4" /><rect x="8" y="29" width="14" height="14" rx="4" /><rect x="8" y="55" width="14" height="14" rx="4" />
                </g>
                <path fill="none" stroke-dasharray="3 4" d="M22 10h18c18 0 18 26 36 26M22 36h54M22 62h18c18 0 18-26 36-26" />
                <path fill="none" d="M144 36h68" />
            </g>
            <g stroke-width="5">
                <path stroke="currentColor" d="M92 54V24a18 18 0 0 1 36 0v4M128 44v10" />
                <path class="stroke-primary" d="M102 36h38" />
            </g>
        </svg>
    }
}
