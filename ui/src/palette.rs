//! The command palette: every page and action by name. Opened by ⌘K or Ctrl K, from everywhere.

use ::api::{
    channels::ChannelQuery,
    keys::KeyQuery,
    models::ModelQuery,
    session::{Role, User},
    users::AccountQuery,
};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api,
    ask::use_ask,
    i18n::{Lang, Text, use_text},
    nav,
    parts::{icon::Icon, modal::Modal},
    prefs::{Theme, use_prefs},
    routes::Route,
    web,
};

/// Something that can be run by its name.
#[derive(Clone, PartialEq)]
pub(crate) struct Command {
    icon: Icon,
    label: AttrValue,
    /// What kind of thing it is.
    hint: AttrValue,
    run: Callback<()>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct PaletteProps {
    pub(crate) user: User,
    pub(crate) on_shortcuts: Callback<()>,
    pub(crate) on_sign_out: Callback<()>,
    pub(crate) on_close: Callback<()>,
}

#[component]
pub(crate) fn Palette(props: &PaletteProps) -> Html {
    let t = use_text();
    let search = use_state(String::new);
    let at = use_state(|| 0_usize);
    let things = use_things(&props.user, &search);
    let found = matching(&use_commands(props), &things, &search);
    let last = found.len().saturating_sub(1);
    let at_now = (*at).min(last);

    let run = {
        let on_close = props.on_close.clone();
        Callback::from(move |command: Command| {
            // Closed first: what runs may open an overlay of its own.
            on_close.emit(());
            command.run.emit(());
        })
    };
    let oninput = {
        let (search, at) = (search.setter(), at.setter());
        Callback::from(move |event: InputEvent| {
            at.set(0);
            search.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let (found, run, at) = (found.clone(), run.clone(), at.setter());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => at.set(if at_now == last { 0 } else { at_now + 1 }),
                "ArrowUp" => at.set(if at_now == 0 { last } else { at_now - 1 }),
                "Enter" => {
                    if let Some(command) = found.get(at_now) {
                        run.emit(command.clone());
                    }
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    use_effect_with(at_now, |at| {
        let chosen = web::document().get_element_by_id(&option_id(*at));
        chosen.as_ref().inspect(|chosen| scroll_to(chosen));
    });
    let options = found.iter().enumerate().map(|(index, command)| {
        let (one, run, at) = (command.clone(), run.clone(), at.setter());
        html! {
            <div role="option" id={option_id(index)} class="menu-item" aria-selected={if index == at_now { "true" } else { "false" }}
                onmousemove={move |_| at.set(index)} onclick={move |_| run.emit(one.clone())}>
                {command.icon.view()}<span class="truncate">{&command.label}</span>
                <span class="ml-auto pl-3 text-xs text-ink-3 whitespace-nowrap">{&command.hint}</span>
            </div>
        }
    });
    html! {
        <Modal labelled_by="palette-title" class="dialog palette" on_close={&props.on_close}>
            <h2 id="palette-title" class="sr-only">{t.palette_title()}</h2>
            <label class="flex items-center gap-2.5 h-12 px-4 border-b border-line">
                {Icon::Search.with("icon text-ink-3")}
                <input class="flex-1 min-w-0 bg-transparent outline-none text-base" role="combobox" aria-expanded="true" aria-controls="palette-list"
                    aria-activedescendant={(!found.is_empty()).then(|| option_id(at_now))} aria-autocomplete="list" aria-label={t.palette_search()}
                    placeholder={t.palette_search()} autofocus=true autocomplete="off" spellcheck="false" value={(*search).clone()} {oninput} {onkeydown} />
                <kbd class="kbd kbd-xs" aria-hidden="true">{"Esc"}</kbd>
            </label>
            <div id="palette-list" role="listbox" aria-label={t.palette_title()} class="p-1.5 max-h-[min(420px,60dvh)] overflow-y-auto">
                for option in options { {option} }
            </div>
            if found.is_empty() { <p class="px-4 pb-4 text-ink-2" role="status">{t.combo_nothing()}</p> }
        </Modal>
    }
}

fn option_id(index: usize) -> String {
    format!("palette-{index}")
}

fn scroll_to(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Pages and actions.
#[hook]
fn use_commands(props: &PaletteProps) -> Vec<Command> {
    let t = use_text();
    let prefs = use_prefs();
    let navigator = use_navigator();
    let go = |route: Route| {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&route);
            }
        })
    };
    let page = |entry: &nav::Entry| Command {
        icon: entry.icon,
        label: (entry.label)(t).into(),
        hint: t.palette_page().into(),
        run: go((entry.route)()),
    };
    let mut commands: Vec<Command> = nav::pages(&props.user).iter().map(page).collect();
    let action =
        |icon, label: &'static str, run| Command { icon, label: label.into(), hint: t.palette_action().into(), run };
    if props.user.role >= Role::Admin {
        commands.push(action(Icon::Plus, t.channels_add(), go(Route::NewChannel)));
    }
    for theme in Theme::ALL.into_iter().filter(|theme| *theme != prefs.theme) {
        let (icon, label) = match theme {
            Theme::Light => (Icon::Sun, t.palette_light()),
            Theme::Dark => (Icon::Moon, t.palette_dark()),
            Theme::System => (Icon::Monitor, t.palette_system()),
        };
        commands.push(action(icon, label, prefs.set_theme.reform(move |()| theme)));
    }
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != prefs.lang) {
        commands.push(action(Icon::Languages, lang.name(), prefs.set_lang.reform(move |()| lang)));
    }
    commands.push(action(Icon::Keyboard, t.shortcuts_title(), props.on_shortcuts.clone()));
    commands.push(action(Icon::LogOut, t.nav_sign_out(), props.on_sign_out.clone()));
    commands
}

/// What has a name and a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Channel,
    Model,
    User,
    Key,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Channel, Self::Model, Self::User, Self::Key];

    fn label(self, t: Text) -> &'static str {
        match self {
            Self::Channel => t.palette_channel(),
            Self::Key => t.palette_key(),
            Self::Model => t.palette_model(),
            Self::User => t.palette_user(),
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Channel => Icon::Waypoints,
            Self::Key => Icon::KeyRound,
            Self::Model => Icon::Box,
            Self::User => Icon::Users,
        }
    }

    /// The first of this kind that the server finds; none if it can't be asked.
    async fn find(self, words: &str) -> Vec<(String, Route)> {
        let search = Some(words.to_owned());
        match self {
            Self::Channel => {
                let page =
                    api::channels::page(ChannelQuery { search, page_size: FOUND, ..ChannelQuery::default() }).await;
                page.map(|page| page.items.into_iter().map(|it| (it.name, Route::Channel { id: it.id })).collect())
            }
            Self::Model => {
                let page = api::models::page(ModelQuery { search, page_size: FOUND, ..ModelQuery::default() }).await;
                page.map(|page| page.items.into_iter().map(|it| (it.name, Route::Model { id: it.id })).collect())
            }
            Self::User => {
                let page = api::users::page(AccountQuery { search, page_size: FOUND, ..AccountQuery::default() }).await;
                page.map(|page| page.items.into_iter().map(|it| (it.username, Route::User { id: it.id })).collect())
            }
            Self::Key => {
                let page = api::keys::page(KeyQuery { search, page_size: FOUND, ..KeyQuery::default() }).await;
                page.map(|page| page.items.into_iter().map(|it| (it.name, Route::Key { id: it.id })).collect())
            }
        }
        .unwrap_or_default()
    }
}

