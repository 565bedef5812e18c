//! Where requests go: one provider, its key and models, saved and tested in place.

use std::rc::Rc;

use ::api::{
    Fields,
    channels::{Channel, ChannelTest},
    providers::Provider,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::super::channels::{
    TestPanel,
    draft::{DEMO, Draft},
    view::{self, host},
};
use crate::{
    api::{self, Failure},
    i18n::use_text,
    load::use_load,
    parts::{async_view::async_view, chips::Chips, field::TextField, icon::Icon, secrets::SecretsField, table::Search},
    web,
};

/// The provider for any OpenAI-compatible address.
const CUSTOM: &str = "custom";
/// Tiles before the person searches or asks for all.
const FIRST: usize = 12;

#[derive(Properties, PartialEq)]
pub(crate) struct ProviderProps {
    /// With the channel that was made; without one if the step was skipped.
    pub(crate) on_done: Callback<Option<Channel>>,
}

#[component]
pub(crate) fn ProviderStep(props: &ProviderProps) -> Html {
    let t = use_text();
    let providers = use_load(api::providers::list);
    html! {<>
        <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_provider_headline()}</h1>
        <p class="mt-1 text-base text-ink-2 max-w-[560px]">{t.setup_provider_text()}</p>
        {async_view(&providers, |providers: &Vec<Provider>| {
            html! { <Choose providers={Rc::new(providers.clone())} on_done={&props.on_done} /> }
        })}
    </>}
}

#[derive(Properties)]
struct ChooseProps {
    providers: Rc<Vec<Provider>>,
    on_done: Callback<Option<Channel>>,
}

impl PartialEq for ChooseProps {
    fn eq(&self, other: &Self) -> bool {
        self.providers == other.providers && self.on_done == other.on_done
    }
}

/// Puts what was typed into one field.
type Edit = Box<dyn Fn(&mut Draft, String)>;

