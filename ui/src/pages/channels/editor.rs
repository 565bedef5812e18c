//! One channel in a drawer: made, changed, tested.

use std::rc::Rc;

use ::api::{
    Fields,
    channels::{Channel, ChannelStatus, Health},
    providers::Provider,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::{
    actions::{Actions, health_words},
    draft::{Draft, Edit, NOT_A_NUMBER},
    empty::{dialects, hint},
    keys_panel::KeysPanel,
    mapping::Mapping,
    rows::glyph,
    test_panel::TestPanel,
    view,
};
use crate::{
    api,
    i18n::use_text,
    parts::{
        chips::Chips,
        combobox::{ComboOption, Combobox},
        dialog::Confirm,
        drawer::Drawer,
        field::{Field, TextField},
        icon::Icon,
        menu::{Item, Menu},
        secrets::SecretsField,
        status::{Glyph, status},
    },
    routes::Route,
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) channel: Option<Channel>,
    pub(crate) providers: Rc<Vec<Provider>>,
    /// Slug of the provider that a new one starts with.
    pub(crate) preset: Option<String>,
    pub(crate) actions: Actions,
    /// Its test is running.
    pub(crate) testing: bool,
    pub(crate) on_close: Callback<()>,
    pub(crate) on_delete: Callback<Vec<Channel>>,
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let start = || {
        let mut draft = props.channel.as_ref().map_or_else(Draft::new, Draft::of);
        let preset = props.preset.as_deref().filter(|_| props.channel.is_none());
        if let Some(provider) = preset.and_then(|slug| view::provider(&props.providers, slug)) {
            draft.choose(provider, None);
        }
        draft
    };
    let draft = use_state(start);
    // What the form began with: leaving it as it was needs no question.
    let initial = use_state(start);
    let faults = use_state(Fields::new);
    let refusal = use_state(|| None::<String>);
    let busy = use_state(|| false);
    let leaving = use_state(|| false);
    {
        let (draft, initial, faults) = (draft.setter(), initial.setter(), faults.setter());
        let fresh = start();
        let first = use_mut_ref(|| true);
        use_effect_with(props.channel.as_ref().map(|channel| channel.id), move |_| {
            // Another channel in the same drawer, as when the browser goes back.
            if !std::mem::replace(&mut *first.borrow_mut(), false) {
                draft.set(fresh.clone());
                initial.set(fresh);
                faults.set(Fields::new());
            }
        });
    }
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("dialog [aria-invalid='true']");
        }
    });

    let dirty = *draft != *initial;
    let edit = |edit: Edit| {
        let draft = draft.clone();
        Callback::from(move |text: String| {
            let mut next = (*draft).clone();
            edit(&mut next, text);
            draft.set(next);
        })
    };
    let fault = |names: &[&str]| {
        let fault = names.iter().find_map(|name| faults.get(*name))?;
        Some(AttrValue::from(if fault == NOT_A_NUMBER { t.field_whole_number().to_owned() } else { t.server(fault) }))
    };

    let save = {
        let (draft, initial, faults, refusal, busy) =
            (draft.clone(), initial.clone(), faults.clone(), refusal.clone(), busy.clone());
        let (channel, actions, on_close) = (props.channel.clone(), props.actions.clone(), props.on_close.clone());
        let providers = props.providers.clone();
        Callback::from(move |then_test: bool| {
            if *busy {
                return;
            }
            let request = match &channel {
                None => draft.create(view::provider(&providers, &draft.provider)).map(Request::Create),
                Some(channel) => draft.patch(channel).map(|patch| Request::Change(channel.id, patch)),
            };
            let request = match request {
                Ok(request) => request,
                Err(found) => return faults.set(found),
            };
            busy.set(true);
            let (draft, initial, faults, refusal, busy) =
                (draft.clone(), initial.clone(), faults.clone(), refusal.clone(), busy.clone());
            let (actions, on_close) = (actions.clone(), on_close.clone());
            spawn_local(async move {
                let made = matches!(request, Request::Create(_));
                let answer = match &request {
                    Request::Create(new) => api::channels::create(new).await,
                    Request::Change(id, patch) => api::channels::update(*id, patch).await,
                };
                busy.set(false);
                match answer {
                    Ok(channel) => {
                        let (id, saved) = (channel.id, channel.clone());
                        if made {
                            actions.channels.add(saved);
                        } else {
                            actions.channels.put(saved);
                        }
                        faults.set(Fields::new());
                        refusal.set(None);
                        let fresh = Draft::of(&channel);
                        initial.set(fresh.clone());
                        draft.set(fresh);
                        if !then_test {
                            let words = if made {
                                actions.t.channels_added(&channel.name)
                            } else {
                                actions.t.channels_saved(&channel.name)
                            };
                            actions.toaster.done(words);
                            on_close.emit(());
                            return;
                        }
                        if made {
                            actions.channels.visit_instead(&Route::Channel { id });
                        }
                        actions.test(vec![id]);
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(actions.t)));
                        faults.set(found);
                    }
                }
            });
        })
    };

    let close = {
        let (leaving, on_close) = (leaving.setter(), props.on_close.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { on_close.emit(()) })
    };
    let chosen = view::provider(&props.providers, &draft.provider);
    let test_label = if dirty || props.channel.is_none() { t.channel_save_and_test() } else { t.do_test() };
    let test = {
        let (save, actions, id) =
            (save.clone(), props.actions.clone(), props.channel.as_ref().map(|channel| channel.id));
        move |_: MouseEvent| match id {
            Some(id) if !dirty => actions.test(vec![id]),
            _ => save.emit(true),
        }
    };
    let changes = props.channel.as_ref().map_or(0, |channel| draft.changes(Some(channel)));
    let footer = html! {<>
        <button type="button" class="btn btn-sm" onclick={test} disabled={*busy || props.testing}>{Icon::Activity.small()}{test_label}</button>
        if changes > 0 { <span class="text-xs text-ink-3 max-md:hidden">{t.channel_changes(changes)}</span> }
        <span class="ml-auto"></span>
        <button type="button" class="btn btn-ghost btn-sm" onclick={close.reform(|_: MouseEvent| ())}>{t.do_cancel()}</button>
        <button type="submit" class="btn btn-primary btn-sm" disabled={*busy}>{t.do_save()}</button>
    </>};

    let provider_field = {
        let options: Vec<ComboOption> = props
            .providers
            .iter()
            .filter(|provider| provider.enabled)
            .map(|provider| ComboOption {
                value: provider.slug.clone().into(),
                label: provider.name.clone().into(),
                alias: provider.base_url.clone().unwrap_or_default().into(),
                tile: provider.tile.clone().into(),
                hint: hint(t, provider).into(),
            })
            .collect();
        let value = AttrValue::from(draft.provider.clone());
        let (draft, providers) = (draft.clone(), props.providers.clone());
        let on_choose = move |slug: AttrValue| {
            if let Some(provider) = view::provider(&providers, &slug) {
                let mut next = (*draft).clone();
                let before = view::provider(&providers, &next.provider);
                next.choose(provider, before);
                draft.set(next);
            }
        };
        let help = chosen.map(|provider| html! { t.channel_provider_speaks(&dialects(provider)) }).unwrap_or_default();
        html! {
            <Combobox id="provider" label={t.channel_provider()} {options} {value} {on_choose} {help}
                error={fault(&["provider"])} disabled={props.channel.is_some()} autofocus={props.channel.is_none()} placeholder={t.channel_provider_search()} />
        }
    };

    let keys = {
        let stored = props.channel.as_ref().map(|channel| channel.keys.clone()).unwrap_or_default();
        let add = {
            let draft = draft.clone();
            move |keys: Vec<String>| {
                let mut next = (*draft).clone();
                next.key_text.clear();
                next.new_keys.extend(keys);
                draft.set(next);
            }
        };
        let toggle = {
            let draft = draft.clone();
            move |id| {
                let mut next = (*draft).clone();
                if !next.removed_keys.remove(&id) {
                    next.removed_keys.insert(id);
                }
                draft.set(next);
            }
        };
        let forget = {
            let draft = draft.clone();
            move |index| {
                let mut next = (*draft).clone();
                next.new_keys.remove(index);
                draft.set(next);
            }
        };
        let help = match chosen {
            Some(provider) if !provider.needs_key => html! { t.channel_keys_not_needed(&provider.name) },
            Some(Provider { keys_url: Some(url), .. }) => html! {<>
                {t.channel_keys_help()}{" "}<a class="act" href={url.clone()} target="_blank" rel="noopener noreferrer">{t.setup_get_key()}</a>
            </>},
            _ => html! { t.channel_keys_help() },
        };
        html! {
            <section>
                <div class="flex items-baseline mb-2"><h3 class="h2">{t.channel_keys()}</h3><span class="text-xs text-ink-3 ml-2">{t.channel_keys_sealed()}</span></div>
                <KeysPanel {stored} removed={draft.removed_keys.clone()} added={draft.new_keys.clone()} on_toggle={toggle} on_forget={forget} />
                <SecretsField id="keys" label={t.channel_key_add()} value={draft.key_text.clone()} {help} error={fault(&["keys", "add_keys"])}
                    on_input={edit(Box::new(|draft, text| draft.key_text = text))} on_add={add} />
            </section>
        }
    };

    let models = {
        let draft_handle = draft.clone();
        let on_change = move |models: Vec<String>| draft_handle.set(Draft { models, ..(*draft_handle).clone() });
        html! {
            <Chips id="models" label={t.channel_models()} values={draft.models.clone()} {on_change} error={fault(&["models"])}
                help={html! { t.channel_models_help() }} placeholder={"gpt-5-mini, qwen3-max"} />
        }
    };

    let advanced_fault = ["model_mapping", "test_model", "groups"].iter().any(|name| faults.contains_key(*name));
    let advanced = {
        let set_test_model = edit(Box::new(|draft, text| draft.test_model = text));
        let onchange = set_test_model.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
        let on_mapping = {
            let draft = draft.clone();
            move |mapping| draft.set(Draft { mapping, ..(*draft).clone() })
        };
        let on_groups = {
            let draft = draft.clone();
            move |groups| draft.set(Draft { groups, ..(*draft).clone() })
        };
        html! {
            <details class="panel group" open={advanced_fault}>
                <summary class="flex items-center gap-2 h-10 px-3 cursor-pointer list-none h2">
                    {Icon::ChevronDown.with("icon icon-sm -rotate-90 group-open:rotate-0")}{t.channel_advanced()}
                </summary>
                <div class="grid gap-4 px-3 pt-1 pb-4">
                    <Mapping rows={draft.mapping.clone()} error={fault(&["model_mapping"])} on_change={on_mapping} />
                    <Field id="test_model" label={t.channel_test_with()} error={fault(&["test_model"])} help={html! { t.channel_test_with_help() }}>
                        <select id="test_model" class="select select-sm w-full" {onchange} aria-describedby="test_model-note">
                            <option value="" selected={draft.test_model.is_empty()}>{t.channel_test_first()}</option>
                            for model in &draft.models {
                                <option key={model.clone()} value={model.clone()} selected={*model == draft.test_model}>{model}</option>
                            }
                        </select>
                    </Field>
                    <Chips id="groups" label={t.channel_groups()} values={draft.groups.clone()} on_change={on_groups} error={fault(&["groups"])}
                        help={html! { t.channel_groups_help() }} />
                </div>
            </details>
        }
    };

    let title = props.channel.as_ref().map_or_else(|| t.channels_add().to_owned(), |channel| channel.name.clone());
    let tile = chosen
        .map(|provider| html! { <span class="mono-tile" aria-hidden="true">{&provider.tile}</span> })
        .unwrap_or_default();
    let subtitle = match &props.channel {
        None => html! { t.channel_new_text() },
        Some(_) if props.testing => status(Glyph::Ring, t.channels_testing()),
        Some(channel) => status(glyph(Health::of(channel)), health_words(t, channel).0),
    };
    let base_url_help = match chosen {
        Some(Provider { base_url: Some(_), .. }) | None => html! { t.channel_base_url_help() },
        Some(_) => html! { t.channel_base_url_needed() },
    };
    let base_url = chosen.and_then(|provider| provider.base_url.clone());
    let test = props.channel.as_ref().and_then(|channel| channel.last_test.clone());
    let on_submit = save.reform(|()| false);
    let stay = leaving.setter();
    html! {<>
        <Drawer {title} {tile} {subtitle} actions={menu(props)} on_close={close} {footer} {on_submit}>
            if let Some(refusal) = &*refusal {
                <p class="help-err !mt-0 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
            <section class="grid md:grid-cols-2 gap-x-4 gap-y-4 items-start">
                {provider_field}
                <TextField id="name" label={t.channel_name()} value={draft.name.clone()} error={fault(&["name"])}
                    on_input={edit(Box::new(|draft, text| draft.name = text))} />
                <TextField id="base_url" class="md:col-span-2" label={t.channel_base_url()} value={draft.base_url.clone()} mono=true inputmode="url"
                    placeholder={base_url.unwrap_or_else(|| "https://".to_owned())} help={base_url_help} error={fault(&["base_url"])}
                    on_input={edit(Box::new(|draft, text| draft.base_url = text))} />
            </section>
            {keys}
            <TestPanel {test} testing={props.testing} />
            {models}
            <section class="grid grid-cols-2 gap-x-4 items-start">
                <TextField id="priority" label={t.channels_column_priority()} value={draft.priority.clone()} inputmode="numeric" error={fault(&["priority"])}
                    help={html! { t.channel_priority_help() }} on_input={edit(Box::new(|draft, text| draft.priority = text))} />
                <TextField id="weight" label={t.channels_column_weight()} value={draft.weight.clone()} inputmode="numeric" error={fault(&["weight"])}
                    help={html! { t.channel_weight_help() }} on_input={edit(Box::new(|draft, text| draft.weight = text))} />
            </section>
            {advanced}
        </Drawer>
        if *leaving {
            <Confirm title={t.channel_discard()} text={t.channel_discard_text()} action={t.channel_discard_do()}
                on_confirm={&props.on_close} on_close={move |()| stay.set(false)} />
        }
    </>}
}

enum Request {
    Create(::api::channels::NewChannel),
    Change(i64, ::api::channels::ChannelPatch),
}

fn menu(props: &EditorProps) -> Html {
    let Some(channel) = &props.channel else { return Html::default() };
    let t = props.actions.t;
    let (label, icon, target) = match channel.status {
        ChannelStatus::Enabled => (t.do_disable(), Icon::Power, ChannelStatus::Disabled),
        ChannelStatus::Disabled => (t.do_enable(), Icon::Check, ChannelStatus::Enabled),
    };
    let toggle = {
        let (actions, id) = (props.actions.clone(), channel.id);
        Callback::from(move |()| actions.set_status(vec![id], target))
    };
    let gone = channel.clone();
    let items = vec![
        Item::new(icon.view(), label, toggle),
        Item::new(Icon::Trash2.view(), t.do_delete(), props.on_delete.reform(move |()| vec![gone.clone()])).danger(),
    ];
    html! {
        <Menu id="editor-menu" label={t.table_more(&channel.name)} class="btn btn-ghost btn-sm btn-square" {items}>{Icon::Ellipsis.view()}</Menu>
    }
}
