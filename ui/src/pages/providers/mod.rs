//! Providers: the built-in ones, what was changed of them, and one's own.

mod actions;
mod draft;
mod editor;
mod rows;

use std::rc::Rc;

use ::api::providers::{Provider, ProviderShow};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::{
    actions::{Actions, Providers},
    editor::Editor,
    rows::{ProviderColumn, ProviderLook},
};
use crate::{
    api,
    i18n::use_text,
    parts::{
        columns::{column_chooser, use_columns},
        dialog::Confirm,
        header::{AddButton, PageHeader},
        list::{Frame, use_list, use_opened},
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
    let providers: Providers = use_list("providers", Route::Providers, true, api::providers::page);
    let opened = use_opened(&providers, props.open.clone(), api::providers::get);
    let columns = use_columns::<ProviderColumn>("providers", &[]);
    let actions = Actions { t, providers: providers.clone(), toaster: providers.toaster.clone() };
    let adding = use_state(|| false);
    let deleting = use_state(|| None::<Provider>);

    let add = use_callback((), {
        let adding = adding.setter();
        move |(), ()| adding.set(true)
    });
    use_hotkey("n", add.clone());
    let ask_delete = use_callback((), {
        let deleting = deleting.setter();
        move |provider, ()| deleting.set(Some(provider))
    });

    let list = providers.view(&Frame {
        label: t.providers_title(),
        search: t.providers_search(),
        shows: vec![
            (ProviderShow::All, t.channels_filter_all()),
            (ProviderShow::Used, t.providers_used()),
            (ProviderShow::Own, t.providers_own_or_changed()),
            (ProviderShow::Disabled, t.providers_off()),
        ],
        filters: Html::default(),
        tools: column_chooser::<ProviderColumn>(t, &columns),
        heads: rows::heads(t, &columns),
        look: ProviderLook { shown: columns, actions: actions.clone(), on_delete: ask_delete },
        bulk: None,
        empty: Html::default(),
        none_found: t.providers_none_found().to_owned(),
        note: html! { <p class="px-4 md:px-6 py-3 text-xs text-ink-3 max-w-[720px]">{t.providers_note()}</p> },
    });

    let stop_adding = {
        let adding = adding.setter();
        Callback::from(move |()| adding.set(false))
    };
    let drawer = match (*adding, opened) {
        (true, _) => html! { <Editor provider={None::<Provider>} actions={actions.clone()} on_close={stop_adding} /> },
        (false, Some(provider)) => html! {
            <Editor key={provider.slug.clone()} provider={Some(provider.clone())} actions={actions.clone()} on_close={providers.closing()} />
        },
        (false, None) => Html::default(),
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
    let note = providers.all().map(|count| html! { t.number(count) }).unwrap_or_default();
    html! {<>
        <PageHeader title={t.providers_title()} {note}><AddButton label={t.providers_add()} on_add={&add} /></PageHeader>
        {list}
        {drawer}
        {for confirm}
    </>}
}
