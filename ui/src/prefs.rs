//! Language and theme: chosen by the person, kept in the browser, applied to `<html>`.
//!
//! `static/boot.js` applies the same values before the first paint.

use gloo_events::EventListener;
use yew::prelude::*;

use crate::{
    i18n::{Lang, use_text},
    parts::{
        icon::Icon,
        segmented::{Choice, Segmented},
    },
    web,
};

const LANG: &str = "aigw.lang";
const THEME: &str = "aigw.theme";
const DARK: &str = "(prefers-color-scheme: dark)";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
    /// As the operating system has it, also when it changes.
    System,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::System];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }
}

#[derive(Clone, PartialEq)]
pub(crate) struct Prefs {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    pub(crate) set_lang: Callback<Lang>,
    pub(crate) set_theme: Callback<Theme>,
}

#[hook]
pub(crate) fn use_prefs() -> Prefs {
    use_context().expect("the app provides preferences")
}

#[derive(Properties, PartialEq)]
pub(crate) struct ProviderProps {
    pub(crate) children: Html,
}

#[component]
pub(crate) fn PrefsProvider(props: &ProviderProps) -> Html {
    let lang = use_state(|| {
        let browser = web::window().navigator().language().unwrap_or_default();
        Lang::closest(&saved(LANG).unwrap_or(browser))
    });
    let theme = use_state(|| {
        let saved = saved(THEME);
        Theme::ALL.into_iter().find(|theme| Some(theme.as_str()) == saved.as_deref()).unwrap_or(Theme::System)
    });

    use_effect_with(*lang, |lang| root_attribute("lang", lang.tag()));
    use_effect_with(*theme, |theme| {
        let theme = *theme;
        apply(theme);
        let system = web::window().match_media(DARK).ok().flatten();
        let listener = system.map(|system| EventListener::new(&system, "change", move |_| apply(theme)));
        move || drop(listener)
    });

    let prefs = Prefs {
        lang: *lang,
        theme: *theme,
        set_lang: Callback::from(move |chosen: Lang| {
            save(LANG, chosen.tag());
            lang.set(chosen);
        }),
        set_theme: Callback::from(move |chosen: Theme| {
            save(THEME, chosen.as_str());
            theme.set(chosen);
        }),
    };
    html! { <ContextProvider<Prefs> context={prefs}>{props.children.clone()}</ContextProvider<Prefs>> }
}

#[component]
pub(crate) fn LanguageChoice() -> Html {
    let (t, prefs) = (use_text(), use_prefs());
    let choices: Vec<_> = Lang::ALL.into_iter().map(|lang| Choice::new(lang, lang.name())).collect();
    html! {
        <Segmented<Lang> label={t.prefs_language()} {choices} value={prefs.lang} on_choose={prefs.set_lang} class="seg-wide" />
    }
}

#[component]
pub(crate) fn ThemeChoice() -> Html {
    let (t, prefs) = (use_text(), use_prefs());
    let name = |theme| match theme {
        Theme::Light => t.prefs_light(),
        Theme::Dark => t.prefs_dark(),
        Theme::System => t.prefs_system(),
    };
    let choices: Vec<_> = Theme::ALL.into_iter().map(|theme| Choice::new(theme, name(theme))).collect();
    html! {
        <Segmented<Theme> label={t.prefs_theme()} {choices} value={prefs.theme} on_choose={prefs.set_theme} class="seg-wide" />
    }
}

/// Both as small buttons that go to the next choice, for pages without a menu.
#[component]
pub(crate) fn QuickPrefs() -> Html {
    let (t, prefs) = (use_text(), use_prefs());
    let other = if prefs.lang == Lang::En { Lang::ZhCn } else { Lang::En };
    let (next, icon, label) = match prefs.theme {
        Theme::System => (Theme::Light, Icon::Monitor, t.prefs_system()),
        Theme::Light => (Theme::Dark, Icon::Sun, t.prefs_light()),
        Theme::Dark => (Theme::System, Icon::Moon, t.prefs_dark()),
    };
    let (set_lang, set_theme) = (prefs.set_lang, prefs.set_theme);
    html! {
        <div class="flex items-center gap-1">
            <button type="button" class="btn btn-ghost btn-xs" lang={other.tag()} onclick={move |_| set_lang.emit(other)}>
                {Icon::Languages.small()}{other.name()}
            </button>
            <button type="button" class="btn btn-ghost btn-xs" aria-label={format!("{}: {label}", t.prefs_theme())} onclick={move |_| set_theme.emit(next)}>
                {icon.small()}{label}
            </button>
        </div>
    }
}

fn apply(theme: Theme) {
    let system_is_dark = || web::window().match_media(DARK).ok().flatten().is_some_and(|query| query.matches());
    let dark = theme == Theme::Dark || (theme == Theme::System && system_is_dark());
    root_attribute("data-theme", if dark { "dark" } else { "light" });
}

fn root_attribute(name: &str, value: &str) {
    if let Some(root) = web::document().document_element() {
        let _valid_name = root.set_attribute(name, value);
    }
}

pub(crate) fn saved(key: &str) -> Option<String> {
    web::storage()?.get_item(key).ok().flatten()
}

pub(crate) fn save(key: &str, value: &str) {
    if let Some(storage) = web::storage() {
        // Storage that is full or forbidden costs the person nothing but the memory of this choice.
        let _forgotten = storage.set_item(key, value);
    }
}
