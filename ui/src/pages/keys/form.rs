//! The fields of a key, alike for a new one and for one that is changed.

use std::rc::Rc;

use api::{Fields, budgets::Budget, groups::Group};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::draft::{Draft, Expiry, NO_DATE};
use crate::{
    i18n::use_text,
    parts::{
        allowance::AllowanceFields,
        chips::Chips,
        field::{TextField, note},
        person::PersonField,
        segmented::{Choice, Segmented},
        select::{SelectField, SelectOption},
        toggle::Toggle,
    },
};

#[derive(Properties, PartialEq)]
pub(crate) struct FormProps {
    pub(crate) draft: Draft,
    pub(crate) on_change: Callback<Draft>,
    pub(crate) faults: Fields,
    /// For admins only, who also choose the owner.
    pub(crate) groups: Option<Rc<Vec<Group>>>,
    /// A new one, whose owner can be chosen.
    #[prop_or_default]
    pub(crate) is_new: bool,
    /// As it stands.
    #[prop_or_default]
    pub(crate) budget: Option<Budget>,
}

#[component]
pub(crate) fn KeyForm(props: &FormProps) -> Html {
    let t = use_text();
    let fault = |field: &str| {
        let fault = props.faults.get(field)?;
        Some(AttrValue::from(if fault == NO_DATE { t.keys_date_missing().to_owned() } else { t.server(fault) }))
    };
    let draft = &props.draft;
    macro_rules! set {
        ($field:ident) => {{
            let (draft, on_change) = (draft.clone(), props.on_change.clone());
            move |$field| on_change.emit(Draft { $field, ..draft.clone() })
        }};
    }
    let mut expiries = vec![
        Choice::new(Expiry::Never, t.keys_never()),
        Choice::new(Expiry::Days(30), t.keys_days(30)),
        Choice::new(Expiry::Days(90), t.keys_days(90)),
        Choice::new(Expiry::OnDate, t.keys_on_date()),
    ];
    if !props.is_new {
        expiries.retain(|choice| !matches!(choice.value, Expiry::Days(90)));
    }
    let chosen = props.groups.as_ref().map(|groups| {
        let mut groups: Vec<_> =
            groups.iter().map(|group| SelectOption::new(group.name.clone(), group.name.clone())).collect();
        if props.is_new {
            groups.insert(0, SelectOption::new("", t.keys_group_own()));
        }
        html! {
            <div class="grid sm:grid-cols-2 gap-4 items-start">
                if props.is_new {
                    <PersonField id="user_id" label={t.keys_owner()} value={draft.owner.clone()} nobody={t.keys_owner_me()} error={fault("user_id")} on_choose={set!(owner)} />
                }
                <SelectField id="group" label={t.keys_group()} options={groups} value={draft.group.clone()} error={fault("group")}
                    help={html! { t.keys_group_help() }} on_choose={set!(group)} />
            </div>
        }
    });
    let strict = {
        let set = set!(strict);
        move |event: Event| set(event.target_unchecked_into::<HtmlInputElement>().checked())
    };
    let expiry_fault = fault("expires_at");
    html! {
        <div class="grid gap-4">
            <TextField id="name" label={t.setup_key_name()} value={draft.name.clone()} autofocus={props.is_new} error={fault("name")}
                help={html! { t.setup_key_name_help() }} on_input={set!(name)} />
            {for chosen}
            <div class="field">
                <span class="flabel">{t.keys_expires()}</span>
                <Segmented<Expiry> label={t.keys_expires()} choices={expiries} value={draft.expiry} on_choose={set!(expiry)} />
                if draft.expiry == Expiry::OnDate {
                    <div class="mt-2 w-44"><TextField id="expires_at" label={t.keys_last_day()} kind="date" value={draft.date.clone()} error={expiry_fault}
                        on_input={set!(date)} /></div>
                } else {
                    {note("expires_at", expiry_fault.as_ref(), &Html::default())}
                }
            </div>
            <Chips id="models" label={t.keys_models()} values={draft.models.clone()} error={fault("models")} help={html! { t.keys_models_help() }}
                placeholder={t.keys_models_all()} on_change={set!(models)} />
            <Chips id="ip_allow" label={t.keys_ip_allow()} values={draft.ip_allow.clone()} error={fault("ip_allow")} help={html! { t.keys_ip_allow_help() }}
                placeholder={t.keys_ip_anywhere()} on_change={set!(ip_allow)} />
            <label class="flex items-start gap-2.5 cursor-pointer">
                <input id="strict" type="checkbox" class="checkbox checkbox-xs checkbox-primary mt-0.5" checked={draft.strict} onchange={strict} />
                <span>{t.keys_strict()}<span class="help block">{t.keys_strict_help()}</span></span>
            </label>
            <AllowanceFields draft={draft.allowance.clone()} on_change={set!(allowance)} faults={props.faults.clone()} budget={props.budget.clone()} />
            <div class="flex items-start gap-3">
                <Toggle label={t.keys_bodies()} on={draft.bodies} on_change={set!(bodies)} />
                <div class="min-w-0"><div class="flabel">{t.keys_bodies()}</div><p class="help">{t.keys_bodies_help()}</p></div>
            </div>
        </div>
    }
}
