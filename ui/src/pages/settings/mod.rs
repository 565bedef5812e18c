//! Settings: what the gateway runs with, and one's own account.

mod about;
mod appearance;
mod audit;
mod books;
mod budget;
mod choice;
mod device;
mod diff;
mod find;
mod general;
mod profile;
mod row;
mod section;
mod sessions;
mod tokens;
mod words;

use ::api::session::{Role, User};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) use self::section::Section;
use self::{
    about::About,
    appearance::Appearance,
    audit::Audit,
    budget::Budget,
    find::{Found, Results, find},
    general::General,
    profile::Profile,
    row::Wanted,
    sessions::Sessions,
    tokens::Tokens,
};
use crate::{
    i18n::use_text,
    pages::not_found::NotFound,
    parts::{header::PageHeader, icon::Icon, link::PageLink},
    routes::Route,
    session::use_session,
    web::{self, use_hotkey, use_title},
};

#[derive(Properties, PartialEq)]
pub(crate) struct SettingsProps {
    /// The first that the person may open if absent.
    #[prop_or_default]
    pub(crate) section: Option<Section>,
}

#[component]
pub(crate) fn SettingsPage(props: &SettingsProps) -> Html {
    let t = use_text();
    let session = use_session();
    let navigator = use_navigator();
    let role = session.user().map_or(Role::Member, |user| user.role);
    let section = props.section.or_else(|| Section::open_to(role).next()).unwrap_or(Section::About);
    use_title(section.label(t));
    let (searched, wanted) = (use_state(String::new), use_state(|| None::<&'static str>));
    let focus = use_callback((), |(), ()| web::focus("#find-setting"));
    use_hotkey("/", focus);
    if role < section.needs() {
        return html! { <NotFound /> };
    }
    let go = {
        let (searched, wanted) = (searched.setter(), wanted.setter());
        Callback::from(move |(section, id): (Section, Option<&'static str>)| {
            searched.set(String::new());
            wanted.set(id);
            if let Some(navigator) = &navigator {
                navigator.push(&Route::SettingsSection { section });
            }
        })
    };
    let choose = go.reform(|found: Found| (found.section, Some(found.id)));
    let onchange = Callback::from(move |event: Event| {
        if let Ok(section) = event.target_unchecked_into::<HtmlSelectElement>().value().parse() {
            go.emit((section, None));
        }
    });
    let found = find(t, role, &searched);
    let search = {
        let set = searched.setter();
        let oninput = move |event: InputEvent| set.set(event.target_unchecked_into::<HtmlInputElement>().value());
        let (set, choose, first) = (searched.setter(), choose.clone(), found.first().copied());
        let onkeydown = move |event: KeyboardEvent| match (event.key().as_str(), first) {
            ("Enter", Some(first)) => choose.emit(first),
            ("Escape", _) => set.set(String::new()),
            _ => {}
        };
        html! {
            <label class="input input-sm w-[240px] max-md:w-44">
                {Icon::Search.with("icon icon-sm text-ink-3")}
                <input id="find-setting" type="search" placeholder={t.settings_find()} aria-label={t.settings_find()} autocomplete="off" spellcheck="false"
                    value={(*searched).clone()} {oninput} {onkeydown} />
            </label>
        }
    };
    let links = Section::open_to(role).map(|one| {
        html! {
            <PageLink to={Route::SettingsSection { section: one }} current={one == section}>{one.label(t)}</PageLink>
        }
    });
    let options = Section::open_to(role).map(|one| {
        html! { <option value={one.as_str()} selected={one == section}>{one.label(t)}</option> }
    });
    let content = match (section, session.user()) {
        _ if !searched.trim().is_empty() => {
            html! { <Results {found} none={t.settings_find_none(searched.trim())} on_choose={choose} /> }
        }
        (Section::General, _) => html! { <General /> },
        (Section::Budget, _) => html! { <Budget /> },
        (Section::Appearance, _) => html! { <Appearance /> },
        (Section::Profile, Some(user)) => html! { <Profile user={user.clone()} /> },
        (Section::Profile, None) => Html::default(),
        (Section::Sessions, _) => html! { <Sessions /> },
        (Section::Tokens, _) => html! { <Tokens /> },
        (Section::Audit, _) => html! { <Audit /> },
        (Section::About, _) => html! { <About /> },
    };
    html! {<>
        <PageHeader title={t.settings_title()}>{search}</PageHeader>
        <div class="border-t border-line grid grid-cols-[minmax(0,1fr)] md:grid-cols-[196px_minmax(0,1fr)] max-md:auto-rows-min flex-1 min-h-0">
            <nav class="nav max-md:hidden p-3 pl-4 border-r border-line" aria-label={t.settings_title()}>{for links}</nav>
            <div class="md:hidden px-4 py-2 border-b border-line">
                <select class="select select-sm w-full" aria-label={t.settings_title()} {onchange}>{for options}</select>
            </div>
            <div class="min-w-0 md:overflow-y-auto flex flex-col" role="region" tabindex="0" aria-label={section.label(t)}>
                <ContextProvider<Wanted> context={Wanted(*wanted)}>{content}</ContextProvider<Wanted>>
            </div>
        </div>
    </>}
}

/// The head of a section, and what it holds.
fn page(title: &str, text: &str, content: Html) -> Html {
    html! {
        <div class="px-4 md:px-8 pt-5 pb-24 w-full max-w-[840px]">
            <h2 class="text-lg font-semibold tracking-[-0.01em]">{title.to_owned()}</h2>
            <p class="text-base text-ink-2 mb-5 max-w-[560px]">{text.to_owned()}</p>
            {content}
        </div>
    }
}

fn name_of(user: &User) -> &str {
    if user.display_name.is_empty() { &user.username } else { &user.display_name }
}
