//! The first steps of a new gateway, above its numbers. Each finishes itself; done or dismissed, they are gone.

use ::api::onboarding::{Step, StepKind};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    api,
    i18n::{Text, use_text},
    parts::{icon::Icon, link::PageLink, status::Glyph},
    prefs::{save, saved},
    routes::Route,
};

const DISMISSED: &str = "aigw.onboarding";

#[derive(Properties, PartialEq)]
pub(crate) struct OnboardingProps {
    /// How many requests there were: one more may have finished a step.
    pub(crate) requests: i64,
}

#[component]
pub(crate) fn Onboarding(props: &OnboardingProps) -> Html {
    let t = use_text();
    let steps = use_state(Vec::<Step>::new);
    let dismissed = use_state(|| saved(DISMISSED).is_some());
    {
        let (steps, dismissed) = (steps.setter(), *dismissed);
        use_effect_with(props.requests, move |_| {
            if !dismissed {
                spawn_local(async move {
                    // The numbers below say what is wrong, if something is.
                    if let Ok(onboarding) = api::onboarding::read().await {
                        steps.set(onboarding.steps);
                    }
                });
            }
        });
    }
    if *dismissed || steps.iter().all(|step| step.done) {
        return Html::default();
    }
    let next = steps.iter().position(|step| !step.done);
    let dismiss = move |_: MouseEvent| {
        save(DISMISSED, "dismissed");
        dismissed.set(true);
    };
    let items = steps.iter().enumerate().map(|(index, step)| item(t, *step, Some(index) == next));
    html! {
        <section class="px-4 md:px-6 py-4 border-t border-line bg-base-200" aria-labelledby="onboarding">
            <div class="flex items-center gap-2">
                <h2 id="onboarding" class="h2">{t.onboarding_title()}</h2>
                <span class="text-xs text-ink-2">{t.onboarding_note()}</span>
                <button type="button" class="btn btn-ghost btn-xs btn-square ml-auto" aria-label={t.onboarding_dismiss()} title={t.onboarding_dismiss()}
                    onclick={dismiss}>{Icon::X.small()}</button>
            </div>
            <ol class="mt-2 grid gap-x-6 gap-y-3 md:grid-cols-2 xl:grid-cols-4">{for items}</ol>
        </section>
    }
}

fn item(t: Text, step: Step, next: bool) -> Html {
    let (name, text, action, to) = match step.kind {
        StepKind::Channel => (t.onboarding_channel(), t.onboarding_channel_text(), t.channels_add(), Route::NewChannel),
        StepKind::Test => (t.onboarding_test(), t.onboarding_test_text(), t.nav_channels(), Route::Channels),
        StepKind::Key => (t.onboarding_key(), t.onboarding_key_text(), t.keys_new(), Route::Keys),
        StepKind::Request => {
            (t.onboarding_request(), t.onboarding_request_text(), t.nav_playground(), Route::Playground)
        }
    };
    let (glyph, said) =
        if step.done { (Glyph::Disc, t.onboarding_done()) } else { (Glyph::Dotted, t.onboarding_open()) };
    let link = (!step.done).then(|| {
        let class = if next { "btn btn-primary btn-xs" } else { "btn btn-xs" };
        html! { <PageLink {to} {class}>{action}</PageLink> }
    });
    html! {
        <li class="flex gap-2.5">
            <span class="pt-1">{glyph.view()}<span class="sr-only">{said}</span></span>
            <div class="min-w-0">
                <p class={classes!("font-medium", step.done.then_some("text-ink-2"))}>{name}</p>
                if !step.done { <p class="text-xs text-ink-2 mb-2">{text}</p> }
                {link}
            </div>
        </li>
    }
}
