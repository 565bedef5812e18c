//! One model in a drawer: its other names, and what is known of it.

use ::api::{
    Fields,
    models::{Capability, Model, ModelKind},
};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    actions::Actions,
    draft::{Draft, NOT_A_NUMBER},
    words,
};
use crate::{
    api,
    i18n::use_text,
    parts::{
        chips::Chips,
        dialog::Confirm,
        drawer::Drawer,
        field::TextField,
        icon::Icon,
        select::{SelectField, SelectOption},
    },
    web,
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
    let start = || props.model.as_ref().map_or_else(Draft::default, Draft::of);
    let initial = use_state(start);
    let draft = use_state(start);
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    let leaving = use_state(|| false);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });
    let dirty = *draft != *initial;
    let close = {
        let (leaving, on_close) = (leaving.setter(), props.on_close.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let fault = |field: &str| {
        let fault = faults.get(field)?;
        Some(AttrValue::from(if fault == NOT_A_NUMBER { t.field_whole_number().to_owned() } else { t.server(fault) }))
    };
    macro_rules! set {
        ($field:ident) => {{
            let draft = draft.clone();
            move |$field| draft.set(Draft { $field, ..(*draft).clone() })
        }};
    }
    let on_submit = {
        let (draft, initial, faults, refusal, busy) =
            (draft.clone(), initial.clone(), faults.clone(), refusal.clone(), busy.clone());
        let (model, actions, on_close) = (props.model.clone(), props.actions.clone(), props.on_close.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let request = match &model {
                None => draft.create().map(Request::Create),
                Some(model) => draft.patch(&initial).map(|patch| Request::Change(model.id, patch)),
            };
            let request = match request {
                Ok(request) => request,
                Err(found) => return faults.set(found),
            };
            busy.set(true);
            let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
            let (actions, on_close) = (actions.clone(), on_close.clone());
            spawn_local(async move {
                let answer = match &request {
                    Request::Create(new) => api::models::create(new).await,
                    Request::Change(id, patch) => api::models::update(*id, patch).await,
                };
                match answer {
                    Ok(model) => {
                        actions.toaster.done(match request {
                            Request::Create(_) => actions.t.models_added(&model.name),
                            Request::Change(..) => actions.t.models_saved(&model.name),
                        });
                        if matches!(request, Request::Create(_)) {
                            actions.models.add(model);
                        } else {
                            actions.models.put(model);
                        }
                        on_close.emit(());
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(actions.t)));
                        faults.set(found);
                        busy.set(false);
                    }
                }
            });
        })
    };
    let footer = html! {<>
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
        <button type="submit" class="btn btn-primary btn-sm" disabled={*busy || !dirty}>{t.do_save()}</button>
    </>};

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
    let on_kind = {
        let draft = draft.clone();
        move |word: String| {
            let kind = ModelKind::ALL.iter().copied().find(|kind| kind.as_str() == word);
            draft.set(Draft { kind, ..(*draft).clone() });
        }
    };
    let capabilities = {
        let shown = draft.capabilities.clone().unwrap_or_else(|| {
            model.filter(|m| m.own.capabilities.is_none()).map(|m| m.capabilities.clone()).unwrap_or_default()
        });
        let boxes = Capability::ALL.iter().map(|one| {
            let (draft, shown, one) = (draft.clone(), shown.clone(), *one);
            let checked = shown.contains(&one);
            let onchange = Callback::from(move |event: Event| {
                let on = event.target_unchecked_into::<HtmlInputElement>().checked();
                let wanted = |known: &Capability| if *known == one { on } else { shown.contains(known) };
                let capabilities = Some(Capability::ALL.iter().copied().filter(wanted).collect());
                draft.set(Draft { capabilities, ..(*draft).clone() });
            });
            html! {
                <label class="flex items-center gap-2 cursor-pointer" key={one.as_str()}>
                    <input type="checkbox" class="checkbox checkbox-xs checkbox-primary" {checked} {onchange} />
                    {words::icon(one).small()}{words::capability(t, one)}
                </label>
            }
        });
        let back = {
            let draft = draft.clone();
            move |_: MouseEvent| draft.set(Draft { capabilities: None, ..(*draft).clone() })
        };
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
    let stay = leaving.setter();
    html! {<>
        <Drawer {title} subtitle={html! { t.models_form_text() }} on_close={&close} {footer} {on_submit}>
            if let Some(refusal) = &*refusal {
                <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
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
        </Drawer>
        if *leaving {
            <Confirm title={t.channel_discard()} text={t.channel_discard_text()} action={t.channel_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}

enum Request {
    Create(::api::models::NewModel),
    Change(i64, ::api::models::ModelPatch),
}
