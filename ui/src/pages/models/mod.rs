//! Models: the public names, who serves each, and what is known of it.

mod actions;
mod draft;
mod editor;
mod rows;
mod view;
pub(crate) mod words;

use ::api::models::{Capability, Model, ModelStatus};
use web_sys::HtmlSelectElement;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{
    actions::{Actions, Data},
    editor::Editor,
    rows::Rows,
    view::{Column, Filter},
};
use crate::{
    i18n::use_text,
    load::use_load,
    parts::{
        async_view::async_view,
        bulk_bar::{BulkBar, bulk_action, bulk_danger},
        dialog::Confirm,
        empty::Empty,
        header::{AddButton, PageHeader},
        icon::Icon,
        link::PageLink,
        more::{More, STEP},
        picked::{Pick, Picked},
        segmented::{Choice, Segmented},
        table::{Density, Search, Sort},
        toast::use_toaster,
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
    let navigator = use_navigator();
    let data = use_load(actions::load);
    let actions = Actions { t, data: data.clone(), toaster: use_toaster() };
    let (search, filter, can) = (use_state(String::new), use_state(|| Filter::All), use_state(|| None::<Capability>));
    let sort = use_state(|| Sort { by: Column::Name, descending: false });
    let (dense, limit) = (use_state(|| false), use_state(|| STEP));
    let (selected, opened) = (use_reducer(Picked::default), use_reducer(Picked::default));
    let adding = use_state(|| false);
    let deleting = use_state(Vec::<Model>::new);

    let add = use_callback((), {
        let adding = adding.setter();
        move |(), ()| adding.set(true)
    });
    use_hotkey("n", add.clone());
    let ask_delete = {
        let deleting = deleting.setter();
        Callback::from(move |models| deleting.set(models))
    };
    let count = data.value().map(|data| data.models.len());
    let note = count.filter(|count| *count > 0).map(|count| html! { {t.models_count(count)} }).unwrap_or_default();

    let list = |data: &Data| {
        if data.models.is_empty() {
            return html! {
                <div class="border-t border-line flex-1 flex">
                    <Empty drawing={drawing()} title={t.models_empty_headline()} text={t.models_empty_text()}>
                        <PageLink to={Route::NewChannel} class="btn btn-sm mt-6">{Icon::Plus.small()}{t.channels_add()}</PageLink>
                    </Empty>
                </div>
            };
        }
        let mut shown = view::rows(&data.models, *filter, *can, &search, *sort);
        let found = shown.len();
        shown.truncate(*limit);
        let counted = |value: Filter, label: &'static str| Choice {
            count: Some(data.models.iter().filter(|model| value.admits(model)).count()),
            ..Choice::new(value, label)
        };
        let filters = vec![
            counted(Filter::All, t.channels_filter_all()),
            counted(Filter::Unserved, t.models_unserved()),
            counted(Filter::Disabled, t.models_disabled()),
        ];
        let (set_search, set_filter, set_dense, set_limit, set_sort) =
            (search.setter(), filter.setter(), dense.setter(), limit.setter(), sort.setter());
        let clear = {
            let (search, filter, can) = (search.setter(), filter.setter(), can.setter());
            move |_: MouseEvent| {
                search.set(String::new());
                filter.set(Filter::All);
                can.set(None);
            }
        };
        let on_can = {
            let can = can.setter();
            move |event: Event| {
                let word = event.target_unchecked_into::<HtmlSelectElement>().value();
                can.set(Capability::ALL.iter().copied().find(|one| one.as_str() == word));
            }
        };
        html! {<>
            <div class="toolbar">
                <Search value={(*search).clone()} placeholder={t.models_search()} on_input={move |text| set_search.set(text)} />
                <Segmented<Filter> label={t.channels_filter()} choices={filters} value={*filter} class="max-md:w-full seg-wide-narrow"
                    on_choose={move |value| set_filter.set(value)} />
                <select class="select select-sm w-36" aria-label={t.models_can()} onchange={on_can}>
                    <option value="" selected={can.is_none()}>{t.models_can_anything()}</option>
                    for one in Capability::ALL {
                        <option key={one.as_str()} value={one.as_str()} selected={*can == Some(*one)}>{words::capability(t, *one)}</option>
                    }
                </select>
                <span class="ml-auto max-md:hidden"></span>
                <Density dense={*dense} on_change={move |value| set_dense.set(value)} />
            </div>
            if shown.is_empty() {
                <div class="flex-1 px-4 md:px-6 py-10" role="status">
                    <h2 class="text-lg font-semibold tracking-[-0.01em]">{t.models_none_found()}</h2>
                    <button type="button" class="btn btn-sm mt-3" onclick={clear}>{Icon::X.small()}{t.table_clear_filter()}</button>
                </div>
            } else {
                <Rows {shown} providers={data.providers.clone()} actions={actions.clone()} selected={(*selected).clone()} pick={selected.dispatcher()}
                    opened={(*opened).clone()} open={opened.dispatcher()} dense={*dense} sort={*sort} on_sort={move |sort| set_sort.set(sort)}
                    on_delete={&ask_delete}>
                    <More shown={*limit} {found} on_more={move |limit| set_limit.set(limit)} />
                </Rows>
            }
            {bulk(&data.models, &actions, &selected, &ask_delete)}
        </>}
    };

    let go_back = {
        let adding = adding.setter();
        Callback::from(move |()| {
            adding.set(false);
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Models);
            }
        })
    };
    let drawer = match (*adding, props.open, data.value()) {
        (true, ..) => html! { <Editor model={None::<Model>} actions={actions.clone()} on_close={go_back} /> },
        (false, Some(id), Some(data)) => match data.models.iter().find(|model| model.id == id) {
            Some(model) => {
                html! { <Editor key={id} model={Some(model.clone())} actions={actions.clone()} on_close={go_back} /> }
            }
            None => html! { <Redirect<Route> to={Route::Models} /> },
        },
        _ => Html::default(),
    };
    html! {<>
        <PageHeader title={t.models_title()} {note}><AddButton label={t.models_add()} on_add={&add} /></PageHeader>
        {async_view(&data, list)}
        {drawer}
        {confirm(&actions, &deleting, &selected)}
    </>}
}

