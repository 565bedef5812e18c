//! Access keys: the list, making one whose secret is shown once, and changing what one may do.

mod actions;
mod create;
mod draft;
mod edit;
mod form;
mod rows;
pub(crate) mod secret;
mod view;

use std::rc::Rc;

use ::api::{
    groups::Group,
    keys::{Key, KeyCreated, KeyShow, KeyStatus},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::{
    actions::{Keys, delete, set_status},
    create::CreateKey,
    edit::EditKey,
    rows::{KeyColumn, KeyLook},
};
use crate::{
    api,
    i18n::use_text,
    parts::{
        bulk_bar::{bulk_action, bulk_danger},
        columns::{column_chooser, use_columns},
        empty::Empty,
        header::{AddButton, PageHeader},
        icon::Icon,
        list::{Frame, delete_rows, use_list, use_opened},
    },
    routes::Route,
    session::use_session,
    web::{use_hotkey, use_title},
};

#[derive(Properties, PartialEq)]
pub(crate) struct KeysProps {
    /// The one in the drawer.
    #[prop_or_default]
    pub(crate) open: Option<i64>,
}

#[component]
pub(crate) fn KeysPage(props: &KeysProps) -> Html {
    let t = use_text();
    use_title(t.keys_title());
    let session = use_session();
    let keys: Keys = use_list("keys", Route::Keys, false, api::keys::page);
    let opened = use_opened(&keys, props.open, api::keys::get);
    let columns = use_columns("keys", &[KeyColumn::Created]);
    let creating = use_state(|| false);
    let deleting = use_state(Vec::<Key>::new);
    let groups = use_groups(session.is_admin());

    let add = use_callback((), {
        let creating = creating.setter();
        move |(), ()| creating.set(true)
    });
    use_hotkey("n", add.clone());
    let ask_delete = use_callback((), {
        let deleting = deleting.setter();
        move |rows, ()| deleting.set(rows)
    });

    let mut shows = vec![
        (KeyShow::All, t.channels_filter_all()),
        (KeyShow::Active, t.keys_active()),
        (KeyShow::Inactive, t.keys_not_active()),
    ];
    if session.is_admin() {
        shows.insert(1, (KeyShow::Mine, t.keys_mine()));
    }
    let list = keys.view(&Frame {
        label: t.keys_title(),
        search: t.keys_search(),
        shows,
        filters: Html::default(),
        tools: column_chooser::<KeyColumn>(t, &columns),
        heads: rows::heads(t, &columns),
        look: KeyLook { shown: columns.clone(), on_delete: ask_delete.clone() },
        bulk: Some(bulk(&keys, &ask_delete)),
        empty: html! {
            <Empty drawing={drawing()} title={t.keys_empty_headline()} text={t.keys_empty_text()}>
                <button type="button" class="btn btn-sm mt-6" onclick={add.reform(|_: MouseEvent| ())}>{Icon::Plus.small()}{t.keys_new()}</button>
            </Empty>
        },
        none_found: t.keys_none_found().to_owned(),
        note: Html::default(),
    });

    let on_created = {
        let keys = keys.clone();
        move |_: KeyCreated| keys.reload()
    };
    let close_dialog = creating.setter();
    let note = keys.all().filter(|count| *count > 0).map(|count| html! { t.number(count) }).unwrap_or_default();
    let title = match &**deleting {
        [key] => t.keys_delete(&key.name),
        many => t.keys_delete_many(many.len()),
    };
    let (stop, gone) = (deleting.setter(), deleting.setter());
    let on_delete = {
        let keys = keys.clone();
        move |rows| {
            let gone = gone.clone();
            delete(&keys, rows, Callback::from(move |()| gone.set(Vec::new())));
        }
    };
    html! {<>
        <PageHeader title={t.keys_title()} {note}><AddButton label={t.keys_new()} on_add={&add} /></PageHeader>
        {list}
        if *creating {
            <CreateKey groups={groups.clone()} {on_created} on_close={move |()| close_dialog.set(false)} />
        }
        if let Some(one) = opened {
            <EditKey key={one.id} one={one.clone()} groups={groups.clone()} keys={keys.clone()} on_close={keys.closing()} />
        }
        {delete_rows((*deleting).clone(), title, t.keys_delete_text(), on_delete, Callback::from(move |()| stop.set(Vec::new())))}
    </>}
}

/// What an admin chooses from. Without them the form lacks two fields, and everything else still works.
#[hook]
fn use_groups(admin: bool) -> Option<Rc<Vec<Group>>> {
    let groups = use_state(|| None::<Rc<Vec<Group>>>);
    let set = groups.setter();
    use_effect_with(admin, move |admin| {
        if *admin {
            spawn_local(async move {
                if let Ok(groups) = api::groups::list().await {
                    set.set(Some(Rc::new(groups)));
                }
            });
        }
    });
    (*groups).clone()
}

/// What can be done to every selected key at once.
fn bulk(keys: &Keys, on_delete: &Callback<Vec<Key>>) -> Html {
    let (t, rows) = (keys.t, keys.selection());
    let status = |status: KeyStatus| {
        let (keys, ids): (_, Vec<i64>) = (keys.clone(), rows.iter().map(|key| key.id).collect());
        Callback::from(move |()| set_status(&keys, ids.clone(), status))
    };
    html! {<>
        {bulk_action(Icon::Check, t.do_enable(), &status(KeyStatus::Enabled))}
        {bulk_action(Icon::Power, t.do_disable(), &status(KeyStatus::Disabled))}
        {bulk_danger(Icon::Trash2, t.do_delete(), &on_delete.reform(move |()| rows.clone()))}
    </>}
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
