//! What every page stands in: preferences, session, toasts, and the router.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    api::{self, Failure},
    pages,
    parts::{async_view::FailureView, toast::ToastProvider},
    prefs::PrefsProvider,
    routes::{LoginQuery, Route},
    session::{SessionProvider, Who, use_session},
    shell::Shell,
};

#[component]
pub(crate) fn App() -> Html {
    html! {
        <PrefsProvider><SessionProvider><ToastProvider><BrowserRouter>
            <Page />
        </BrowserRouter></ToastProvider></SessionProvider></PrefsProvider>
    }
}

#[component]
fn Page() -> Html {
    let session = use_session();
    let Some(route) = use_route::<Route>() else { return Html::default() };
    match route {
        Route::Setup => html! { <pages::setup::SetupPage /> },
        // Whoever is signed in already, or has yet to set up the gateway, belongs elsewhere.
        Route::Login if session.who == Who::Unknown => html! { <Guarded {route} /> },
        Route::Login => html! { <pages::login::LoginPage /> },
        _ => html! { <Guarded {route} /> },
    }
}

#[derive(Properties, PartialEq)]
struct GuardedProps {
    route: Route,
}

/// Pages for people who are signed in. Others are sent to set up the gateway or to sign in, and come back.
#[component]
fn Guarded(props: &GuardedProps) -> Html {
    let session = use_session();
    let navigator = use_navigator();
    let failure = use_state(|| None::<Failure>);
    let attempt = use_state(|| 0_u32);

    {
        let (who, set, failure) = (session.who.clone(), session.set.clone(), failure.setter());
        let wanted = props.route.clone();
        use_effect_with((who, *attempt), move |(who, _)| match who {
            Who::Person(_) => {}
            Who::Unknown => wasm_bindgen_futures::spawn_local(async move {
                match first_look().await {
                    Ok(Look::SetUpFirst) => {
                        if let Some(navigator) = navigator {
                            navigator.replace(&Route::Setup);
                        }
                    }
                    Ok(Look::Is(who)) => set.emit(who),
                    Err(error) => failure.set(Some(error)),
                }
            }),
            Who::Nobody => {
                if let (Some(navigator), false) = (navigator, wanted == Route::Login) {
                    let next = (wanted != Route::Home).then(|| wanted.to_path());
                    // A query of one text always serialises.
                    let _ok = navigator.replace_with_query(&Route::Login, &LoginQuery { next });
                }
            }
        });
    }

    match (&session.who, &*failure) {
        (Who::Person(user), _) => {
            let admin = session.is_admin();
            let page = match &props.route {
                Route::Home => html! { <Redirect<Route> to={Route::Dashboard} /> },
                Route::Dashboard => html! { <pages::dashboard::DashboardPage /> },
                Route::Channels if admin => html! { <pages::channels::ChannelsPage /> },
                Route::NewChannel if admin => {
                    html! { <pages::channels::ChannelsPage open={pages::channels::Open::New} /> }
                }
                Route::Channel { id } if admin => {
                    html! { <pages::channels::ChannelsPage open={pages::channels::Open::One(*id)} /> }
                }
                #[cfg(feature = "design")]
                Route::Design => html! { <pages::design::DesignPage /> },
                Route::Usage => html! { <pages::usage::UsagePage /> },
                Route::Users if admin => html! { <pages::users::UsersPage /> },
                Route::NewUser if admin => html! { <pages::users::UsersPage open={pages::users::Open::New} /> },
                Route::User { id } if admin => {
                    html! { <pages::users::UsersPage open={pages::users::Open::One(*id)} /> }
                }
                Route::Groups if admin => html! { <pages::groups::GroupsPage /> },
                Route::Settings => html! { <pages::settings::SettingsPage /> },
                Route::SettingsSection { section } => html! { <pages::settings::SettingsPage section={*section} /> },
                Route::Keys => html! { <pages::keys::KeysPage /> },
                Route::Key { id } => html! { <pages::keys::KeysPage open={*id} /> },
                Route::Models if admin => html! { <pages::models::ModelsPage /> },
                Route::Model { id } if admin => html! { <pages::models::ModelsPage open={*id} /> },
                Route::Playground => html! { <pages::playground::PlaygroundPage /> },
                Route::Providers if admin => html! { <pages::providers::ProvidersPage /> },
                Route::Provider { slug } if admin => html! { <pages::providers::ProvidersPage open={slug.clone()} /> },
                Route::Logs => html! { <pages::logs::LogsPage /> },
                Route::Log { id } => html! { <pages::logs::LogsPage open={AttrValue::from(id.clone())} /> },
                _ => html! { <pages::not_found::NotFound /> },
            };
            html! { <Shell user={user.clone()}>{page}</Shell> }
        }
        (_, Some(error)) => {
            let (failure, attempt) = (failure.clone(), attempt.clone());
            let retry = Callback::from(move |()| {
                failure.set(None);
                attempt.set(*attempt + 1);
            });
            html! { <main class="min-h-screen flex"><FailureView failure={error.clone()} on_retry={retry} /></main> }
        }
        _ => Html::default(),
    }
}

enum Look {
    SetUpFirst,
    Is(Who),
}

async fn first_look() -> Result<Look, Failure> {
    if api::setup::state().await?.needed {
        return Ok(Look::SetUpFirst);
    }
    match api::session::get().await {
        Ok(session) => Ok(Look::Is(Who::Person(session.user))),
        Err(error) if error.is_status(401) => Ok(Look::Is(Who::Nobody)),
        Err(error) => Err(error),
    }
}
