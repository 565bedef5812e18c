//! The command palette: every page and action by name. Opened by ⌘K or Ctrl K, from everywhere.

use ::api::session::User;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api,
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
    let commands = use_commands(props);
    let found = matching(&commands, &search);
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

/// Pages, actions, and what the gateway holds by name.
#[hook]
fn use_commands(props: &PaletteProps) -> Vec<Command> {
    let t = use_text();
    let prefs = use_prefs();
    let navigator = use_navigator();
    let things = use_things(&props.user);
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
    if props.user.role >= ::api::session::Role::Admin {
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
    commands.extend(things.iter().map(|thing| thing.command(t, go(thing.route.clone()))));
    commands
}

/// Something with a name and a page.
#[derive(Clone, PartialEq)]
struct Thing {
    kind: Kind,
    name: String,
    route: Route,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Channel,
    Key,
    Model,
    User,
}

impl Kind {
    fn label(self, t: Text) -> &'static str {
        match self {
            Self::Channel => t.palette_channel(),
            Self::Key => t.palette_key(),
            Self::Model => t.palette_model(),
            Self::User => t.palette_user(),
        }
    }
}

impl Kind {
    const fn icon(self) -> Icon {
        match self {
            Self::Channel => Icon::Waypoints,
            Self::Key => Icon::KeyRound,
            Self::Model => Icon::Box,
            Self::User => Icon::Users,
        }
    }
}

impl Thing {
    fn new(kind: Kind, name: String, route: Route) -> Self {
        Self { kind, name, route }
    }

    fn command(&self, t: Text, run: Callback<()>) -> Command {
        Command { icon: self.kind.icon(), label: self.name.clone().into(), hint: self.kind.label(t).into(), run }
    }
}

/// Read when the palette opens; without them it still has pages and actions.
#[hook]
fn use_things(user: &User) -> Vec<Thing> {
    let things = use_state(Vec::new);
    let admin = user.role >= ::api::session::Role::Admin;
    {
        let things = things.setter();
        use_effect_with((), move |()| spawn_local(async move { things.set(named(admin).await) }));
    }
    (*things).clone()
}

async fn named(admin: bool) -> Vec<Thing> {
    let mut things = Vec::new();
    if admin {
        let channels = api::channels::list().await.unwrap_or_default();
        things.extend(channels.into_iter().map(|it| Thing::new(Kind::Channel, it.name, Route::Channel { id: it.id })));
        let models = api::models::list().await.unwrap_or_default();
        things.extend(models.into_iter().map(|it| Thing::new(Kind::Model, it.name, Route::Model { id: it.id })));
        let users = api::users::list().await.unwrap_or_default();
        things.extend(users.into_iter().map(|it| Thing::new(Kind::User, it.username, Route::User { id: it.id })));
    }
    let keys = api::keys::list().await.unwrap_or_default();
    things.extend(keys.into_iter().map(|it| Thing::new(Kind::Key, it.name, Route::Key { id: it.id })));
    things
}

/// How many are shown at once; typing brings the others.
const MOST: usize = 40;

/// Commands whose name or kind has every word that is typed; names that begin with it come first.
fn matching(commands: &[Command], search: &str) -> Vec<Command> {
    let search = search.trim().to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let mut found: Vec<Command> = commands
        .iter()
        .filter(|command| {
            let text = format!("{} {}", command.label, command.hint).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
        .cloned()
        .collect();
    found.sort_by_key(|command| !command.label.to_lowercase().starts_with(&search));
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
        let found: Vec<_> = matching(&commands, "chan").into_iter().map(|command| command.label).collect();
        assert_eq!(found, ["Channels", "Add channel"]);
    }

    #[test]
    fn every_word_counts_in_any_order() {
        let commands = named(&["Add channel", "Channels"]);
        assert_eq!(matching(&commands, "channel add").len(), 1);
        assert_eq!(matching(&commands, "").len(), 2);
        assert!(matching(&commands, "nothing").is_empty());
    }
}
