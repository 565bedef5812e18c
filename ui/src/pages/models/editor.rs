//! One model in a drawer: its other names, and what is known of it.

use ::api::{
    models::{Capability, Model, ModelKind, ModelPatch, NewModel},
    prices::NewPrice,
};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{actions::Actions, draft::Draft, price_form::PriceForm, words};
use crate::{
    api,
    i18n::use_text,
    parts::{
        chips::Chips,
        editor::EditorFrame,
        field::TextField,
        form::use_form,
        select::{SelectField, SelectOption},
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) model: Option<Model>,
    pub(crate) actions: Actions,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let form = use_form(|| props.model.as_ref().map_or_else(Draft::default, Draft::of));
    let draft = form.draft();
    let fault = |field| form.fault(&[field]);
    macro_rules! set {
        ($field:ident) => {
            form.set(|draft: &mut Draft, $field| draft.$field = $field)
        };
    }
    let on_save = {
        let (form, model) = (form.clone(), props.model.clone());
        let (actions, on_close) = (props.actions.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (actions, on_close, made) = (actions.clone(), on_close.clone(), model.is_none());
            let request = match &model {
                None => form.draft().create().map(Request::Create),
                Some(model) => {
                    form.draft().patch(form.initial()).map(|(patch, price)| Request::Change(model.id, patch, price))
                }
            };
            form.send(
                request,
                |request| async move {
                    match request {
                        Request::Create(new) => api::models::create(&new).await,
                        Request::Change(id, patch, price) => {
                            // First the one that can be refused for a reason that only the server knows.
                            if let Some(price) = price {
                                api::models::set_price(id, &price).await?;
                            }
                            api::models::update(id, &patch).await
                        }
                    }
                },
                move |model: Model| {
                    let t = actions.t;
                    let name = &model.name;
                    actions.toaster.done(if made { t.models_added(name) } else { t.models_saved(name) });
                    if made {
                        actions.models.add(model);
                    } else {
                        actions.models.put(model);
                    }
                    on_close.emit(());
                },
            );
        })
    };

    // What holds where the form says nothing: for a saved model without own words, what the catalogue knows.
    let from_catalogue = |own: bool, shown: Option<String>| {
        let shown = shown.filter(|_| !own);
        shown.map_or_else(|| "—".to_owned(), |shown| t.models_from_catalogue(&shown))
    };
    let model = props.model.as_ref();
    let owner = from_catalogue(model.is_some_and(|m| m.own.owner.is_some()), model.and_then(|m| m.owner.clone()));
    let context =
        from_catalogue(model.is_some_and(|m| m.own.context.is_some()), model.and_then(|m| Some(t.number(m.context?))));
    let output = from_catalogue(
        model.is_some_and(|m| m.own.max_output.is_some()),
        model.and_then(|m| Some(t.number(m.max_output?))),
    );
    let kinds = {
        let known = model.filter(|m| m.own.kind.is_none()).and_then(|m| m.kind);
        let first = known
            .map_or_else(|| t.models_kind_unknown().to_owned(), |known| t.models_from_catalogue(words::kind(t, known)));
        let mut options = vec![SelectOption::new("", first)];
        options.extend(ModelKind::ALL.iter().map(|kind| SelectOption::new(kind.as_str(), words::kind(t, *kind))));
        options
    };
    let on_kind = form.set(|draft: &mut Draft, word: String| {
        draft.kind = ModelKind::ALL.iter().copied().find(|kind| kind.as_str() == word);
    });
    let capabilities = {
        let shown = draft.capabilities.clone().unwrap_or_else(|| {
            model.filter(|m| m.own.capabilities.is_none()).map(|m| m.capabilities.clone()).unwrap_or_default()
        });
        let boxes = Capability::ALL.iter().map(|one| {
            let (shown, one) = (shown.clone(), *one);
            let checked = shown.contains(&one);
            let onchange = form.set(move |draft: &mut Draft, event: Event| {
                let on = event.target_unchecked_into::<HtmlInputElement>().checked();
                let wanted = |known: &Capability| if *known == one { on } else { shown.contains(known) };
                draft.capabilities = Some(Capability::ALL.iter().copied().filter(wanted).collect());
            });
            html! {
                <label class="flex items-center gap-2 cursor-pointer" key={one.as_str()}>
                    <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" {checked} {onchange} />
                    {words::icon(one).small()}{words::capability(t, one)}
                </label>
            }
        });
        let back = form.set(|draft: &mut Draft, _: MouseEvent| draft.capabilities = None);
        html! {
            <fieldset>
                <legend class="flabel">{t.models_can()}</legend>
                <div class="grid grid-cols-2 md:grid-cols-3 gap-y-1.5">{for boxes}</div>
                if draft.capabilities.is_some() && props.model.is_some() {
                    <button type="button" class="act text-xs mt-1.5 cursor-pointer" onclick={back}>{t.models_back_to_catalogue()}</button>
                }
            </fieldset>
        }
    };
    let title = model.map_or_else(|| t.models_add().to_owned(), |model| model.name.clone());
    html! {
        <EditorFrame {title} subtitle={html! { t.models_form_text() }} progress={form.progress()} is_new={props.model.is_none()} {on_save}
            on_close={&props.on_close}>
            if props.model.is_none() {
                <TextField id="name" label={t.models_name()} value={draft.name.clone()} mono=true autofocus=true error={fault("name")}
                    help={html! { t.models_name_help() }} on_input={set!(name)} />
            }
            <Chips id="aliases" label={t.models_aliases()} values={draft.aliases.clone()} error={fault("aliases")}
                help={html! { t.models_aliases_help() }} placeholder="" on_change={set!(aliases)} />
            <section class="grid md:grid-cols-2 gap-4 items-start">
                <TextField id="owner" label={t.models_owner()} value={draft.owner.clone()} placeholder={owner} error={fault("owner")} on_input={set!(owner)} />
                <SelectField id="kind" label={t.models_column_kind()} options={kinds} value={draft.kind.map_or("", ModelKind::as_str)} error={fault("kind")} on_choose={on_kind} />
                <TextField id="context" label={t.models_context()} value={draft.context.clone()} placeholder={context} inputmode="numeric" error={fault("context")}
                    on_input={set!(context)} />
                <TextField id="max_output" label={t.models_max_output()} value={draft.max_output.clone()} placeholder={output} inputmode="numeric" error={fault("max_output")}
                    on_input={set!(max_output)} />
            </section>
            {capabilities}
            <PriceForm model={props.model.clone()} draft={draft.price.clone()} faults={form.faults().clone()} on_change={set!(price)} />
        </EditorFrame>
    }
}

enum Request {
    Create(NewModel),
    Change(i64, ModelPatch, Option<NewPrice>),
}
