//! A choice among people, of whom there may be thousands: found by the server as somebody types.

use ::api::{
    list::Sort,
    users::{Account, AccountQuery, AccountSort},
};
use yew::prelude::*;

use crate::{
    api,
    ask::use_ask,
    parts::combobox::{ComboOption, Combobox},
    shell::initials,
};

/// How many are offered at once; typing brings the others.
const OFFERED: i64 = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct PersonFieldProps {
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    /// Their id; empty for nobody in particular.
    pub(crate) value: AttrValue,
    /// What choosing nobody in particular means.
    pub(crate) nobody: AttrValue,
    pub(crate) on_choose: Callback<String>,
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn PersonField(props: &PersonFieldProps) -> Html {
    let typed = use_state(|| None::<String>);
    let answer = use_ask((*typed).clone(), people);
    let chosen = use_state(|| None::<ComboOption>);
    let words = typed.as_deref().unwrap_or_default().trim().to_lowercase();
    let mut options = Vec::new();
    if words.is_empty() {
        options.push(nobody(&props.nobody));
    }
    if let Some(answer) = &answer {
        // What answers an older search is offered as far as it fits.
        let stale = Some(&answer.0) != typed.as_ref();
        let fits = |account: &&Account| {
            !stale || [&account.username, &account.display_name].iter().any(|name| name.to_lowercase().contains(&words))
        };
        options.extend(answer.1.iter().filter(fits).map(option));
    }
    let on_choose = {
        let (chosen, on_choose, options) = (chosen.setter(), props.on_choose.clone(), options.clone());
        move |value: AttrValue| {
            chosen.set(options.iter().find(|option| option.value == value).cloned());
            on_choose.emit(value.to_string());
        }
    };
    let chosen = if props.value.is_empty() {
        Some(nobody(&props.nobody))
    } else {
        (*chosen).clone().filter(|option| option.value == props.value)
    };
    let set = typed.setter();
    html! {
        <Combobox id={&props.id} label={&props.label} {options} value={&props.value} {chosen} {on_choose}
            on_search={Callback::from(move |text| set.set(Some(text)))} error={&props.error} class={props.class.clone()} />
    }
}

async fn people(search: String) -> Vec<Account> {
    let search = Some(search).filter(|text| !text.trim().is_empty());
    let query =
        AccountQuery { search, page_size: OFFERED, sort: Sort::up(AccountSort::Name), ..AccountQuery::default() };
    api::users::page(query).await.map(|page| page.items).unwrap_or_default()
}

fn nobody(label: &AttrValue) -> ComboOption {
    let none = AttrValue::default();
    ComboOption { value: none.clone(), label: label.clone(), alias: none.clone(), tile: none.clone(), hint: none }
}

fn option(account: &Account) -> ComboOption {
    ComboOption {
        value: account.id.to_string().into(),
        label: account.display_name.clone().into(),
        alias: AttrValue::default(),
        tile: initials(&account.display_name).into(),
        hint: account.username.clone().into(),
    }
}