#[component]
fn Choose(props: &ChooseProps) -> Html {
    let t = use_text();
    let (draft, search, all) = (use_state(Draft::new), use_state(String::new), use_state(|| false));
    let (faults, refusal, busy) = (use_state(Fields::new), use_state(|| None::<String>), use_state(|| false));
    // Made by the first save; later saves change it.
    let channel = use_state(|| None::<Channel>);
    let test = use_state(|| None::<ChannelTest>);
    use_effect_with((*faults).clone(), |faults| {
        if !faults.is_empty() {
            web::focus("main [aria-invalid='true']");
        }
    });

    let save = {
        let (faults, refusal, busy) = (faults.clone(), refusal.clone(), busy.clone());
        let (channel, test, draft) = (channel.clone(), test.clone(), draft.setter());
        let providers = props.providers.clone();
        Callback::from(move |wanted: Draft| {
            if *busy {
                return;
            }
            let before = (*channel).clone();
            if let Err(found) = check(&wanted, before.as_ref(), view::provider(&providers, &wanted.provider)) {
                return faults.set(found);
            }
            busy.set(true);
            test.set(None);
            let (faults, refusal, busy, channel, test, draft) =
                (faults.clone(), refusal.clone(), busy.clone(), channel.clone(), test.clone(), draft.clone());
            spawn_local(async move {
                match put(&wanted, before).await {
                    Ok(saved) => {
                        faults.set(Fields::new());
                        refusal.set(None);
                        draft.set(Draft::of(&saved));
                        let tested = api::channels::test(saved.id).await;
                        channel.set(Some(saved));
                        match tested {
                            Ok(result) => test.set(Some(result)),
                            Err(error) => refusal.set(Some(error.sentence(t))),
                        }
                    }
                    Err(error) => {
                        let found = error.fields();
                        refusal.set(found.is_empty().then(|| error.sentence(t)));
                        faults.set(found);
                    }
                }
                busy.set(false);
            });
        })
    };

    let chosen = view::provider(&props.providers, &draft.provider).cloned();
    let on_search = {
        let (search, draft, providers) = (search.setter(), draft.clone(), props.providers.clone());
        move |text: String| {
            if let Some((provider, url)) = by_address(&providers, &text) {
                let mut next = (*draft).clone();
                next.choose(provider, view::provider(&providers, &draft.provider));
                if provider.slug == CUSTOM {
                    host(&url).clone_into(&mut next.name);
                    next.base_url = url;
                }
                draft.set(next);
            }
            search.set(text);
        }
    };
    let tiles = {
        let found = found(&props.providers, &search);
        let more = found.len().saturating_sub(FIRST);
        let searching = !search.trim().is_empty();
        let shown = if *all || searching { found.len() } else { FIRST };
        let tiles = found.iter().take(shown).map(|provider| tile(provider, &draft, &props.providers, t));
        let show_all = all.setter();
        html! {<>
            <div class="mt-3 grid grid-cols-2 lg:grid-cols-4 gap-2" role="radiogroup" aria-label={t.setup_step_provider()}>{for tiles}</div>
            if found.is_empty() { <p class="mt-3 text-ink-2">{t.setup_provider_none()}</p> }
            if more > 0 && !*all && !searching {
                <button type="button" class="act mt-3 cursor-pointer" onclick={move |_| show_all.set(true)}>
                    {t.setup_more_providers(more)}
                </button>
            }
        </>}
    };

    let demo = view::provider(&props.providers, DEMO).cloned().map(|demo| {
        let (save, draft, search) = (save.clone(), draft.clone(), search.setter());
        let onclick = move |_| {
            let mut next = Draft::new();
            next.choose(&demo, None);
            search.set(String::new());
            draft.set(next.clone());
            save.emit(next);
        };
        html! { <button type="button" class="btn btn-sm" disabled={*busy} {onclick}>{Icon::FlaskConical.small()}{t.setup_demo()}</button> }
    });

    let fault =
        |names: &[&str]| names.iter().find_map(|name| faults.get(*name)).map(|fault| AttrValue::from(t.server(fault)));
    let edit = |edit: Edit| {
        let draft = draft.clone();
        Callback::from(move |text: String| {
            let mut next = (*draft).clone();
            edit(&mut next, text);
            draft.set(next);
        })
    };
    let passed = test.as_ref().is_some_and(|test| test.ok);
    let unchanged =
        channel.as_ref().is_some_and(|channel| draft.changes(Some(channel)) == 0 && draft.provider == channel.provider);
    let form = chosen.map(|provider| {
        let add_keys = {
            let draft = draft.clone();
            move |keys: Vec<String>| draft.set(Draft { key_text: keys.join("\n"), ..(*draft).clone() })
        };
        let set_models = {
            let draft = draft.clone();
            move |models| draft.set(Draft { models, ..(*draft).clone() })
        };
        let count = |count: usize| count;
        let (typed, stored) = (draft.keys().len(), channel.as_ref().map_or(0, |channel| channel.keys.len()));
        let keys_words = match (typed, stored) {
            (0, 0) => t.channel_keys_help().to_owned(),
            (0, stored) => t.setup_keys_stored(count(stored)),
            (typed, _) => t.setup_keys_count(count(typed)),
        };
        let keys_help = html! {<>
            {keys_words}
            if let Some(url) = &provider.keys_url {
                {" "}<a class="act" href={url.clone()} target="_blank" rel="noopener noreferrer">{t.setup_get_key()}</a>
            }
        </>};
        let own_address = provider.base_url.is_none() && provider.slug != DEMO;
        html! {
            <section class="mt-6 grid gap-4">
                <div class="panel p-4 grid gap-4">
                    <div class="grid md:grid-cols-[minmax(0,1fr)_220px] gap-4 items-start">
                        if provider.needs_key || provider.slug == CUSTOM {
                            <SecretsField id="keys" label={t.setup_key_of(&provider.name)} value={draft.key_text.clone()} help={keys_help}
                                error={fault(&["keys", "add_keys"])} on_input={edit(Box::new(|draft, text| draft.key_text = text))} on_add={add_keys} />
                        } else {
                            <p class="text-sm text-ink-2 md:pt-6">{t.channel_keys_not_needed(&provider.name)}</p>
                        }
                        <TextField id="name" label={t.channel_name()} value={draft.name.clone()} error={fault(&["name"])}
                            help={html! { provider.base_url.as_deref().map(host).unwrap_or_default().to_owned() }}
                            on_input={edit(Box::new(|draft, text| draft.name = text))} />
                    </div>
                    if own_address || !draft.base_url.is_empty() {
                        <TextField id="base_url" label={t.channel_base_url()} value={draft.base_url.clone()} mono=true inputmode="url" placeholder="https://"
                            error={fault(&["base_url"])} help={html! { t.channel_base_url_needed() }}
                            on_input={edit(Box::new(|draft, text| draft.base_url = text))} />
                    }
                    <Chips id="models" label={t.channel_models()} values={draft.models.clone()} on_change={set_models} error={fault(&["models"])}
                        help={html! { t.channel_models_help() }} placeholder={"gpt-5-mini, qwen3-max"} />
                </div>
                <TestPanel test={(*test).clone()} testing={*busy} />
            </section>
        }
    });
    let submit = {
        let (save, draft, channel, on_done) = (save, draft.clone(), channel.clone(), props.on_done.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if passed && unchanged { on_done.emit((*channel).clone()) } else { save.emit((*draft).clone()) }
        })
    };
    let on_skip = {
        let (on_done, channel) = (props.on_done.clone(), channel.clone());
        move |_: MouseEvent| on_done.emit((*channel).clone())
    };
    let has_choice = !draft.provider.is_empty();
    html! {
        <form novalidate=true onsubmit={submit}>
            <div class="mt-6 flex flex-wrap items-center gap-2">
                <Search value={(*search).clone()} placeholder={t.setup_provider_count(props.providers.len())} on_input={on_search}
                    class="w-[320px] max-md:w-full" />
                <span class="ml-auto max-md:hidden"></span>
                {demo.unwrap_or_default()}
            </div>
            {tiles}
            {form.unwrap_or_default()}
            if let Some(refusal) = &*refusal {
                <p class="help-err mt-4 !text-sm" role="alert">{Icon::CircleAlert.with("icon mt-0.5")}<span>{refusal}</span></p>
            }
            <div class="mt-6 flex flex-wrap items-center gap-3">
                <button type="submit" class="btn btn-primary" disabled={*busy || !has_choice}>
                    {if passed && unchanged { t.setup_continue() } else { t.setup_save_and_test() }}
                </button>
                <span class="ml-auto"></span>
                if !(passed && unchanged) {
                    <button type="button" class="btn btn-ghost" onclick={on_skip}>{t.do_skip()}</button>
                }
            </div>
        </form>
    }
}

