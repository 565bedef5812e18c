//! Providers: the built-in ones, what was changed of them, and one's own.

mod actions;
mod draft;
mod editor;
mod rows;
mod view;

use std::rc::Rc;

use ::api::providers::Provider;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{actions::Actions, editor::Editor, rows::Rows, view::Filter};
use crate::{
    api,
    i18n::use_text,
    load::use_load,
    parts::{
        async_view::async_view,
        dialog::Confirm,
        header::{AddButton, PageHeader},
        icon::Icon,
        segmented::{Choice, Segmented},
        table::{Density, Search},
        toast::use_toaster,
    },
    routes::Route,
    web::{use_hotkey, use_title},
};

/// All of them, for the tiles, names and choices of other pages; `None` until the server has answered.
#[hook]
pub(crate) fn use_providers() -> Option<Rc<Vec<Provider>>> {
    let (t, toaster) = (use_text(), use_toaster());
    let providers = use_state(|| None::<Rc<Vec<Provider>>>);
    let set = providers.setter();
    use_effect_with((), move |()| {
        spawn_local(async move {
            let all = api::providers::list().await.unwrap_or_else(|error| {
                toaster.failed(error.sentence(t));
                Vec::new()
            });
            set.set(Some(Rc::new(all)));
        });
    });
    (*providers).clone()
}

#[derive(Properties, PartialEq)]
pub(crate) struct ProvidersProps {
    /// Slug of the one in the drawer.
    #[prop_or_default]
    pub(crate) open: Option<String>,
}

#[component]
pub(crate) fn ProvidersPage(props: &ProvidersProps) -> Html {
    let t = use_text();
    use_title(t.providers_title());
    let navigator = use_navigator();
    let providers = use_load(api::providers::list);
    let actions = Actions { t, providers: providers.clone(), toaster: use_toaster() };
    let (search, filter, dense) = (use_state(String::new), use_state(|| Filter::All), use_state(|| true));
    let adding = use_state(|| false);
    let deleting = use_state(|| None::<Provider>);

    let add = use_callback((), {
        let adding = adding.setter();
        move |(), ()| adding.set(true)
    });
    use_hotkey("n", add.clone());
    let ask_delete = {
        let deleting = deleting.setter();
        Callback::from(move |provider| deleting.set(Some(provider)))
    };
    let note = providers.value().map(|all| html! { {all.len()} }).unwrap_or_default();

    let list = |all: &Vec<Provider>| {
        let shown = view::rows(all, *filter, &search);
        let counted = |value: Filter, label: &'static str| Choice {
            count: Some(all.iter().filter(|provider| value.admits(provider)).count()),
            ..Choice::new(value, label)
        };
        let filters = vec![
            counted(Filter::All, t.channels_filter_all()),
            counted(Filter::Used, t.providers_used()),
            counted(Filter::Own, t.providers_own_or_changed()),
            counted(Filter::Off, t.providers_off()),
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
                <Search value={(*search).clone()} placeholder={t.providers_search()} on_input={move |text| set_search.set(text)} />
                <Segmented<Filter> label={t.channels_filter()} choices={filters} value={*filter} class="max-md:w-full seg-wide-narrow"
                    on_choose={move |value| set_filter.set(value)} />
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            </div>
            if shown.is_empty() {
                <div class="flex-1 px-4 md:px-6 py-10" role="status">
                    <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.providers_none_found()}</h2>
                    <button type="button" class="btn btn-sm mt-3" onclick={clear}>{Icon::X.small()}{t.table_clear_filter()}</button>
                </div>
            } else {
                <Rows {shown} actions={actions.clone()} dense={*dense} on_delete={&ask_delete} />
            }
        </>}
    };

    let go_back = {
        let adding = adding.setter();
        Callback::from(move |()| {
            adding.set(false);
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Providers);
            }
        })
    };
    let drawer = match (*adding, &props.open, providers.value()) {
        (true, ..) => html! { <Editor provider={None::<Provider>} actions={actions.clone()} on_close={go_back} /> },
        (false, Some(slug), Some(all)) => match all.iter().find(|provider| provider.slug == *slug) {
            Some(provider) => html! {
                <Editor key={slug.clone()} provider={Some(provider.clone())} actions={actions.clone()} on_close={go_back} />
            },
            None => html! { <Redirect<Route> to={Route::Providers} /> },
        },
        _ => Html::default(),
    };
    let confirm = (*deleting).clone().map(|provider| {
        let (title, text, action) = if provider.builtin {
            (t.providers_restore_title(&provider.name), t.providers_restore_text(), t.providers_restore())
        } else {
            (t.models_delete_one(&provider.name), t.providers_delete_text(), t.do_delete())
        };
        let run = {
            let (actions, done) = (actions.clone(), deleting.setter());
            move |()| {
                let done = done.clone();
                actions.delete(provider.clone(), Callback::from(move |()| done.set(None)));
            }
        };
        let close = deleting.setter();
        html! { <Confirm {title} {text} {action} on_confirm={run} on_close={move |()| close.set(None)} /> }
    });
    html! {<>
        <PageHeader title={t.providers_title()} {note}><AddButton label={t.providers_add()} on_add={&add} /></PageHeader>
        {async_view(&providers, list)}
        {drawer}
        {for confirm}
    </>}
}
