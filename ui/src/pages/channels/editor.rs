//! One channel in a drawer: made, changed, tested.

use std::rc::Rc;

use ::api::{
    channels::{Channel, ChannelPatch, ChannelStatus, Health, NewChannel, OnDisconnect},
    providers::Provider,
};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::{
    actions::{Actions, health_words},
    draft::Draft,
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
        editor::EditorFrame,
        field::{Field, TextField},
        form::use_form,
        icon::Icon,
        menu::{Item, Menu},
        secrets::SecretsField,
        select::{SelectField, SelectOption},
        status::{Glyph, status},
    },
    routes::Route,
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
    let form = use_form(start);
    {
        let (form, fresh) = (form.clone(), start());
        let first = use_mut_ref(|| true);
        use_effect_with(props.channel.as_ref().map(|channel| channel.id), move |_| {
            // Another channel in the same drawer, as when the browser goes back.
            if !std::mem::replace(&mut *first.borrow_mut(), false) {
                form.restart(fresh);
            }
        });
    }
    let draft = form.draft();
    let dirty = form.is_dirty();
    let fault = |names: &[&str]| form.fault(names);
    macro_rules! set {
        ($field:ident) => {
            form.set(|draft: &mut Draft, $field| draft.$field = $field)
        };
    }

    let save = {
        let (form, channel, providers) = (form.clone(), props.channel.clone(), props.providers.clone());
        let (actions, on_close) = (props.actions.clone(), props.on_close.clone());
        Callback::from(move |then_test: bool| {
            let (draft, made) = (form.draft(), channel.is_none());
            let request = match &channel {
                None => draft.create(view::provider(&providers, &draft.provider)).map(Request::Create),
                Some(channel) => draft.patch(channel).map(|patch| Request::Change(channel.id, patch)),
            };
            let (saved, actions, on_close) = (form.clone(), actions.clone(), on_close.clone());
            form.send(
                request,
                |request| async move {
                    match request {
                        Request::Create(new) => api::channels::create(&new).await,
                        Request::Change(id, patch) => api::channels::update(id, &patch).await,
                    }
                },
                move |channel: Channel| {
                    let id = channel.id;
                    saved.restart(Draft::of(&channel));
                    if !then_test {
                        let (t, name) = (actions.t, &channel.name);
                        actions.toaster.done(if made { t.channels_added(name) } else { t.channels_saved(name) });
                    }
                    if made {
                        actions.channels.add(channel);
                    } else {
                        actions.channels.put(channel);
                    }
                    if !then_test {
                        return on_close.emit(());
                    }
                    if made {
                        actions.channels.visit_instead(&Route::Channel { id });
                    }
                    actions.test(vec![id]);
                },
            );
        })
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
    let aside = html! {<>
        <button type="button" class="btn btn-sm" onclick={test} disabled={form.is_busy() || props.testing}>{Icon::Activity.small()}{test_label}</button>
        if changes > 0 { <span class="text-xs text-ink-3 max-md:hidden">{t.channel_changes(changes)}</span> }
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
        let providers = props.providers.clone();
        let on_choose = form.set(move |draft: &mut Draft, slug: AttrValue| {
            if let Some(provider) = view::provider(&providers, &slug) {
                let before = view::provider(&providers, &draft.provider);
                draft.choose(provider, before);
            }
        });
        let help = chosen.map(|provider| html! { t.channel_provider_speaks(&dialects(provider)) }).unwrap_or_default();
        html! {
            <Combobox id="provider" label={t.channel_provider()} {options} {value} {on_choose} {help}
                error={fault(&["provider"])} disabled={props.channel.is_some()} autofocus={props.channel.is_none()} placeholder={t.channel_provider_search()} />
        }
    };

    let keys = {
        let stored = props.channel.as_ref().map(|channel| channel.keys.clone()).unwrap_or_default();
        let add = form.set(|draft: &mut Draft, keys: Vec<String>| {
            draft.key_text.clear();
            draft.new_keys.extend(keys);
        });
        let toggle = form.set(|draft: &mut Draft, id| {
            if !draft.removed_keys.remove(&id) {
                draft.removed_keys.insert(id);
            }
        });
        let forget = form.set(|draft: &mut Draft, index: usize| {
            draft.new_keys.remove(index);
        });
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
                    on_input={set!(key_text)} on_add={add} />
            </section>
        }
    };

    let models = html! {
        <Chips id="models" label={t.channel_models()} values={draft.models.clone()} on_change={set!(models)} error={fault(&["models"])}
            help={html! { t.channel_models_help() }} placeholder={"gpt-5-mini, qwen3-max"} />
    };

    let advanced_fault = ["model_mapping", "test_model", "groups"].iter().any(|name| form.faults().contains_key(*name));
    let advanced = {
        let set_test_model: Callback<String> = set!(test_model);
        let onchange = set_test_model.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
        let leaving = vec![
            SelectOption::new(OnDisconnect::Cancel.as_str(), t.channel_on_disconnect_cancel()),
            SelectOption::new(OnDisconnect::Drain.as_str(), t.channel_on_disconnect_drain()),
        ];
        let leave = form.set(|draft: &mut Draft, word: String| {
            let drains = word == OnDisconnect::Drain.as_str();
            draft.on_disconnect = if drains { OnDisconnect::Drain } else { OnDisconnect::Cancel };
        });
        html! {
            <details class="panel group" open={advanced_fault}>
                <summary class="flex items-center gap-2 h-10 px-3 cursor-pointer list-none h2">
                    {Icon::ChevronDown.with("icon icon-sm -rotate-90 group-open:rotate-0")}{t.channel_advanced()}
                </summary>
                <div class="grid gap-4 px-3 pt-1 pb-4">
                    <Mapping rows={draft.mapping.clone()} error={fault(&["model_mapping"])} on_change={set!(mapping)} />
                    <Field id="test_model" label={t.channel_test_with()} error={fault(&["test_model"])} help={html! { t.channel_test_with_help() }}>
                        <select id="test_model" class="select select-sm w-full" {onchange} aria-describedby="test_model-note">
                            <option value="" selected={draft.test_model.is_empty()}>{t.channel_test_first()}</option>
                            for model in &draft.models {
                                <option key={model.clone()} value={model.clone()} selected={*model == draft.test_model}>{model}</option>
                            }
                        </select>
                    </Field>
                    <SelectField id="on_disconnect" label={t.channel_on_disconnect()} options={leaving} value={draft.on_disconnect.as_str()}
                        help={html! { t.channel_on_disconnect_help() }} on_choose={leave} />
                    <Chips id="groups" label={t.channel_groups()} values={draft.groups.clone()} on_change={set!(groups)} error={fault(&["groups"])}
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
    html! {
        <EditorFrame {title} {tile} {subtitle} actions={menu(props)} {aside} progress={form.progress()} is_new={props.channel.is_none()}
            on_save={save.reform(|()| false)} on_close={&props.on_close}>
            <section class="grid md:grid-cols-2 gap-x-4 gap-y-4 items-start">
                {provider_field}
                <TextField id="name" label={t.channel_name()} value={draft.name.clone()} error={fault(&["name"])}
                    on_input={set!(name)} />
                <TextField id="base_url" class="md:col-span-2" label={t.channel_base_url()} value={draft.base_url.clone()} mono=true inputmode="url"
                    placeholder={base_url.unwrap_or_else(|| "https://".to_owned())} help={base_url_help} error={fault(&["base_url"])}
                    on_input={set!(base_url)} />
            </section>
            {keys}
            <TestPanel {test} testing={props.testing} />
            {models}
            <section class="grid grid-cols-2 gap-x-4 items-start">
                <TextField id="priority" label={t.channels_column_priority()} value={draft.priority.clone()} inputmode="numeric" error={fault(&["priority"])}
                    help={html! { t.channel_priority_help() }} on_input={set!(priority)} />
                <TextField id="weight" label={t.channels_column_weight()} value={draft.weight.clone()} inputmode="numeric" error={fault(&["weight"])}
                    help={html! { t.channel_weight_help() }} on_input={set!(weight)} />
            </section>
            {advanced}
        </EditorFrame>
    }
}

enum Request {
    Create(NewChannel),
    Change(i64, ChannelPatch),
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
