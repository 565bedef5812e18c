//! Models: the public names, who serves each, and what is known of it.

mod actions;
mod draft;
mod editor;
pub(crate) mod price;
mod price_form;
mod rows;
mod view;
pub(crate) mod words;

use ::api::models::{Capability, Model, ModelQuery, ModelShow, ModelStatus};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use self::{
    actions::{Actions, Models},
    editor::Editor,
    rows::{ModelColumn, ModelLook},
};
use crate::{
    api,
    i18n::use_text,
    pages::{notices::Notices, providers::use_providers},
    parts::{
        bulk_bar::{bulk_action, bulk_danger},
        columns::{column_chooser, use_columns},
        empty::Empty,
        header::{AddButton, PageHeader},
        icon::Icon,
        link::PageLink,
        list::{Frame, delete_rows, use_list, use_opened},
        picked::Picked,
    },
    routes::Route,
    web::{use_hotkey, use_title},
};

#[derive(Properties, PartialEq)]
pub(crate) struct ModelsProps {
    /// The one in the drawer.
    #[prop_or_default]
    pub(crate) open: Option<i64>,
}

#[component]
pub(crate) fn ModelsPage(props: &ModelsProps) -> Html {
    let t = use_text();
    use_title(t.models_title());
    let models: Models = use_list("models", Route::Models, false, api::models::page);
    let opened = use_opened(&models, props.open, api::models::get);
    let columns = use_columns::<ModelColumn>("models", &[ModelColumn::Output, ModelColumn::PriceCache]);
    let providers = use_providers().unwrap_or_default();
    let actions = Actions { t, models: models.clone(), toaster: models.toaster.clone() };
    let unfolded = use_reducer(Picked::default);
    let adding = use_state(|| false);
    let deleting = use_state(Vec::<Model>::new);

    let add = use_callback((), {
        let adding = adding.setter();
        move |(), ()| adding.set(true)
    });
    use_hotkey("n", add.clone());
    let ask_delete = use_callback((), {
        let deleting = deleting.setter();
        move |rows, ()| deleting.set(rows)
    });

    let list = models.view(&Frame {
        label: t.models_title(),
        search: t.models_search(),
        shows: vec![
            (ModelShow::All, t.channels_filter_all()),
            (ModelShow::Unserved, t.models_unserved()),
            (ModelShow::Unpriced, t.price_none()),
            (ModelShow::Disabled, t.models_disabled()),
        ],
        filters: capability_filter(&models),
        tools: column_chooser::<ModelColumn>(t, &columns),
        heads: rows::heads(t, &columns),
        look: ModelLook {
            shown: columns,
            providers,
            unfolded: (*unfolded).clone(),
            unfold: unfolded.dispatcher(),
            actions: actions.clone(),
            on_delete: ask_delete.clone(),
        },
        bulk: Some(bulk(&actions, &ask_delete)),
        empty: html! {
            <Empty drawing={drawing()} title={t.models_empty_headline()} text={t.models_empty_text()}>
                <PageLink to={Route::NewChannel} class="btn btn-sm mt-6">{Icon::Plus.small()}{t.channels_add()}</PageLink>
            </Empty>
        },
        none_found: t.models_none_found().to_owned(),
        note: Html::default(),
    });

    let stop_adding = {
        let adding = adding.setter();
        Callback::from(move |()| adding.set(false))
    };
    let drawer = match (*adding, opened) {
        (true, _) => html! { <Editor model={None::<Model>} actions={actions.clone()} on_close={stop_adding} /> },
        (false, Some(model)) => html! {
            <Editor key={model.id} model={Some(model.clone())} actions={actions.clone()} on_close={models.closing()} />
        },
        (false, None) => Html::default(),
    };
    let title = match &**deleting {
        [model] => t.models_delete_one(&model.name),
        many => t.models_delete_many(many.len()),
    };
    let (stop, gone) = (deleting.setter(), deleting.setter());
    let on_delete = move |rows| {
        let gone = gone.clone();
        actions.delete(rows, Callback::from(move |()| gone.set(Vec::new())));
    };
    let count = models.all().filter(|count| *count > 0).and_then(|count| usize::try_from(count).ok());
    let note = count.map(|count| html! { {t.models_count(count)} }).unwrap_or_default();
    html! {<>
        <PageHeader title={t.models_title()} {note}><AddButton label={t.models_add()} on_add={&add} /></PageHeader>
        <Notices />
        {list}
        {drawer}
        {delete_rows((*deleting).clone(), title, t.models_delete_text(), on_delete, Callback::from(move |()| stop.set(Vec::new())))}
    </>}
}

/// What a model can.
fn capability_filter(models: &Models) -> Html {
    let (t, chosen) = (models.t, models.query.capability);
    let onchange = {
        let models = models.clone();
        move |event: Event| {
            let word = event.target_unchecked_into::<HtmlSelectElement>().value();
            let capability = Capability::ALL.iter().copied().find(|one| one.as_str() == word);
            models.ask(&ModelQuery { capability, ..models.query.clone() });
        }
    };
    html! {
        <select class="select select-sm w-36" aria-label={t.models_can()} {onchange}>
            <option value="" selected={chosen.is_none()}>{t.models_can_anything()}</option>
            for one in Capability::ALL {
                <option key={one.as_str()} value={one.as_str()} selected={chosen == Some(*one)}>{words::capability(t, *one)}</option>
            }
        </select>
    }
}

/// What can be done to every selected model at once.
fn bulk(actions: &Actions, on_delete: &Callback<Vec<Model>>) -> Html {
    let (t, rows) = (actions.t, actions.models.selection());
    let status = |status: ModelStatus| {
        let (actions, ids): (_, Vec<i64>) = (actions.clone(), rows.iter().map(|model| model.id).collect());
        Callback::from(move |()| actions.set_status(ids.clone(), status))
    };
    html! {<>
        {bulk_action(Icon::Check, t.do_enable(), &status(ModelStatus::Enabled))}
        {bulk_action(Icon::Power, t.do_disable(), &status(ModelStatus::Disabled))}
        {bulk_danger(Icon::Trash2, t.do_delete(), &on_delete.reform(move |()| rows.clone()))}
    </>}
}

fn drawing() -> Html {
    html! {
        <svg class="mx-auto" width="220" height="72" viewBox="0 0 220 72" fill="none" aria-hidden="true">
            <g class="fill-base-100 stroke-line-2" stroke-width="1.5">
                <path fill="none" d="M8 36h68" />
                <path fill="none" stroke-dasharray="3 4" d="M144 36c18 0 18-26 36-26h18M144 36h54M144 36c18 0 18 26 36 26h18" />
                <g stroke-dasharray="3 3">
                    <rect x="198" y="3" width="14" height="14" rx="4" /><rect x="198" y="29" width="14" height="14" rx="4" /><rect x="198" y="55" width="14" height="14" rx="4" />
                </g>
            </g>
            <g stroke-width="5">
                <path stroke="currentColor" d="M92 54V24a18 18 0 0 1 36 0v4M128 44v10" />
                <path class="stroke-primary" d="M80 36h38" />
            </g>
        </svg>
    }
}
