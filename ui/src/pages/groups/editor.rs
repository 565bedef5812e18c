//! One group in a drawer.

use ::api::{
    Fields,
    channels::DEFAULT_GROUP,
    groups::{Group, GroupPatch, NewGroup, ONE_PPM},
};
use yew::prelude::*;

use super::view::parts;
use crate::{
    api,
    format::decimal,
    i18n::use_text,
    parts::{
        allowance::{Allowance, AllowanceFields},
        editor::EditorFrame,
        field::TextField,
        form::{checked, use_form},
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct EditorProps {
    /// A new one if absent.
    pub(crate) group: Option<Group>,
    pub(crate) on_saved: Callback<Group>,
    pub(crate) on_close: Callback<()>,
}

#[derive(Clone, PartialEq)]
struct Draft {
    name: String,
    price: String,
    allowance: Allowance,
}

/// Said where the text isn't a number at all, in the server's words for one that is too large.
const NO_MULTIPLIER: i64 = -1;

impl Draft {
    fn start(group: Option<&Group>) -> Self {
        Self {
            name: group.map(|group| group.name.clone()).unwrap_or_default(),
            price: decimal(group.map_or(ONE_PPM, |group| group.multiplier_ppm)),
            allowance: Self::allowance(group),
        }
    }

    fn allowance(group: Option<&Group>) -> Allowance {
        let limits = group.map(|group| group.limits).unwrap_or_default();
        Allowance::of(group.and_then(|group| group.budget.as_ref()), &limits)
    }

    fn create(&self) -> Result<NewGroup, Fields> {
        let multiplier_ppm = parts(&self.price).unwrap_or(NO_MULTIPLIER);
        let (budget, limits) = (self.allowance.budget(), self.allowance.limits());
        checked(NewGroup { name: self.name.trim().to_owned(), multiplier_ppm, budget, limits })
    }

    /// What differs from `group`.
    fn patch(&self, group: &Group) -> Result<GroupPatch, Fields> {
        let NewGroup { name, multiplier_ppm, .. } = self.create()?;
        let before = Self::allowance(Some(group));
        Ok(GroupPatch {
            name: (name != group.name).then_some(name),
            multiplier_ppm: (multiplier_ppm != group.multiplier_ppm).then_some(multiplier_ppm),
            budget: self.allowance.changed_budget(&before),
            limits: self.allowance.changed_limits(&before),
        })
    }
}

enum Request {
    Create(NewGroup),
    Change(String, GroupPatch),
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    let t = use_text();
    let form = use_form(|| Draft::start(props.group.as_ref()));
    let on_save = {
        let (form, group) = (form.clone(), props.group.clone());
        let (on_saved, on_close) = (props.on_saved.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let (on_saved, on_close) = (on_saved.clone(), on_close.clone());
            let request = match &group {
                None => form.draft().create().map(Request::Create),
                Some(group) => form.draft().patch(group).map(|patch| Request::Change(group.name.clone(), patch)),
            };
            form.send(
                request,
                |request| async move {
                    match request {
                        Request::Create(new) => api::groups::create(&new).await,
                        Request::Change(name, patch) => api::groups::update(&name, &patch).await,
                    }
                },
                move |saved| {
                    on_saved.emit(saved);
                    on_close.emit(());
                },
            );
        })
    };
    let draft = form.draft();
    let is_new = props.group.is_none();
    let is_default = props.group.as_ref().is_some_and(|group| group.name == DEFAULT_GROUP);
    let title = props.group.as_ref().map_or_else(|| t.groups_add().to_owned(), |group| group.name.clone());
    let name_help = if is_new { t.groups_name_help() } else { t.groups_name_change() };
    html! {
        <EditorFrame {title} subtitle={html! { t.groups_form_text() }} progress={form.progress()} {is_new} {on_save} on_close={&props.on_close}>
            <section class="grid md:grid-cols-2 gap-4 items-start">
                if !is_default {
                    <TextField id="name" label={t.groups_name()} value={draft.name.clone()} autofocus={is_new} error={form.fault(&["name"])}
                        help={html! { name_help }} on_input={form.set(|draft: &mut Draft, text| draft.name = text)} />
                }
                <TextField id="multiplier_ppm" label={t.groups_price()} value={draft.price.clone()} inputmode="decimal" autofocus={!is_new}
                    error={form.fault(&["multiplier_ppm"])} help={html! { t.groups_price_help() }}
                    on_input={form.set(|draft: &mut Draft, text| draft.price = text)} />
            </section>
            <AllowanceFields draft={draft.allowance.clone()} on_change={form.set(|draft: &mut Draft, allowance| draft.allowance = allowance)}
                faults={form.faults().clone()} budget={props.group.as_ref().and_then(|group| group.budget.clone())} />
        </EditorFrame>
    }
}
