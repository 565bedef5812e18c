//! The two panes of the set-up: where one is, and what to do.

use yew::prelude::*;

use super::Step;
use crate::{
    i18n::use_text,
    parts::{icon::Icon, mark::mark},
    prefs::QuickPrefs,
};

#[derive(Properties, PartialEq)]
pub(crate) struct FrameProps {
    pub(crate) step: Step,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Frame(props: &FrameProps) -> Html {
    let t = use_text();
    let steps = Step::ALL.into_iter().enumerate().map(|(index, step)| {
        let (name, hint) = match step {
            Step::Owner => (t.setup_step_owner(), t.setup_step_owner_hint()),
            Step::Provider => (t.setup_step_provider(), t.setup_step_provider_hint()),
            Step::Key => (t.setup_step_key(), t.setup_step_key_hint()),
        };
        let (current, done) = (step == props.step, step < props.step);
        let dot = "grid place-items-center size-5 rounded-full text-xs";
        let badge = if done {
            html! { <span class={classes!(dot, "text-primary")}>{Icon::Check.view()}</span> }
        } else if current {
            html! { <span class={classes!(dot, "bg-primary", "text-primary-content")}>{index + 1}</span> }
        } else {
            html! { <span class={classes!(dot, "border", "border-line-2", "text-ink-3")}>{index + 1}</span> }
        };
        let ground = current.then_some("bg-base-100 shadow-[0_0_0_1px_var(--color-base-300)]");
        html! {
            <li key={index} class={classes!("flex", "items-center", "gap-3", "h-10", "px-3", "rounded-field", ground)} aria-current={current.then_some("step")}>
                {badge}
                <span class={if current { "font-medium" } else { "text-ink-2" }}>{name}</span>
                <span class="ml-auto text-xs text-ink-3">{if done { t.setup_step_done() } else { hint }}</span>
            </li>
        }
    });
    let at = Step::ALL.iter().position(|step| *step == props.step).map_or(1, |index| index + 1);
    html! {
        <div class="min-h-screen grid max-md:grid-rows-[auto_1fr] md:grid-cols-[320px_minmax(0,1fr)]">
            <aside class="bg-base-200 md:border-r max-md:border-b border-line px-5 py-3 md:p-6 flex md:flex-col max-md:items-center gap-8 md:sticky md:top-0 md:h-screen">
                <div class="flex items-center gap-2.5 font-semibold text-base tracking-[-0.01em]">{mark("24")}{t.app_name()}</div>
                <div class="max-md:hidden">
                    <h2 class="text-xl font-semibold tracking-[-0.015em] mb-1">{t.setup_intro_headline()}</h2>
                    <p class="text-base text-ink-2">{t.setup_intro()}</p>
                </div>
                <nav aria-label={t.setup_steps()} class="max-md:hidden"><ol class="grid gap-1 text-sm">{for steps}</ol></nav>
                <div class="max-md:ml-auto md:mt-auto text-xs text-ink-2 grid gap-2">
                    <p class="flex gap-2 max-md:hidden">{Icon::Lock.with("icon icon-sm mt-px")}{t.setup_sealed_note()}</p>
                    <div class="md:-ml-2"><QuickPrefs /></div>
                </div>
            </aside>
            <main class="px-5 md:px-14 py-6 md:py-12 max-w-[820px] w-full">
                <p class="text-xs text-ink-3 mb-1">{t.setup_step(&at.to_string(), &Step::ALL.len().to_string())}</p>
                {props.children.clone()}
            </main>
        </div>
    }
}
