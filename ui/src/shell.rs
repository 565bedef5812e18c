//! The frame around every page for people who are signed in: navigation, the gateway's address, the person.

use ::api::{
    about::About,
    attention::Attention,
    session::{Role, User},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api,
    attention::use_attention,
    i18n::{Text, use_text},
    nav,
    palette::Palette,
    parts::{
        copy::CopyButton,
        icon::Icon,
        link::PageLink,
        mark::mark,
        menu::{Item, Menu},
        modal::Modal,
        status::Glyph,
        toast::use_toaster,
    },
    prefs::{LanguageChoice, ThemeChoice},
    routes::Route,
    session::{Who, use_session},
    shortcuts::{Asked, Shortcuts, use_global_keys},
    web,
};

#[derive(Properties, PartialEq)]
pub(crate) struct ShellProps {
    pub(crate) user: User,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Shell(props: &ShellProps) -> Html {
    let t = use_text();
    let menu_open = use_state(|| false);
    let about = use_state(|| None::<About>);
    {
        let about = about.setter();
        use_effect_with((), move |()| {
            let ask = Callback::from(move |()| {
                let about = about.clone();
                spawn_local(async move {
                    // Without it the frame lacks an address; whatever is wrong, the page will say.
                    about.set(api::about().await.ok());
                });
            });
            ask.emit(());
            api::on_about_changed(ask);
            || api::on_about_changed(Callback::noop())
        });
    }
    let attention = use_attention(props.user.role >= Role::Admin);
    let overlay = use_state(|| None::<Asked>);
    let ask = use_callback((), {
        let overlay = overlay.setter();
        move |asked: Asked, ()| overlay.set(Some(asked))
    });
    use_global_keys(&props.user, ask.clone());
    let sign_out = use_sign_out();
    let route = use_route::<Route>();
    {
        let menu_open = menu_open.setter();
        use_effect_with(route.clone(), move |_| menu_open.set(false));
    }
    let side = |place: &'static str| {
        html! { <Side user={props.user.clone()} about={(*about).clone()} attention={attention.clone()} route={route.clone()} on_ask={&ask} {place} /> }
    };
    let open = {
        let menu_open = menu_open.setter();
        move |_: MouseEvent| menu_open.set(true)
    };
    let close = {
        let menu_open = menu_open.setter();
        Callback::from(move |()| menu_open.set(false))
    };
    let hide = {
        let overlay = overlay.setter();
        Callback::from(move |()| overlay.set(None))
    };
    let shown = match *overlay {
        None => Html::default(),
        Some(Asked::Palette) => html! {
            <Palette user={props.user.clone()} on_shortcuts={ask.reform(|()| Asked::Help)} on_sign_out={sign_out} on_close={hide} />
        },
        Some(Asked::Help) => html! { <Shortcuts user={props.user.clone()} on_close={hide} /> },
    };
    html! {
        <div class="flex min-h-screen">
            <a class="skip btn btn-sm" href="#main">{t.nav_skip()}</a>
            <aside class="side"><div>{side("side")}</div></aside>
            <main id="main" tabindex="-1" class="flex-1 min-w-0 flex flex-col md:h-screen md:overflow-hidden relative outline-none">
                <div class="md:hidden flex items-center gap-1 h-12 px-2 border-b border-line bg-base-200 sticky top-0 z-10">
                    <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={t.nav_menu()} onclick={open}>{Icon::Menu.view()}</button>
                    <span class="flex items-center gap-2 font-semibold text-base">{mark("20")}{t.app_name()}</span>
                    <button type="button" class="btn btn-ghost btn-sm btn-square ml-auto" aria-label={t.palette_open()} title={t.palette_open()}
                        onclick={ask.reform(|_: MouseEvent| Asked::Palette)}>{Icon::Search.view()}</button>
                </div>
                {props.children.clone()}
            </main>
            {shown}
            if *menu_open {
                <Modal labelled_by="drawer-brand" class="sheet sheet-left !w-[264px] !bg-base-200" on_close={close}>
                    <div class="flex flex-col h-full">{side("drawer")}</div>
                </Modal>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SideProps {
    user: User,
    about: Option<About>,
    attention: Attention,
    route: Option<Route>,
    on_ask: Callback<Asked>,
    /// Keeps ids apart: the sidebar and the narrow drawer hold the same.
    place: &'static str,
}

#[component]
fn Side(props: &SideProps) -> Html {
    let t = use_text();
    let groups = nav::GROUPS.iter().enumerate().map(|(index, group)| {
        let entries = group.open_to(&props.user);
        let links = entries.iter().map(|entry| {
            let current = props.route.as_ref().is_some_and(|route| (entry.holds)(route));
            html! { <PageLink to={(entry.route)()} {current}>{entry.icon.view()}<span>{(entry.label)(t)}</span>{waiting(t, (entry.waiting)(&props.attention))}</PageLink> }
        });
        html! {<>
            if let (Some(label), false) = (group.label, entries.is_empty()) { <p>{label(t)}</p> } else if index > 0 { <hr /> }
            {for links}
        </>}
    });
    html! {<>
        <div id={format!("{}-brand", props.place)} class="flex items-center gap-2.5 h-14 px-4 font-semibold text-base tracking-[-0.01em]">
            {mark("22")}{t.app_name()}
        </div>
        <div class="px-3 pb-3">
            <button type="button" class="btn btn-sm w-full justify-start flex-nowrap gap-2 font-normal text-ink-2 whitespace-nowrap" onclick={props.on_ask.reform(|_: MouseEvent| Asked::Palette)}>
                {Icon::Search.small()}{t.palette_open()}<kbd class="kbd kbd-xs ml-auto" aria-hidden="true">{web::command_key()}</kbd>
            </button>
        </div>
        <nav class="nav px-3 flex-1 overflow-y-auto" aria-label={t.nav_main()}>
            {for groups}
        </nav>
        <div class="px-3 pb-3 grid gap-1">
            if let Some(about) = &props.about {
                <div class="px-2.5 py-2 text-xs text-ink-2">
                    <div class="flex items-center">
                        <span class="st">{Glyph::Disc.view()}{t.nav_serving()}</span>
                        <span class="ml-auto text-ink-3">{&about.version}</span>
                    </div>
                    <CopyButton text={about.base_url.clone()} label={t.nav_copy_address()}
                        class="mt-0.5 flex items-center gap-1.5 font-mono text-xs text-ink-2 max-w-full hover:text-base-content">
                        <span class="truncate">{without_scheme(&about.base_url)}</span>
                    </CopyButton>
                </div>
            }
            <UserMenu user={props.user.clone()} place={props.place} />
        </div>
    </>}
}

/// How many of a page's things wait for the reader.
fn waiting(t: Text, count: i64) -> Html {
    if count == 0 {
        return Html::default();
    }
    let words = t.nav_waiting(count);
    html! {
        <span class="ml-auto st text-xs t-err" title={words.clone()}>
            {Glyph::Triangle.view()}<span class="n" aria-hidden="true">{count}</span><span class="sr-only">{words}</span>
        </span>
    }
}

fn without_scheme(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).to_owned()
}

/// Ends the session; the page then asks to sign in.
#[hook]
fn use_sign_out() -> Callback<()> {
    let t = use_text();
    let session = use_session();
    let toaster = use_toaster();
    Callback::from(move |()| {
        let (set, toaster) = (session.set.clone(), toaster.clone());
        spawn_local(async move {
            match api::session::delete().await {
                Ok(()) => set.emit(Who::Nobody),
                Err(error) => toaster.failed(error.sentence(t)),
            }
        });
    })
}

#[derive(Properties, PartialEq)]
struct UserMenuProps {
    user: User,
    place: &'static str,
}

#[component]
fn UserMenu(props: &UserMenuProps) -> Html {
    let t = use_text();
    let sign_out = use_sign_out();
    let name = if props.user.display_name.is_empty() { &props.user.username } else { &props.user.display_name };
    let role = role_name(t, props.user.role);
    let header = html! {
        <div class="px-2 pt-1.5 pb-2 grid gap-2 border-b border-line mb-1">
            <LanguageChoice /><ThemeChoice />
        </div>
    };
    let items = vec![Item::new(Icon::LogOut.view(), t.nav_sign_out(), sign_out)];
    html! {
        <Menu id={format!("{}-user", props.place)} worded=true label={t.nav_account()} {header} {items}
            class="flex items-center gap-2.5 h-9 px-2.5 rounded-field text-left hover:bg-base-300/50 cursor-pointer w-full">
            <span class="mono-tile" aria-hidden="true">{initials(name)}</span>
            <span class="text-sm truncate">{name}</span>
            <span class="ml-auto text-xs text-ink-3">{role}</span>
            <span class="sr-only">{t.nav_account()}</span>
        </Menu>
    }
}

pub(crate) const fn role_name(t: Text, role: Role) -> &'static str {
    match role {
        Role::Owner => t.role_owner(),
        Role::Admin => t.role_admin(),
        Role::Member => t.role_member(),
    }
}

/// Two letters for a tile: of the first two words, or the first two of one; a single character of other scripts.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let Some(letter) = first.chars().next() else { return String::new() };
    if !letter.is_ascii() {
        return letter.to_string();
    }
    let second = words.next().and_then(|word| word.chars().next()).or_else(|| first.chars().nth(1));
    std::iter::once(letter).chain(second).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_holds_two_letters_or_one_character() {
        for (name, tile) in
            [("Lin Wei", "LW"), ("mara", "MA"), ("陈思远", "陈"), ("x", "X"), ("build-bot", "BB"), ("", "")]
        {
            assert_eq!(initials(name), tile);
        }
    }

    #[test]
    fn an_address_is_shown_without_its_scheme() {
        assert_eq!(without_scheme("http://127.0.0.1:3000"), "127.0.0.1:3000");
    }
}