fn tile(
    provider: &Provider,
    draft: &UseStateHandle<Draft>,
    providers: &Rc<Vec<Provider>>,
    t: crate::i18n::Text,
) -> Html {
    let onchange = {
        let (draft, provider, providers) = (draft.clone(), provider.clone(), providers.clone());
        move |_: Event| {
            let mut next = (*draft).clone();
            next.choose(&provider, view::provider(&providers, &draft.provider));
            if provider.base_url.is_some() {
                next.base_url.clear();
            }
            draft.set(next);
        }
    };
    html! {
        <label key={provider.slug.clone()} class="provider-tile" title={provider.name.clone()}>
            <input type="radio" name="provider" class="sr-only" checked={draft.provider == provider.slug} {onchange} />
            <span class="mono-tile" aria-hidden="true">{&provider.tile}</span>
            <span class="min-w-0 leading-[17px]">
                <b class="block truncate font-medium text-sm">{&provider.name}</b>
                <span class="block truncate text-xs text-ink-3">{super::super::channels::hint(t, provider)}</span>
            </span>
        </label>
    }
}

fn found(providers: &[Provider], search: &str) -> Vec<Provider> {
    if let Some((provider, _)) = by_address(providers, search) {
        return vec![provider.clone()];
    }
    let search = search.trim().to_lowercase();
    let hits = |text: &str| text.to_lowercase().contains(&search);
    let matches = |provider: &&Provider| {
        hits(&provider.name) || hits(&provider.slug) || provider.base_url.as_deref().is_some_and(hits)
    };
    providers.iter().filter(matches).cloned().collect()
}