/// What can be done to every selected model at once.
fn bulk(
    all: &[Model],
    actions: &Actions,
    selected: &UseReducerHandle<Picked>,
    on_delete: &Callback<Vec<Model>>,
) -> Html {
    let (t, ids) = (actions.t, selected.ids());
    let status = |status: ModelStatus| {
        let (actions, ids) = (actions.clone(), ids.clone());
        Callback::from(move |()| actions.set_status(ids.clone(), status))
    };
    let delete = {
        let chosen: Vec<Model> = all.iter().filter(|model| ids.contains(&model.id)).cloned().collect();
        on_delete.reform(move |()| chosen.clone())
    };
    let clear = {
        let (pick, ids) = (selected.dispatcher(), ids.clone());
        move |()| pick.dispatch(Pick::Remove(ids.clone()))
    };
    html! {
        <BulkBar count={ids.len()} on_clear={clear}>
            {bulk_action(Icon::Check, t.do_enable(), &status(ModelStatus::Enabled))}
            {bulk_action(Icon::Power, t.do_disable(), &status(ModelStatus::Disabled))}
            {bulk_danger(Icon::Trash2, t.do_delete(), &delete)}
        </BulkBar>
    }
}

fn confirm(actions: &Actions, deleting: &UseStateHandle<Vec<Model>>, selected: &UseReducerHandle<Picked>) -> Html {
    let t = actions.t;
    let title = match &***deleting {
        [] => return Html::default(),
        [model] => t.models_delete_one(&model.name),
        many => t.models_delete_many(many.len()),
    };
    let run = {
        let (actions, models) = (actions.clone(), (**deleting).clone());
        let (deleting, selected) = (deleting.setter(), selected.dispatcher());
        let done = Callback::from(move |gone| {
            selected.dispatch(Pick::Remove(gone));
            deleting.set(Vec::new());
        });
        move |()| actions.delete(models.clone(), done.clone())
    };
    let close = deleting.setter();
    html! {
        <Confirm {title} text={t.models_delete_text()} action={t.do_delete()} on_confirm={run} on_close={move |()| close.set(Vec::new())}>
            if deleting.len() > 1 {
                <ul class="mt-3 max-h-40 overflow-y-auto text-sm list-disc pl-5">
                    for model in &**deleting { <li key={model.id} class="break-words">{&model.name}</li> }
                </ul>
            }
        </Confirm>
    }
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
