//! Who is signed in, for every page.

use api::session::{Role, User};
use yew::prelude::*;

use crate::{api::on_signed_out, prefs::ProviderProps};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    /// Not asked yet.
    Unknown,
    Nobody,
    Person(User),
}

#[derive(Clone, PartialEq)]
pub(crate) struct Session {
    pub(crate) who: Who,
    pub(crate) set: Callback<Who>,
}

impl Session {
    /// The person, if somebody is signed in.
    pub(crate) fn user(&self) -> Option<&User> {
        match &self.who {
            Who::Person(user) => Some(user),
            Who::Unknown | Who::Nobody => None,
        }
    }

    /// Whether the person may see channels.
    pub(crate) fn is_admin(&self) -> bool {
        matches!(&self.who, Who::Person(user) if user.role >= Role::Admin)
    }
}

#[hook]
pub(crate) fn use_session() -> Session {
    use_context().expect("the app provides the session")
}

#[component]
pub(crate) fn SessionProvider(props: &ProviderProps) -> Html {
    let who = use_state(|| Who::Unknown);
    let set = who.setter();
    let set = Callback::from(move |who: Who| set.set(who));
    {
        let set = set.clone();
        use_effect_with((), move |()| on_signed_out(set.reform(|()| Who::Nobody)));
    }
    let session = Session { who: (*who).clone(), set };
    html! { <ContextProvider<Session> context={session}>{props.children.clone()}</ContextProvider<Session>> }
}
