//! The console's addresses. Pages never build them by hand.

use serde::{Deserialize, Serialize};
use yew_router::prelude::*;

use crate::pages::settings::Section;

#[derive(Debug, Clone, PartialEq, Eq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    Home,
    #[at("/setup")]
    Setup,
    #[at("/login")]
    Login,
    #[at("/channels")]
    Channels,
    #[at("/channels/new")]
    NewChannel,
    #[at("/channels/:id")]
    Channel { id: i64 },
    #[at("/dashboard")]
    Dashboard,
    #[at("/keys")]
    Keys,
    #[at("/keys/:id")]
    Key { id: i64 },
    #[at("/models")]
    Models,
    #[at("/models/:id")]
    Model { id: i64 },
    #[at("/playground")]
    Playground,
    #[at("/providers")]
    Providers,
    #[at("/providers/:slug")]
    Provider { slug: String },
    #[at("/usage")]
    Usage,
    #[at("/users")]
    Users,
    #[at("/users/new")]
    NewUser,
    #[at("/users/:id")]
    User { id: i64 },
    #[at("/groups")]
    Groups,
    #[at("/settings")]
    Settings,
    #[at("/settings/:section")]
    SettingsSection { section: Section },
    #[at("/logs")]
    Logs,
    #[at("/logs/:id")]
    Log { id: String },
    #[cfg(feature = "design")]
    #[at("/design")]
    Design,
    #[not_found]
    #[at("/404")]
    NotFound,
}

/// Where to go after signing in.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct LoginQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl LoginQuery {
    /// The page to go on to: one of ours, never another site's address.
    pub(crate) fn route(&self) -> Route {
        self.next
            .as_deref()
            .and_then(Route::recognize)
            .filter(|route| !matches!(route, Route::NotFound | Route::Login | Route::Setup))
            .unwrap_or(Route::Home)
    }
}

/// What a new channel starts with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct NewChannelQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_login(next: &str) -> Route {
        LoginQuery { next: Some(next.to_owned()) }.route()
    }

    #[test]
    fn a_person_comes_back_to_the_page_they_wanted() {
        assert_eq!(after_login("/channels/3"), Route::Channel { id: 3 });
        assert_eq!(after_login("/channels/new"), Route::NewChannel);
    }

    #[test]
    fn an_address_that_is_not_ours_leads_home() {
        for bad in ["https://evil.example/", "//evil.example", "/login", "javascript:alert(1)", ""] {
            assert_eq!(after_login(bad), Route::Home, "{bad}");
        }
    }
}