/// Whose address a pasted base URL is: a provider's that we know, else any OpenAI-compatible one's.
fn by_address<'a>(providers: &'a [Provider], text: &str) -> Option<(&'a Provider, String)> {
    let url = text.trim();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    if rest.is_empty() {
        return None;
    }
    let known =
        providers.iter().find(|provider| provider.base_url.as_deref().is_some_and(|known| host(known) == host(url)));
    let provider = known.or_else(|| view::provider(providers, CUSTOM))?;
    Some((provider, url.to_owned()))
}

fn check(wanted: &Draft, before: Option<&Channel>, provider: Option<&Provider>) -> Result<(), Fields> {
    match before.filter(|channel| channel.provider == wanted.provider) {
        Some(channel) => wanted.patch(channel).map(drop),
        None => wanted.create(provider).map(drop),
    }
}

/// Makes the channel, or changes the one that this page made before. A channel keeps its provider, so another
/// provider means another channel, and the first one goes.
async fn put(wanted: &Draft, before: Option<Channel>) -> Result<Channel, Failure> {
    match before {
        Some(channel) if channel.provider == wanted.provider => {
            let Ok(mut patch) = wanted.patch(&channel) else { return Ok(channel) };
            if !patch.add_keys.is_empty() {
                // One line for keys: what is typed there now replaces what was wrong before.
                patch.remove_keys = channel.keys.iter().map(|key| key.id).collect();
            }
            api::channels::update(channel.id, &patch).await
        }
        before => {
            let Ok(new) = wanted.create(None) else { return Err(Failure::Foreign) };
            if let Some(before) = before {
                api::channels::delete(before.id).await?;
            }
            api::channels::create(&new).await
        }
    }
}

#[cfg(test)]
mod tests {
    use ::api::providers::AuthScheme;

    use super::*;

    fn provider(slug: &str, base_url: Option<&str>) -> Provider {
        Provider {
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
            tile: "Xx".to_owned(),
            base_url: base_url.map(str::to_owned),
            website: Some("https://example.com".to_owned()),
            keys_url: None,
            auth: AuthScheme::Bearer,
            auth_header: None,
            needs_key: true,
            local: false,
            dialects: Vec::new(),
            builtin: true,
            overridden: false,
            enabled: true,
            channels: 0,
        }
    }

    #[test]
    fn a_pasted_address_finds_its_provider_or_any_compatible_one() {
        let all = [provider("deepseek", Some("https://api.deepseek.com/v1")), provider("custom", None)];
        let slug = |text| by_address(&all, text).map(|(provider, _)| provider.slug.as_str());
        assert_eq!(slug(" https://api.deepseek.com "), Some("deepseek"));
        assert_eq!(slug("http://192.168.1.20:8000/v1"), Some("custom"));
        assert_eq!(slug("deepseek"), None);
        assert_eq!(slug("https://"), None);
    }

    #[test]
    fn a_provider_is_found_by_name_slug_or_address() {
        let all = [provider("deepseek", Some("https://api.deepseek.com/v1")), provider("openai", None)];
        for search in ["DEEP", "deepseek", "api.deep"] {
            assert_eq!(found(&all, search).len(), 1, "{search}");
        }
        assert_eq!(found(&all, "").len(), 2);
    }
}