/// How many of each kind are asked for.
const FOUND: i64 = 20;

/// What the gateway holds by name, found as it is typed; without it the palette still has pages and actions.
#[hook]
fn use_things(user: &User, search: &str) -> Vec<Command> {
    let t = use_text();
    let navigator = use_navigator();
    let wanted = needle(search, &Kind::ALL.map(|kind| kind.label(t)));
    let admin = user.role >= Role::Admin;
    let answer = use_ask(wanted.clone().map(|words| (words, admin)), |(words, admin)| async move {
        let mut things = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| admin || *kind == Kind::Key) {
            things.extend(kind.find(&words).await.into_iter().map(|(name, route)| (kind, name, route)));
        }
        things
    });
    let Some((wanted, answer)) = wanted.zip(answer) else { return Vec::new() };
    // What answers an older search is shown as far as it fits.
    let words = search.to_lowercase();
    let fits = |kind: Kind, name: &str| {
        let text = format!("{name} {}", kind.label(t)).to_lowercase();
        words.split_whitespace().all(|word| text.contains(word) || (word == wanted && answer.0.0 == wanted))
    };
    let found = answer.1.iter().filter(|(kind, name, _)| fits(*kind, name)).map(|(kind, name, route)| {
        let (navigator, route) = (navigator.clone(), route.clone());
        let run = Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&route);
            }
        });
        Command { icon: kind.icon(), label: name.clone().into(), hint: kind.label(t).into(), run }
    });
    found.collect()
}

