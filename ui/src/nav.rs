//! The console's pages as people find them: in the sidebar, in the command palette, and by a key.

use api::{
    attention::Attention,
    session::{Role, User},
};

use crate::{i18n::Text, parts::icon::Icon, routes::Route};

/// A page that the navigation names.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) route: fn() -> Route,
    pub(crate) icon: Icon,
    pub(crate) label: fn(Text) -> &'static str,
    /// Typed after `g`.
    pub(crate) key: char,
    pub(crate) needs: Role,
    /// Whether it is the page that a route belongs to.
    pub(crate) holds: fn(&Route) -> bool,
    /// How many of its things wait for the reader.
    pub(crate) waiting: fn(&Attention) -> i64,
}

/// Pages that belong together, under a name.
pub(crate) struct Group {
    pub(crate) label: Option<fn(Text) -> &'static str>,
    pub(crate) entries: &'static [Entry],
}

pub(crate) const GROUPS: &[Group] = &[
    Group {
        label: None,
        entries: &[
            Entry {
                route: || Route::Dashboard,
                icon: Icon::Gauge,
                label: |t| t.nav_dashboard(),
                key: 'd',
                needs: Role::Member,
                holds: |route| matches!(route, Route::Home | Route::Dashboard),
                waiting: |_| 0,
            },
            Entry {
                route: || Route::Usage,
                icon: Icon::ChartColumn,
                label: |t| t.usage_title(),
                key: 'e',
                needs: Role::Member,
                holds: |route| matches!(route, Route::Usage),
                waiting: |_| 0,
            },
            Entry {
                route: || Route::Logs,
                icon: Icon::ScrollText,
                label: |t| t.nav_logs(),
                key: 'l',
                needs: Role::Member,
                holds: |route| matches!(route, Route::Logs | Route::Log { .. }),
                waiting: |_| 0,
            },
            Entry {
                route: || Route::Playground,
                icon: Icon::MessagesSquare,
                label: |t| t.nav_playground(),
                key: 'p',
                needs: Role::Member,
                holds: |route| matches!(route, Route::Playground),
                waiting: |_| 0,
            },
        ],
    },
    Group {
        label: Some(|t| t.nav_routing()),
        entries: &[
            Entry {
                route: || Route::Channels,
                icon: Icon::Waypoints,
                label: |t| t.nav_channels(),
                key: 'c',
                needs: Role::Admin,
                holds: |route| matches!(route, Route::Channels | Route::NewChannel | Route::Channel { .. }),
                waiting: |attention| attention.channels,
            },
            Entry {
                route: || Route::Models,
                icon: Icon::Box,
                label: |t| t.nav_models(),
                key: 'm',
                needs: Role::Admin,
                holds: |route| matches!(route, Route::Models | Route::Model { .. }),
                waiting: |_| 0,
            },
            Entry {
                route: || Route::Providers,
                icon: Icon::Blocks,
                label: |t| t.nav_providers(),
                key: 'r',
                needs: Role::Admin,
                holds: |route| matches!(route, Route::Providers | Route::Provider { .. }),
                waiting: |_| 0,
            },
        ],
    },
    Group {
        label: Some(|t| t.nav_access()),
        entries: &[
            Entry {
                route: || Route::Keys,
                icon: Icon::KeyRound,
                label: |t| t.nav_keys(),
                key: 'k',
                needs: Role::Member,
                holds: |route| matches!(route, Route::Keys | Route::Key { .. }),
                waiting: |_| 0,
            },
            Entry {
                route: || Route::Users,
                icon: Icon::Users,
                label: |t| t.nav_users(),
                key: 'u',
                needs: Role::Admin,
                holds: |route| matches!(route, Route::Users | Route::NewUser | Route::User { .. } | Route::Groups),
                waiting: |_| 0,
            },
        ],
    },
    Group {
        label: None,
        entries: &[Entry {
            route: || Route::Settings,
            icon: Icon::Settings,
            label: |t| t.nav_settings(),
            key: 's',
            needs: Role::Member,
            holds: |route| matches!(route, Route::Settings | Route::SettingsSection { .. }),
            waiting: |_| 0,
        }],
    },
];

impl Group {
    /// What of it a person may open.
    pub(crate) fn open_to(&self, user: &User) -> Vec<Entry> {
        self.entries.iter().filter(|entry| user.role >= entry.needs).copied().collect()
    }
}

/// Every page that a person may open, in the sidebar's order.
pub(crate) fn pages(user: &User) -> Vec<Entry> {
    GROUPS.iter().flat_map(|group| group.open_to(user)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_pages_answer_to_the_same_key() {
        let keys: Vec<char> = GROUPS.iter().flat_map(|group| group.entries).map(|entry| entry.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn every_page_holds_its_own_address() {
        for entry in GROUPS.iter().flat_map(|group| group.entries) {
            assert!((entry.holds)(&(entry.route)()));
        }
    }
}
