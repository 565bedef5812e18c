//! The first start: the owner, then a provider and a key, both of which can wait.

mod frame;
mod key;
mod owner;
mod provider;

use ::api::channels::Channel;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::{frame::Frame, key::KeyStep, owner::OwnerStep, provider::ProviderStep};
use crate::{
    api::{self, Failure},
    i18n::use_text,
    parts::{async_view::FailureView, link::PageLink},
    routes::Route,
    web::{self, use_title},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Owner,
    Provider,
    Key,
}

impl Step {
    const ALL: [Self; 3] = [Self::Owner, Self::Provider, Self::Key];
}

#[derive(Clone, PartialEq)]
enum State {
    Asking,
    /// There is no owner yet.
    Open,
    /// There was one before this page was opened.
    Closed,
    Failed(Failure),
}

#[component]
pub(crate) fn SetupPage() -> Html {
    let t = use_text();
    use_title(t.setup_title());
    let navigator = use_navigator();
    let state = use_state(|| State::Asking);
    let step = use_state(|| Step::Owner);
    let channel = use_state(|| None::<Channel>);
    // The link carries it behind the #, which browsers keep to themselves.
    let token = use_state(|| token_of(&web::window().location().hash().unwrap_or_default()));

    let ask = {
        let state = state.setter();
        use_callback((), move |(), ()| {
            let state = state.clone();
            spawn_local(async move {
                state.set(match api::setup::state().await {
                    Ok(setup) if setup.needed => State::Open,
                    Ok(_) => State::Closed,
                    Err(error) => State::Failed(error),
                });
            });
        })
    };
    {
        let ask = ask.clone();
        use_effect_with((), move |()| ask.emit(()));
    }

    let to = |next: Step| {
        let step = step.setter();
        Callback::from(move |()| step.set(next))
    };
    let finish = {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&Route::Home);
            }
        })
    };
    let content = match (&*state, *step) {
        (State::Asking, Step::Owner) => Html::default(),
        (State::Failed(error), Step::Owner) => html! { <FailureView failure={error.clone()} on_retry={ask} /> },
        (State::Closed, Step::Owner) => html! {<>
            <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_have_owner_headline()}</h1>
            <p class="mt-1 text-base text-ink-2 max-w-[520px]">{t.setup_have_owner_text()}</p>
            <div class="mt-6"><PageLink to={Route::Home} class="btn btn-primary">{t.login_submit()}</PageLink></div>
        </>},
        (State::Open, Step::Owner) if token.is_empty() => {
            let origin = web::window().location().origin().unwrap_or_default();
            html! {<>
                <h1 class="text-2xl font-semibold tracking-[-0.02em]">{t.setup_no_token_headline()}</h1>
                <p class="mt-1 mb-4 text-base text-ink-2 max-w-[520px]">{t.setup_no_token_text()}</p>
                <p class="code px-3 py-2 max-w-[520px] break-all">{format!("{origin}/setup#token=…")}</p>
            </>}
        }
        (State::Open, Step::Owner) => {
            let next = to(Step::Provider);
            let on_done = Callback::from(move |()| {
                // The token is spent; it needn't stay in the address.
                if let Some(navigator) = &navigator {
                    navigator.replace(&Route::Setup);
                }
                next.emit(());
            });
            html! { <OwnerStep token={(*token).clone()} {on_done} /> }
        }
        (_, Step::Provider) => {
            let (channel, next) = (channel.setter(), to(Step::Key));
            let on_done = Callback::from(move |made| {
                channel.set(made);
                next.emit(());
            });
            html! { <ProviderStep {on_done} /> }
        }
        (_, Step::Key) => {
            let model = channel.as_ref().and_then(|channel| channel.models.first().cloned());
            html! { <KeyStep {model} on_back={to(Step::Provider)} on_done={finish} /> }
        }
    };
    html! { <Frame step={*step}>{content}</Frame> }
}

/// The token in `#token=…`.
fn token_of(hash: &str) -> String {
    hash.trim_start_matches('#').split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::token_of;

    #[test]
    fn the_token_is_read_from_the_fragment() {
        assert_eq!(token_of("#token=abc-123"), "abc-123");
        assert_eq!(token_of("#lang=zh&token=abc"), "abc");
        assert_eq!(token_of(""), "");
    }
}
