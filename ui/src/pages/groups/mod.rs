//! Groups: which channels their keys may use, and what requests cost.

mod editor;
pub(crate) mod view;

use ::api::{channels::DEFAULT_GROUP, groups::Group};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::editor::Editor;
use crate::{
    api,
    i18n::{Text, use_text},
    load::use_load,
    parts::{
        allowance::spent_cell,
        async_view::async_view,
        dialog::{Confirm, Dialog},
        header::{AddButton, PageHeader},
        icon::Icon,
        link::PageLink,
        menu::{Item, Menu},
        table::walk_rows,
        time::Ago,
        toast::use_toaster,
    },
    routes::Route,
    web::{use_hotkey, use_title},
};

/// What lies over the list.
#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    Add,
    Edit(Group),
    Delete(Group),
}

#[component]
pub(crate) fn GroupsPage() -> Html {
    let t = use_text();
    use_title(t.groups_title());
    let groups = use_load(api::groups::list);
    let toaster = use_toaster();
    let over = use_state(|| Over::Nothing);
    let add = use_callback((), {
        let over = over.setter();
        move |(), ()| over.set(Over::Add)
    });
    use_hotkey("n", add.clone());
    let close = {
        let over = over.setter();
        Callback::from(move |()| over.set(Over::Nothing))
    };

    let list = |all: &Vec<Group>| {
        let choose = {
            let over = over.setter();
            Callback::from(move |next| over.set(next))
        };
        html! {<>
            <p class="px-4 md:px-6 pb-3 text-ink-2 max-w-[640px]">{t.groups_text()}</p>
            <div class="table-scroll border-t border-line">
                <table class="dt dt-stack dt-plain" aria-label={t.groups_title()}>
                    <thead><tr>
                        <th scope="col">{t.groups_column_group()}</th>
                        <th scope="col" class="n">{t.groups_column_price()}</th>
                        <th scope="col">{t.allowance_column()}</th>
                        <th scope="col" class="n">{t.groups_column_users()}</th>
                        <th scope="col" class="n">{t.groups_column_keys()}</th>
                        <th scope="col" class="n">{t.groups_column_channels()}</th>
                        <th scope="col" class="n">{t.keys_column_created()}</th>
                        <th class="w-8"><span class="sr-only">{t.table_actions()}</span></th>
                    </tr></thead>
                    <tbody onkeydown={walk_rows()}>for group in all { {row(t, group, &choose)} }</tbody>
                </table>
            </div>
        </>}
    };

    let overlay = match (*over).clone() {
        Over::Nothing => Html::default(),
        Over::Add | Over::Edit(_) => {
            let group = if let Over::Edit(group) = &*over { Some(group.clone()) } else { None };
            let (groups, toaster, made) = (groups.clone(), toaster.clone(), group.is_none());
            let before = group.as_ref().map(|group| group.name.clone());
            let on_saved = move |saved: Group| {
                let words = if made { t.groups_added(&saved.name) } else { t.groups_saved(&saved.name) };
                toaster.done(words);
                let before = before.clone();
                groups.edit(move |groups| match groups.iter_mut().find(|known| Some(&known.name) == before.as_ref()) {
                    Some(known) => *known = saved.clone(),
                    None => groups.push(saved.clone()),
                });
            };
            html! { <Editor {group} {on_saved} on_close={close} /> }
        }
        Over::Delete(group) if group.users + group.keys + group.channels > 0 => {
            let done = close.clone();
            let footer = html! {<>
                <span class="ml-auto"></span>
                <button type="button" class="btn btn-sm" autofocus=true onclick={move |_| done.emit(())}>{t.do_close()}</button>
            </>};
            let uses = [
                t.groups_uses_users(group.users),
                t.groups_uses_keys(group.keys),
                t.groups_uses_channels(group.channels),
            ];
            html! {
                <Dialog title={t.groups_in_use(&group.name)} text={Some(AttrValue::from(t.groups_in_use_text()))} on_close={close} {footer}
                    class="w-[min(460px,calc(100vw-24px))]">
                    <ul class="mt-3 list-disc pl-5 text-base">for uses in uses { <li>{uses}</li> }</ul>
                </Dialog>
            }
        }
        Over::Delete(group) => {
            let title = t.keys_delete(&group.name);
            let (groups, toaster, over) = (groups.clone(), toaster.clone(), over.setter());
            let run = move |()| {
                let (groups, toaster, over, name) = (groups.clone(), toaster.clone(), over.clone(), group.name.clone());
                spawn_local(async move {
                    match api::groups::delete(&name).await {
                        Err(error) if !error.is_status(404) => toaster.failed(error.sentence(t)),
                        Ok(()) | Err(_) => {
                            toaster.done(t.keys_deleted(&name));
                            groups.edit(move |groups| groups.retain(|known| known.name != name));
                        }
                    }
                    over.set(Over::Nothing);
                });
            };
            html! { <Confirm {title} text={t.groups_delete_text()} action={t.do_delete()} on_confirm={run} on_close={close} /> }
        }
    };
    let note = groups.value().map(|groups| html! { groups.len() }).unwrap_or_default();
    html! {<>
        <PageHeader title={t.groups_title()} {note}>
            <PageLink to={Route::Users} class="btn btn-ghost btn-sm">{t.nav_users()}</PageLink>
            <AddButton label={t.groups_add()} on_add={add} />
        </PageHeader>
        {async_view(&groups, list)}
        {overlay}
    </>}
}

fn row(t: Text, group: &Group, choose: &Callback<Over>) -> Html {
    let (edit, remove) = (group.clone(), group.clone());
    let mut items =
        vec![Item::new(Icon::Pencil.view(), t.do_edit(), choose.reform(move |()| Over::Edit(edit.clone())))];
    if group.name != DEFAULT_GROUP {
        let delete = choose.reform(move |()| Over::Delete(remove.clone()));
        items.push(Item::new(Icon::Trash2.view(), t.do_delete(), delete).danger());
    }
    // Narrow rows have no heads to name the counts.
    let counts = [
        (t.groups_column_users(), group.users),
        (t.groups_column_keys(), group.keys),
        (t.groups_column_channels(), group.channels),
    ]
    .map(|(name, count)| format!("{name} {}", t.number(count)))
    .join(" · ");
    html! {
        <tr key={group.name.clone()}>
            <td data-m="title" class="font-medium md:w-[30%] max-w-[320px] truncate">{&group.name}</td>
            <td data-m="end2" class="n">{t.times(group.multiplier_ppm)}</td>
            <td class="min-w-[132px]" data-m={group.budget.as_ref().map(|_| "budget")}>{spent_cell(t, group.budget.as_ref())}</td>
            <td class="n text-ink-2">{t.number(group.users)}</td>
            <td class="n text-ink-2">{t.number(group.keys)}</td>
            <td class="n text-ink-2">{t.number(group.channels)}</td>
            <td class="n text-ink-2">
                if group.created_at.as_millis() == 0 { <span class="text-ink-3">{t.groups_built_in()}</span> } else { <Ago time={group.created_at} /> }
            </td>
            <td data-m="sub" class="md:!hidden text-xs text-ink-2">{counts}</td>
            <td data-m="end">
                <Menu id={format!("group-{}-menu", group.name)} label={t.table_more(&group.name)} {items} row=true>{Icon::Ellipsis.view()}</Menu>
            </td>
        </tr>
    }
}
