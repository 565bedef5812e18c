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

use ::api::keys::{Key, KeyCreated, KeyStatus};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{actions::Actions, create::CreateKey, edit::EditKey, form::Choices, rows::Rows, view::Filter};
use crate::{
    api,
    i18n::use_text,
    load::use_load,
    parts::{
        async_view::async_view,
        bulk_bar::{BulkBar, bulk_action, bulk_danger},
        dialog::Confirm,
        empty::Empty,
        header::{AddButton, PageHeader},
        icon::Icon,
        more::{More, STEP},
        picked::{Pick, Picked},
        segmented::{Choice, Segmented},
        table::{Density, Search},
        toast::use_toaster,
    },
    routes::Route,
    session::{Who, use_session},
    web::{self, use_hotkey, use_title},
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
    let navigator = use_navigator();
    let keys = use_load(api::keys::list);
    let actions = Actions { t, keys: keys.clone(), toaster: use_toaster() };
    let (search, filter, dense) = (use_state(String::new), use_state(|| Filter::All), use_state(|| false));
    let limit = use_state(|| STEP);
    let selected = use_reducer(Picked::default);
    let creating = use_state(|| false);
    let deleting = use_state(Vec::<Key>::new);
    let choices = use_state(|| None::<Rc<Choices>>);
    {
        let choices = choices.setter();
        use_effect_with(session.is_admin(), move |admin| {
            if *admin {
                spawn_local(async move {
                    // Without them the form lacks two fields, and everything else still works.
                    if let (Ok(groups), Ok(users)) = (api::groups::list().await, api::users::list().await) {
                        choices.set(Some(Rc::new(Choices { groups, users })));
                    }
                });
            }
        });
    }

    let add = use_callback((), {
        let creating = creating.setter();
        move |(), ()| creating.set(true)
    });
    use_hotkey("n", add.clone());

    let count = keys.value().map(|keys| keys.len());
    let note = count.filter(|count| *count > 0).map(|count| html! { {count} }).unwrap_or_default();
    let ask_delete = {
        let deleting = deleting.setter();
        Callback::from(move |keys| deleting.set(keys))
    };

    let list = |all: &Vec<Key>| {
        if all.is_empty() {
            return html! {
                <div class="border-t border-line flex-1 flex">
                    <Empty drawing={drawing()} title={t.keys_empty_headline()} text={t.keys_empty_text()}>
                        <button type="button" class="btn btn-sm mt-6" onclick={add.reform(|_: MouseEvent| ())}>{Icon::Plus.small()}{t.keys_new()}</button>
                    </Empty>
                </div>
            };
        }
        let now = web::now();
        let mut shown = view::rows(all, *filter, &search, now);
        let found = shown.len();
        shown.truncate(*limit);
        let counted = |value: Filter, label: &'static str| Choice {
            count: Some(all.iter().filter(|key| value.admits(key, now)).count()),
            ..Choice::new(value, label)
        };
        let mut filters = vec![
            counted(Filter::All, t.channels_filter_all()),
            counted(Filter::Active, t.keys_active()),
            counted(Filter::Disabled, t.keys_not_active()),
        ];
        if let (true, Who::Person(me)) = (session.is_admin(), &session.who) {
            filters.insert(1, counted(Filter::Of(me.id), t.keys_mine()));
        }
        let (set_search, set_filter, set_dense, set_limit) =
            (search.setter(), filter.setter(), dense.setter(), limit.setter());
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
                <Segmented<Filter> label={t.channels_filter()} choices={filters} value={*filter} class="max-md:w-full seg-wide-narrow"
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
                <Rows {shown} {now} dense={*dense} actions={actions.clone()} selected={(*selected).clone()} pick={selected.dispatcher()} on_delete={&ask_delete}>
                    <More shown={*limit} {found} on_more={move |limit| set_limit.set(limit)} />
                </Rows>
            }
            {bulk(all, &actions, &selected, &ask_delete)}
        </>}
    };

    let dialog = if *creating {
        let created = {
            let actions = actions.clone();
            move |created: KeyCreated| actions.put(created.key)
        };
        let close = creating.setter();
        html! { <CreateKey choices={(*choices).clone()} on_created={created} on_close={move |()| close.set(false)} /> }
    } else {
        Html::default()
    };
    let drawer = props.open.zip(keys.value()).map(|(id, all)| {
        let Some(one) = all.iter().find(|key| key.id == id) else {
            return html! { <Redirect<Route> to={Route::Keys} /> };
        };
        let close = Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Keys);
            }
        });
        html! { <EditKey key={id} one={one.clone()} choices={(*choices).clone()} actions={actions.clone()} on_close={close} /> }
    });
    html! {<>
        <PageHeader title={t.keys_title()} {note}><AddButton label={t.keys_new()} on_add={&add} /></PageHeader>
        {async_view(&keys, list)}
        {dialog}
        {for drawer}
        {confirm(&actions, &deleting, &selected)}
    </>}
}

/// What can be done to every selected key at once.
fn bulk(all: &[Key], actions: &Actions, selected: &UseReducerHandle<Picked>, on_delete: &Callback<Vec<Key>>) -> Html {
    let (t, ids) = (actions.t, selected.ids());
    let status = |status: KeyStatus| {
        let (actions, ids) = (actions.clone(), ids.clone());
        Callback::from(move |()| actions.set_status(ids.clone(), status))
    };
    let delete = {
        let chosen: Vec<Key> = all.iter().filter(|key| ids.contains(&key.id)).cloned().collect();
        on_delete.reform(move |()| chosen.clone())
    };
    let clear = {
        let (pick, ids) = (selected.dispatcher(), ids.clone());
        move |()| pick.dispatch(Pick::Remove(ids.clone()))
    };
    html! {
        <BulkBar count={ids.len()} on_clear={clear}>
            {bulk_action(Icon::Check, t.do_enable(), &status(KeyStatus::Enabled))}
            {bulk_action(Icon::Power, t.do_disable(), &status(KeyStatus::Disabled))}
            {bulk_danger(Icon::Trash2, t.do_delete(), &delete)}
        </BulkBar>
    }
}

fn confirm(actions: &Actions, deleting: &UseStateHandle<Vec<Key>>, selected: &UseReducerHandle<Picked>) -> Html {
    let t = actions.t;
    let title = match &***deleting {
        [] => return Html::default(),
        [key] => t.keys_delete(&key.name),
        many => t.keys_delete_many(many.len()),
    };
    let run = {
        let (actions, keys) = (actions.clone(), (**deleting).clone());
        let (deleting, selected) = (deleting.setter(), selected.dispatcher());
        let done = Callback::from(move |gone| {
            selected.dispatch(Pick::Remove(gone));
            deleting.set(Vec::new());
        });
        move |()| actions.delete(keys.clone(), done.clone())
    };
    let close = deleting.setter();
    html! {
        <Confirm {title} text={t.keys_delete_text()} action={t.do_delete()} on_confirm={run} on_close={move |()| close.set(Vec::new())}>
            if deleting.len() > 1 {
                <ul class="mt-3 max-h-40 overflow-y-auto text-sm list-disc pl-5">
                    for key in &**deleting { <li key={key.id} class="break-words">{&key.name}</li> }
                </ul>
            }
        </Confirm>
    }
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