/// What the server is asked: the longest word that isn't part of a kind's name, if any; the others are matched here.
fn needle(search: &str, kinds: &[&str]) -> Option<String> {
    let search = search.trim().to_lowercase();
    let words = || search.split_whitespace();
    let is_kind = |word: &&str| kinds.iter().any(|kind| kind.to_lowercase().contains(word));
    let named = words().filter(|word| !is_kind(word)).max_by_key(|word| word.chars().count());
    named.or_else(|| words().next()).map(str::to_owned)
}

/// How many are shown at once; typing brings the others.
const MOST: usize = 40;

/// Commands whose name or kind has every word that is typed, and `things`; names that begin with what is typed come first.
fn matching(commands: &[Command], things: &[Command], search: &str) -> Vec<Command> {
    let search = search.trim().to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let mut found: Vec<Command> = commands
        .iter()
        .filter(|command| {
            let text = format!("{} {}", command.label, command.hint).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
        .chain(things)
        .cloned()
        .collect();
    found.sort_by_key(|command| {
        let name = command.label.to_lowercase();
        // The server also finds what belongs to it, such as the channels that serve a model.
        (!name.starts_with(&search), !name.contains(&search))
    });
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&'static str]) -> Vec<Command> {
        let command = |name: &&'static str| Command {
            icon: Icon::Plus,
            label: AttrValue::Static(name),
            hint: "Page".into(),
            run: Callback::noop(),
        };
        names.iter().map(command).collect()
    }

    #[test]
    fn what_begins_with_the_search_comes_first() {
        let commands = named(&["Add channel", "Channels", "Keys"]);
        let found: Vec<_> = matching(&commands, &[], "chan").into_iter().map(|command| command.label).collect();
        assert_eq!(found, ["Channels", "Add channel"]);
    }

    #[test]
    fn every_word_counts_in_any_order() {
        let commands = named(&["Add channel", "Channels"]);
        assert_eq!(matching(&commands, &[], "channel add").len(), 1);
        assert_eq!(matching(&commands, &[], "").len(), 2);
        assert!(matching(&commands, &[], "nothing").is_empty());
    }

    #[test]
    fn the_server_is_asked_for_the_word_that_names_something() {
        let needle = |search: &str| needle(search, &["Channel", "Key", "Model", "User"]);
        assert_eq!(needle("Channel Main"), Some("main".to_owned()));
        assert_eq!(needle(" team  OpenAI key"), Some("openai".to_owned()));
        assert_eq!(needle("chan"), Some("chan".to_owned()), "it may be a name as well");
        assert_eq!(needle("  "), None);
    }
}
