//! What all keys together may spend.

use ::api::{
    budgets::{Budget as Standing, GatewayBudgetPut},
    limits::Limits,
};
use yew::prelude::*;

use super::{books::Books, page};
use crate::{
    api,
    i18n::use_text,
    load::use_load,
    parts::{
        allowance::{Allowance, AllowanceFields},
        async_view::async_view,
        form::{checked, refusal_note, use_form},
        toast::use_toaster,
    },
};

#[component]
pub(crate) fn Budget() -> Html {
    let t = use_text();
    let budget = use_load(api::budget::gateway);
    let content = async_view(&budget, |budget| html! { <BudgetForm budget={budget.clone()} /> });
    page(t.allowance_gateway(), t.allowance_gateway_text(), html! {<>{content}<Books /></>})
}

#[derive(Properties, PartialEq)]
struct BudgetFormProps {
    budget: Option<Standing>,
}

#[component]
fn BudgetForm(props: &BudgetFormProps) -> Html {
    let t = use_text();
    let toaster = use_toaster();
    let standing = use_state(|| props.budget.clone());
    let form = use_form(|| Allowance::of(props.budget.as_ref(), &Limits::default()));
    let onsubmit = {
        let (form, standing) = (form.clone(), standing.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (standing, toaster, saved) = (standing.clone(), toaster.clone(), form.clone());
            form.send(
                checked(GatewayBudgetPut { budget: form.draft().budget() }),
                |put| async move { api::budget::set_gateway(&put).await },
                move |budget: Option<Standing>| {
                    saved.restart(Allowance::of(budget.as_ref(), &Limits::default()));
                    standing.set(budget);
                    toaster.done(t.allowance_gateway_saved());
                },
            );
        })
    };
    let progress = form.progress();
    html! {
        <form class="max-w-[560px] grid gap-4" novalidate=true {onsubmit}>
            {refusal_note(progress.refusal.as_deref())}
            <AllowanceFields draft={form.draft().clone()} on_change={form.set(|draft, changed| *draft = changed)} faults={form.faults().clone()}
                budget={(*standing).clone()} money_only=true />
            <div><button type="submit" class="btn btn-primary btn-sm" disabled={progress.busy || !progress.dirty}>{t.do_save()}</button></div>
        </form>
    }
}
